"""Metrics and health: what they say, what they never say, and the server that tells them."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import app
from bot.lanes import Lane
from bot.settings import Address, Settings
from bot.store import DatabaseFailedError
from bot.telemetry import MAIN, Health, Metrics, Sources, listening, serving
from bot.telemetry.health import Name
from bot.witness import Nobody, Witness
from engine.contract import Job, Picture, Progress
from engine.dispatcher import Dispatcher, Ticket
from engine.failover import FailoverEngine
from engine.images import Decoder
from engine.studio import Studio
from tests.cli.terminal import TOKEN
from tests.flow.stage import a_stage

URL = "https://cdn.discordapp.com/attachments/1/2/photo.jpg?ex=70000000&is=6fffffff&hm=abc"
LOOPBACK = "127.0.0.1"


@dataclass(slots=True, eq=False)
class Canvas:
    """An engine that is as one says, and paints nothing."""

    name: str = "Painter"
    slots: int = 1
    alive: bool = True

    def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        raise NotImplementedError(job)

    async def close(self) -> None:
        pass


@dataclass(slots=True)
class Line:
    """A gateway that is as one says."""

    connected: bool = True
    latency: float = 0.05
    guilds: tuple[int, ...] = (1, 2, 3)


async def at_work() -> None:
    """Nothing says that requests are to be kept out."""


@dataclass(slots=True)
class House:
    """Parts that can be faked down, one by one."""

    engine: Canvas = field(default_factory=Canvas)
    gateway: Line = field(default_factory=Line)
    draining: Callable[[], Awaitable[object]] = at_work
    closing: bool = False
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(lambda: self.engine.slots)

    def sources(self) -> Sources:
        return Sources(
            lanes={MAIN: Lane(self.dispatcher, Studio(Decoder(), self.engine))},
            gateway=self.gateway,
            draining=self.draining,
            closing=lambda: self.closing,
        )

    def health(self, *, deadline: float = 5.0) -> Health:
        return Health(self.sources(), deadline=deadline)


@pytest.fixture
def house() -> House:
    return House()


async def stuck() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise DatabaseFailedError("disk I/O error")


async def drained() -> str:
    return "since noon"


async def test_a_house_in_order_is_alive_and_ready(house: House) -> None:
    report = await house.health().look()
    assert report.alive
    assert report.ready
    assert set(report.parts) == set(Name)


async def test_an_engine_that_is_lost_needs_a_restart(house: House) -> None:
    house.engine.slots, house.engine.alive = 0, False
    report = await house.health().look()
    assert not report.alive
    assert report.parts[Name.ENGINE].said["state"] == "lost"


async def test_an_engine_that_is_loading_needs_patience(house: House) -> None:
    house.engine.slots = 0
    report = await house.health().look()
    assert report.alive
    assert not report.ready


async def test_a_painter_behind_a_lost_model_still_takes_requests(house: House) -> None:
    engine = FailoverEngine(Canvas("klein", slots=0, alive=False), house.engine)
    lane = Lane(house.dispatcher, Studio(Decoder(), engine))
    sources = Sources(lanes={MAIN: lane}, gateway=house.gateway, draining=at_work)
    report = await Health(sources).look()
    assert report.ready
    assert report.parts[Name.ENGINE].said == {"state": "lost", "next": "Painter"}


async def test_a_gateway_that_is_away_comes_back_by_itself(house: House) -> None:
    house.gateway.connected, house.gateway.latency = False, float("inf")
    report = await house.health().look()
    assert report.alive
    assert not report.ready
    assert report.parts[Name.GATEWAY].said == {"state": "connecting"}


async def test_a_database_that_answers_nothing_needs_a_restart(house: House) -> None:
    house.draining = stuck
    report = await house.health(deadline=0.0).look()
    assert not report.alive


async def test_a_database_that_fails_would_fail_after_a_restart_too(house: House) -> None:
    house.draining = failing
    report = await house.health().look()
    assert report.alive
    assert not report.ready


async def test_a_queue_that_promises_nothing_more_is_not_ready(house: House) -> None:
    house.engine.slots = 0
    async with AsyncExitStack() as crowd:
        for user in range(100):
            ticket = Ticket(guild=1 + user, user=user, cost=60.0, kind="slow", key=None)
            await crowd.enter_async_context(house.dispatcher.turn(ticket))
        house.engine.slots = 1
        report = await house.health().look()
        assert report.alive
        assert not report.parts[Name.QUEUE].ready
        assert report.parts[Name.QUEUE].said["waiting"] == 100


@pytest.mark.parametrize("why", ["draining", "closing"])
async def test_a_bot_that_lets_nothing_in_is_alive_and_not_ready(house: House, why: str) -> None:
    if why == "draining":
        house.draining = drained
    house.closing = why == "closing"
    report = await house.health().look()
    assert report.alive
    assert not report.ready


def parsed(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Samples by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


async def samples(house: House, metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return parsed(metrics.written(house.sources(), await house.health().look())[0])


async def test_what_happens_is_counted(house: House) -> None:
    metrics = Metrics({"ghibli"})
    for happening in (
        metrics.accepted,
        partial(metrics.refused, "over_quota"),
        partial(metrics.failed, "LostError"),
        metrics.cancelled,
        partial(metrics.delivered, style="ghibli", engine="Painter", seconds=0.7),
        partial(metrics.granted, waited=12),
    ):
        happening()
    found = await samples(house, metrics)
    for outcome in ("accepted", "refused", "delivered", "failed", "cancelled"):
        assert found["animify_requests_total", (("outcome", outcome),)] == 1
    assert found["animify_refusals_total", (("reason", "over_quota"),)] == 1
    assert found["animify_failures_total", (("kind", "LostError"),)] == 1
    assert found["animify_pictures_total", (("engine", "Painter"), ("style", "ghibli"))] == 1
    assert found["animify_engine_seconds_sum", (("engine", "Painter"),)] == 0.7
    assert found["animify_wait_seconds_bucket", (("le", "20.0"),)] == 1
    assert found["animify_wait_seconds_bucket", (("le", "10.0"),)] == 0


async def test_how_things_stand_is_read_when_it_is_asked_for(house: House) -> None:
    metrics = Metrics(())
    found = await samples(house, metrics)
    assert found["animify_engine_slots", (("lane", "main"),)] == 1
    assert found["animify_engine_state", (("state", "serving"),)] == 1
    assert found["animify_gateway_latency_seconds", ()] == 0.05
    assert found["animify_gateway_servers", ()] == 3
    house.engine.slots = 0
    house.gateway.connected = False
    found = await samples(house, metrics)
    assert found["animify_engine_slots", (("lane", "main"),)] == 0
    assert found["animify_engine_state", (("state", "serving"),)] == 0
    assert found["animify_ready", (("part", "gateway"),)] == 0
    assert found["animify_alive", (("part", "gateway"),)] == 1


async def test_two_bots_in_one_process_count_apart(house: House) -> None:
    first, second = Metrics(()), Metrics(())
    first.accepted()
    assert (await samples(house, second))["animify_requests_total", (("outcome", "accepted"),)] == 0


async def test_labels_are_few_and_never_a_strangers_text(house: House) -> None:
    metrics = Metrics({"ghibli"})
    for number in range(500):
        metrics.delivered(style=f"own_{number}", engine=f"engine {number}", seconds=1)
        metrics.refused(f"reason_{number}")
        metrics.failed(f"Error{number}")
    for canary in (URL, TOKEN, "somebody's name", "1405512345678901234"):
        metrics.refused(canary)
        metrics.failed(canary)
        metrics.delivered(style=canary, engine="Painter", seconds=1)
    text = metrics.written(house.sources(), await house.health().look())[0].decode()
    for canary in (URL, "cdn.discordapp.com", TOKEN, "somebody", "1405512345678901234", "own_"):
        assert canary not in text
    assert len(text.splitlines()) < 1000


def test_who_counts_and_who_does_not_hear_the_same() -> None:
    witnesses: list[Witness] = [Metrics(()), Nobody()]
    for witness in witnesses:
        witness.accepted()
        witness.refused("paused")
        witness.granted(waited=1)
        witness.delivered(style="ghibli", engine="Painter", seconds=1)
        witness.failed("LostError")
        witness.cancelled()


@dataclass(frozen=True, slots=True)
class Site:
    """A server that tells, and a client of it."""

    house: House
    origin: str
    session: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.origin + path) as response:
            text = await response.text()
            return response.status, await response.json() if "json" in response.content_type else text


@pytest.fixture
async def site(house: House) -> AsyncIterator[Site]:
    with listening(LOOPBACK, 0) as opened:
        port = opened.getsockname()[1]
        async with serving(opened, house.health(), Metrics({"ghibli"})), aiohttp.ClientSession() as session:
            yield Site(house, f"http://{LOOPBACK}:{port}", session)


async def test_health_is_told_part_by_part(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        status, body = await site.get(path)
        assert (status, body["ok"]) == (200, True)
        assert set(body["parts"]) == {"engine", "queue", "gateway", "database"}


async def test_what_is_not_ready_may_still_be_alive(site: Site) -> None:
    site.house.gateway.connected = False
    assert (await site.get("/healthz"))[0] == 200
    status, body = await site.get("/readyz")
    assert (status, body["ok"]) == (503, False)
    assert [name for name, part in body["parts"].items() if not part["ready"]] == ["gateway"]


async def test_what_needs_a_restart_is_told_as_unwell(site: Site) -> None:
    site.house.engine.slots, site.house.engine.alive = 0, False
    assert [(await site.get(path))[0] for path in ("/healthz", "/readyz")] == [503, 503]


async def test_metrics_are_text_that_prometheus_reads(site: Site) -> None:
    status, text = await site.get("/metrics")
    assert status == 200
    assert ("animify_requests_total", (("outcome", "accepted"),)) in parsed(text.encode())


async def test_nothing_else_is_told(site: Site) -> None:
    assert (await site.get("/"))[0] == 404
    async with site.session.post(site.origin + "/metrics") as response:
        assert response.status == 405


async def test_the_port_is_free_again_afterwards(house: House) -> None:
    with listening(LOOPBACK, 0) as opened:
        port = opened.getsockname()[1]
        async with serving(opened, house.health(), Metrics(())):
            pass
    listening(LOOPBACK, port).close()


async def test_an_address_that_others_reach_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    listening("0.0.0.0", 0).close()  # noqa: S104 - that is what is warned of
    listening(LOOPBACK, 0).close()
    assert len([one for one in caplog.records if "other machines" in one.getMessage()]) == 1


async def test_a_port_that_is_taken_is_one_problem_among_others(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        settings = Settings(_env_file=None).model_copy(
            update={"telemetry": Address(LOOPBACK, taken.getsockname()[1]), "database": tmp_path / "animify.db"}
        )
        with pytest.raises(app.StartError) as caught:
            async with app.bot(settings):
                pass
    first, second = str(caught.value).splitlines()
    assert first.startswith("ANIMIFY_TELEMETRY: can't listen on 127.0.0.1:")
    assert second.startswith("DISCORD_TOKEN")


async def test_a_bot_at_work_is_well_and_names_nobody(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db") as stage:
        interaction = await stage.ask()
        await stage.result_of(interaction)
        sources = Sources(
            lanes={MAIN: stage.client.services.journey._lane},
            gateway=stage.client,
            draining=partial(stage.store.fact, "draining"),
            closing=lambda: stage.client.services.journey.closing,
        )
        report = await Health(sources).look()
        assert report.ready, report
        text = Metrics(stage.client.services.catalogue).written(sources, report)[0].decode()
    for somebody in (stage.mika.id, stage.guild.id, stage.channel.id, interaction.id, "Mika", "Cosy Corner"):
        assert str(somebody) not in text
    assert stage.playground.token not in text


@pytest.mark.parametrize(
    ("written", "address"),
    [("none", None), ("None", None), ("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:9464", ("::1", 9464))],  # noqa: S104 - read, not bound to
)
def test_an_address_is_written_as_everywhere(
    written: str, address: tuple[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMIFY_TELEMETRY", written)
    found = Settings(_env_file=None).telemetry
    assert found == address
    assert str(found).casefold() == written.casefold()


@pytest.mark.parametrize("written", ["9464", "localhost:9464", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1", ":1"])
def test_what_is_no_address_is_told(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMIFY_TELEMETRY", written)
    with pytest.raises(ValueError, match="port"):
        Settings(_env_file=None)
