"""Rules of the gateway: who may identify and how often, heartbeats, limits, resume and its replay."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from playground import Playground, ShiftingClock
from playground.gateway import ACK_DELAY
from tests.playground.rawclient import PING, RawClient, RawGateway, Stage

GUILDS, MEMBERS, GUILD_MESSAGES = 1, 2, 1 << 9


@pytest.fixture
async def gateway(stage: Stage) -> AsyncIterator[RawGateway]:
    async with RawGateway(stage.raw) as gateway:
        yield gateway


async def test_a_ready_session_gets_its_guilds(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify()
    ready = (await gateway.read(name="READY"))["d"]
    assert ready["user"]["id"] == str(stage.playground.application_id)
    assert ready["guilds"] == [{"id": str(stage.guild.id), "unavailable": True}]
    guild = (await gateway.read(name="GUILD_CREATE"))["d"]
    assert [each["user"]["id"] for each in guild["members"]] == [ready["user"]["id"]]
    assert await stage.playground.connected


async def test_frames_are_compressed_when_asked_for(stage: Stage) -> None:
    async with RawGateway(stage.raw, "v=10&encoding=json&compress=zlib-stream") as gateway:
        assert (await gateway.read(op=10))["d"]["heartbeat_interval"] == 41250
        await gateway.identify()
        assert (await gateway.read(name="READY"))["s"] == 1


async def test_another_version_is_refused(stage: Stage) -> None:
    async with RawGateway(stage.raw, "v=6&encoding=json") as gateway:
        assert await gateway.close_code() == 4012


async def test_a_wrong_token_is_refused(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify(token="forged")
    assert await gateway.close_code() == 4004
    assert stage.rules() == ["wrong-token"]


async def test_a_privileged_intent_that_is_not_switched_on_is_disallowed(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify(GUILDS | MEMBERS)
    assert await gateway.close_code() == 4014
    assert stage.rules() == ["disallowed-intents"]


async def test_a_privileged_intent_that_is_switched_on_is_granted() -> None:
    async with (
        Playground(privileged_intents=MEMBERS) as playground,
        RawClient(playground) as raw,
        RawGateway(raw) as gateway,
    ):
        await gateway.identify(GUILDS | MEMBERS)
        assert await gateway.read(name="READY")


@pytest.mark.parametrize("intents", [-1, 1 << 30, None])
async def test_unknown_intents_are_invalid(gateway: RawGateway, intents: int) -> None:
    await gateway.identify(intents)
    assert await gateway.close_code() == 4013


@pytest.mark.parametrize(("text", "code"), [("no json", 4002), ('{"op": 99}', 4001), ('{"op": 11}', 4001)])
async def test_a_message_that_is_none_closes_the_connection(gateway: RawGateway, text: str, code: int) -> None:
    await gateway.socket.send_str(text)
    assert await gateway.close_code() == code


async def test_binary_messages_are_not_understood(gateway: RawGateway) -> None:
    await gateway.socket.send_bytes(b"{}")
    assert await gateway.close_code() == 4002


async def test_nothing_but_identify_comes_first(gateway: RawGateway) -> None:
    await gateway.send(3, {"status": "online"})
    assert await gateway.close_code() == 4003


async def test_one_connection_identifies_once(gateway: RawGateway) -> None:
    await gateway.identify()
    await gateway.identify()
    assert await gateway.close_code() == 4005


async def test_identifying_twice_in_five_seconds_is_refused(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify()
    await gateway.read(name="READY")
    async with RawGateway(stage.raw) as second:
        await second.identify()
        assert (await second.read(op=9))["d"] is False
        assert stage.rules() == ["identify-too-soon"]
        stage.clock.advance(5)
        await second.identify()
        assert await second.read(name="READY")


async def test_a_heartbeat_is_acknowledged_no_faster_than_over_a_network(gateway: RawGateway) -> None:
    clock = asyncio.get_running_loop().time
    sent = clock()
    await gateway.send(1)
    assert await gateway.read(op=11)
    assert clock() - sent >= ACK_DELAY


async def test_a_client_without_heartbeats_is_given_up() -> None:
    async with (
        Playground(heartbeat_interval=0.05) as playground,
        RawClient(playground) as raw,
        RawGateway(raw) as gateway,
    ):
        assert await gateway.close_code() == 4009
        assert [each.rule for each in playground.violations] == ["heartbeat-missed"]


async def test_121_messages_in_a_minute_are_too_many(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify()
    for _ in range(120):
        await gateway.send(3, {"status": "online"})
    assert await gateway.close_code() == 4008
    assert stage.rules() == ["gateway-rate-limited"]


async def test_events_come_by_intent(stage: Stage, gateway: RawGateway) -> None:
    await stage.raw.register(PING)
    await gateway.identify(GUILDS)
    await gateway.read(name="READY")
    await stage.mika.say(stage.channel, "unheard")
    await stage.mika.slash(stage.channel, "ping")
    names = [(await gateway.read())["t"] for _ in range(2)]
    assert names == ["GUILD_CREATE", "INTERACTION_CREATE"]


async def test_with_its_intent_a_message_comes_but_not_its_content(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify(GUILDS | GUILD_MESSAGES)
    await gateway.read(name="READY")
    await stage.mika.say(stage.channel, "unread")
    assert (await gateway.read(name="MESSAGE_CREATE"))["d"]["content"] == ""


async def test_a_resumed_session_gets_what_it_missed(stage: Stage) -> None:
    await stage.raw.register(PING)
    async with RawGateway(stage.raw) as first:
        await first.identify()
        session = (await first.read(name="READY"))["d"]["session_id"]
        seen = (await first.read(name="GUILD_CREATE"))["s"]
        stage.playground.gateway.drop()
        assert await first.close_code() == 4000
    await stage.playground.wait_for(lambda event: event.kind == "disconnected")
    missed = await stage.mika.slash(stage.channel, "ping")
    async with RawGateway(stage.raw) as second:
        await second.send(6, {"token": stage.playground.token, "session_id": session, "seq": seen})
        replayed = await second.read()
        assert (replayed["t"], replayed["s"], replayed["d"]["id"]) == ("INTERACTION_CREATE", seen + 1, str(missed.id))
        assert (await second.read())["t"] == "RESUMED"


async def test_what_a_heartbeat_acknowledged_is_not_replayed(stage: Stage) -> None:
    async with RawGateway(stage.raw) as first:
        await first.identify()
        session = (await first.read(name="READY"))["d"]["session_id"]
        await first.send(1, (await first.read(name="GUILD_CREATE"))["s"])
        await first.read(op=11)
        stage.playground.gateway.drop()
        await first.close_code()
    async with RawGateway(stage.raw) as second:
        await second.send(6, {"token": stage.playground.token, "session_id": session, "seq": 0})
        assert (await second.read())["t"] == "RESUMED"


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_session_that_its_client_ended_cannot_be_resumed(stage: Stage, code: int) -> None:
    async with RawGateway(stage.raw) as first:
        await first.identify()
        session = (await first.read(name="READY"))["d"]["session_id"]
        await first.socket.close(code=code)
    await stage.playground.wait_for(lambda event: event.kind == "disconnected")
    assert await resumed(stage, session) == 9


async def test_a_lost_session_cannot_be_resumed(stage: Stage) -> None:
    async with RawGateway(stage.raw) as first:
        await first.identify()
        session = (await first.read(name="READY"))["d"]["session_id"]
        stage.playground.gateway.drop(resumable=False)
        assert await first.close_code() == 4009
    assert await resumed(stage, session) == 9


async def resumed(stage: Stage, session: str) -> int:
    """The op that answers an attempt to resume."""
    async with RawGateway(stage.raw) as gateway:
        await gateway.read(op=10)
        await gateway.send(6, {"token": stage.playground.token, "session_id": session, "seq": 1})
        return int((await gateway.socket.receive_json())["op"])


async def test_a_sequence_from_the_future_is_refused(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify()
    session = (await gateway.read(name="READY"))["d"]["session_id"]
    async with RawGateway(stage.raw) as second:
        await second.send(6, {"token": stage.playground.token, "session_id": session, "seq": 99})
        assert await second.close_code() == 4007


async def test_reconnect_and_invalid_session_come_on_demand(stage: Stage, gateway: RawGateway) -> None:
    await gateway.identify()
    await gateway.read(name="READY")
    stage.playground.gateway.ask_reconnect()
    assert await gateway.read(op=7)
    stage.playground.gateway.invalidate(resumable=True)
    assert (await gateway.read(op=9))["d"] is True
    stage.playground.gateway.invalidate()
    assert (await gateway.read(op=9))["d"] is False


async def test_the_gateway_counts_a_minute_by_the_clock() -> None:
    clock = ShiftingClock()
    async with Playground(clock) as playground, RawClient(playground) as raw, RawGateway(raw) as gateway:
        for _ in range(3):
            for _ in range(60):
                await gateway.send(1)
            for _ in range(60):
                await gateway.read(op=11)
            clock.advance(61)
        assert playground.violations == []
