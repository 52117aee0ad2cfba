"""Forgetting what was kept long enough: no more, no less, and the books agree at every step of it."""

import asyncio
import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bot.store import Action, DatabaseFailedError, Order, Scope, Store, retention
from bot.store.database import Transaction
from bot.values.kept import Kind
from bot.values.rules import PicturesOfMe
from tests.store.privacy_stage import DAY, MIKA, NOOR, REN, asked, delivered, everything, failed, new_number, reported
from tests.store.stage import Clock, Probe, by_moderator, cancel, cap, change, deny, disk_fails, dump, rows, subject_of


def count(path: Path, table: str, where: str = "true") -> int:
    ((found,),) = rows(path, f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608 - our words
    return int(str(found))


async def test_jobs_and_their_ledger_go_after_ninety_days(store: Store, path: Path, clock: Clock) -> None:
    job_id = await delivered(store, MIKA)
    await reported(store, path, job_id, REN)
    clock.advance(hours=89 * 24)
    assert (await store.privacy.prune())["jobs"] == 0
    later = await delivered(store, MIKA)
    clock.advance(hours=4 * 24)
    assert await store.privacy.prune() == Counter(jobs=1, ledger=1, subjects=1)  # the reporter is gone, too
    assert await store.job(job_id) is None
    assert await store.job(later) is not None
    assert [count(path, table) for table in ("jobs", "requests", "ledger", "daily_usage", "reports")] == [1, 1, 1, 1, 0]
    assert count(path, "cap_usage") == 2


async def test_what_is_young_is_kept_whole(store: Store, path: Path) -> None:
    await everything(store, path)
    kept = (
        "jobs",
        "requests",
        "ledger",
        "daily_usage",
        "grants",
        "cap_usage",
        "blocks",
        "members",
        "subjects",
        "audit",
    )
    before = {table: dump(path)[table] for table in kept}
    await store.privacy.prune()
    assert {table: dump(path)[table] for table in kept} == before


async def test_what_a_grant_paid_is_kept_as_long_as_the_grant(store: Store, path: Path, clock: Clock) -> None:
    await store.desk.set_limit(change(new_number(), member_id=MIKA), 0)
    until = int(clock()) + 120 * DAY
    await store.desk.grant(change(new_number(), member_id=MIKA), 3, expires_at=until)
    await delivered(store, MIKA)
    await failed(store, MIKA)
    clock.advance(hours=100 * 24)
    await store.privacy.prune()
    assert (count(path, "jobs"), count(path, "grants")) == (2, 1)
    assert (await store.privacy.summary(MIKA)).jobs_until == until + 90 * DAY
    clock.advance(hours=113 * 24)
    await store.privacy.prune()
    assert (count(path, "jobs"), count(path, "grants"), count(path, "ledger"), count(path, "cap_usage")) == (0, 0, 0, 0)


async def test_days_that_were_reset_and_failures_go_too(store: Store, path: Path, clock: Clock) -> None:
    await failed(store, MIKA)
    await delivered(store, MIKA)
    await store.desk.reset(change(new_number(), member_id=MIKA))
    await store.desk.reset(change(new_number(), member_id=REN))
    clock.advance(hours=93 * 24)
    await store.privacy.prune()
    assert [count(path, table) for table in ("ledger", "daily_usage", "cap_usage")] == [0, 0, 0]


async def test_a_day_is_closed_in_every_zone_before_it_goes(store: Store, path: Path, clock: Clock) -> None:
    await store.desk.change_guild(by_moderator(new_number()), zone="Pacific/Honolulu")
    await store.desk.change_guild(by_moderator(new_number(), guild_id=20), zone="Pacific/Kiritimati")
    clock.advance(hours=11)
    jobs = [await delivered(store, MIKA), await delivered(store, MIKA, guild_id=20)]
    clock.advance(hours=91 * 24)
    await store.privacy.prune()
    assert count(path, "jobs") == len(jobs)
    clock.advance(hours=2 * 24)
    await store.privacy.prune()
    assert count(path, "jobs") == 0


async def test_what_was_brought_back_from_an_erasure_goes_with_its_day(store: Store, path: Path, clock: Clock) -> None:
    await delivered(store, MIKA)
    await store.privacy.erase(MIKA)
    await delivered(store, MIKA)
    clock.advance(hours=93 * 24)
    await store.privacy.prune()
    assert [count(path, table) for table in ("ledger", "daily_usage", "cap_usage", "jobs")] == [0, 0, 0, 0]


async def test_blocks_and_remnants_go_when_they_lapse(store: Store, path: Path, clock: Clock) -> None:
    for member in (MIKA, REN):
        await store.desk.block(change(new_number(), member_id=member), expires_at=int(clock()) + DAY)
    await store.desk.block(change(new_number(), member_id=NOOR), expires_at=None)
    await store.privacy.erase(MIKA)
    clock.advance(hours=24)
    assert await store.privacy.prune() == Counter(blocks=1, remnants=1)
    assert count(path, "blocks") == 1


async def test_the_audit_goes_after_a_year(store: Store, clock: Clock) -> None:
    await store.desk.set_limit(change(new_number(), member_id=MIKA), 5)
    clock.advance(hours=364 * 24)
    await store.desk.set_limit(change(new_number(), member_id=MIKA), 6)
    assert (await store.privacy.prune())["audit"] == 0
    clock.advance(hours=24, seconds=1)
    assert (await store.privacy.prune())["audit"] == 1
    assert [entry.action for entry in await store.desk.audit(10)] == [Action.QUOTA_SET]


def add_command(tx: Transaction, *, answered_at: int | None) -> None:
    tx.run("INSERT INTO commands (name, arguments, at, answered_at) VALUES ('drain', '{}', 0, :at)", at=answered_at)


async def test_counts_of_refusals_go_and_so_do_answered_commands(store: Store, path: Path, clock: Clock) -> None:
    await store.refused(10, "blocked")
    clock.advance(hours=93 * 24)
    await store.refused(10, "blocked")
    for answered_at in (int(clock()) - DAY - 1, int(clock()) - DAY + 1, None):
        await store._database.transact(partial(add_command, answered_at=answered_at))
    assert await store.privacy.prune() == Counter(refusals=1, commands=1)
    assert count(path, "commands") == 2


async def test_a_name_goes_with_the_last_row_that_mentions_it(store: Store, path: Path, clock: Clock) -> None:
    await delivered(store, MIKA, owner_id=REN)
    clock.advance(hours=93 * 24)
    assert await store.privacy.prune() == Counter(jobs=1, ledger=1, members=0, subjects=2)
    assert count(path, "subjects") == 0


@pytest.mark.parametrize(
    "keep",
    [
        lambda store: store.desk.set_limit(change(new_number(), member_id=MIKA), 5),
        lambda store: store.desk.block(change(new_number(), member_id=MIKA), expires_at=None),
        lambda store: store.privacy.say(MIKA, PicturesOfMe.NOBODY),
        lambda store: store.desk.set_limit(change(new_number(), member_id=REN, actor_id=MIKA), 5),
        lambda store: asked(store, MIKA),
        lambda store: asked(store, REN, owner_id=MIKA),
    ],
    ids=["a limit", "a block", "an opt-out", "the audit", "a request", "somebody else's request"],
)
async def test_a_name_stays_with_what_needs_it(
    store: Store, path: Path, clock: Clock, keep: Callable[[Store], Awaitable[object]]
) -> None:
    await keep(store)
    clock.advance(hours=93 * 24)
    await store.privacy.prune()
    assert count(path, "subjects", f"user_id = {MIKA}") == 1


async def test_the_operators_words_of_a_member_keep_their_name(store: Store, path: Path) -> None:
    await cap(store, Scope.MEMBER, await subject_of(store, MIKA), 4)
    await deny(store, Scope.MEMBER, await subject_of(store, REN))
    await subject_of(store, NOOR)
    assert await store.privacy.prune() == Counter(subjects=1)
    assert count(path, "subjects") == 2


async def test_who_has_long_not_been_here_is_told_of_uploads_again(store: Store, path: Path, clock: Clock) -> None:
    await store.stated(MIKA)
    await store.stated(REN)
    clock.advance(hours=93 * 24)
    await asked(store, REN)
    assert (await store.privacy.prune())["members"] == 1
    assert count(path, "members") == 1


async def test_a_server_that_the_bot_left_is_forgotten_after_thirty_days(
    store: Store, path: Path, clock: Clock
) -> None:
    await everything(store, path)
    for guild_id in (10, 20, 30):
        await store.desk.change_guild(by_moderator(new_number(), guild_id=guild_id), new_member_hours=2)
        await store.refused(guild_id, "blocked")
        await store.desk.block(change(new_number(), member_id=REN, guild_id=guild_id), expires_at=None)
        await cap(store, Scope.SERVER, guild_id, 100)
    await store.privacy.begin_erasure(MIKA)
    await store.privacy.erase(MIKA)
    await store.desk.left(10)
    clock.advance(hours=30 * 24 - 1)
    assert (await store.privacy.prune())["servers"] == 0
    before = of_servers(path)
    clock.advance(hours=1, seconds=1)
    assert (await store.privacy.prune())["servers"] == 1
    after = of_servers(path)
    assert after[10] == Counter(caps=1)
    assert {one: after[one] for one in (0, 20, 30)} == {one: before[one] for one in (0, 20, 30)}


async def test_what_the_operator_did_stays_in_the_audit_as_long_as_anything(
    store: Store, path: Path, clock: Clock
) -> None:
    await store.operator.carry_out(Order(action=Action.DENY, scope=Scope.SERVER, target=20))  # which never had the bot
    await store.operator.carry_out(Order(action=Action.CAP, scope=Scope.SERVER, target=10, amount=5))
    await store.desk.set_limit(change(new_number(), member_id=MIKA), 5)
    await store.desk.present(frozenset({30}))
    clock.advance(hours=31 * 24)
    assert await store.privacy.prune() == Counter(audit=1, servers=1, subjects=2)
    assert rows(path, "SELECT guild_id, action FROM audit ORDER BY guild_id") == [(10, "cap"), (20, "deny")]
    clock.advance(hours=335 * 24)
    assert (await store.privacy.prune())["audit"] == 2


async def test_a_server_that_took_the_bot_back_is_not_forgotten(store: Store, path: Path, clock: Clock) -> None:
    await delivered(store, MIKA)
    await store.desk.left(10)
    clock.advance(hours=20 * 24)
    await store.desk.joined(10)
    clock.advance(hours=20 * 24)
    assert (await store.privacy.prune())["servers"] == 0
    assert count(path, "jobs") == 1


async def test_a_server_waits_for_its_last_job(store: Store, path: Path, clock: Clock) -> None:
    job_id = await asked(store, MIKA)
    await store.desk.left(10)
    clock.advance(hours=31 * 24)
    await store.privacy.prune()
    assert count(path, "jobs") == 1
    await store.fail(job_id, "the link is gone")
    await store.privacy.prune()
    assert count(path, "jobs") == 0


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)


@pytest.mark.usefixtures("small_batches")
async def test_in_small_batches_the_same_is_forgotten(store: Store, path: Path, clock: Clock) -> None:
    for user_id in (MIKA, REN, NOOR):
        for guild_id in (0, 10, 20):
            await delivered(store, user_id, guild_id=guild_id)
            await store.desk.set_limit(change(new_number(), member_id=user_id, guild_id=20), None)
    await store.desk.left(20)
    clock.advance(hours=31 * 24)
    assert await store.privacy.prune() == Counter(jobs=3, ledger=3, audit=9, servers=1, subjects=1)
    clock.advance(hours=62 * 24)
    await store.privacy.prune()
    assert [count(path, table) for table in ("jobs", "ledger", "daily_usage", "cap_usage", "subjects")] == [0] * 5


async def old(store: Store, path: Path, clock: Clock) -> None:
    """Something of each kind that is to be forgotten, and of each that is not."""
    await everything(store, path)
    await everything(store, path, user_id=NOOR)
    await store.privacy.begin_erasure(MIKA)
    await store.privacy.erase(MIKA)
    await delivered(store, MIKA, guild_id=20)
    await store.requeue_interrupted()
    for (job_id,) in rows(path, "SELECT id FROM jobs WHERE state = 'queued'"):
        await store.fail(str(job_id), "gone")
    await store.desk.left(20)
    clock.advance(hours=93 * 24)
    await delivered(store, REN)
    await delivered(store, REN, guild_id=30)


async def test_forgetting_that_fails_at_any_statement_is_made_up_for_by_the_next(
    store: Store, path: Path, clock: Clock, tmp_path: Path
) -> None:
    await old(store, path, clock)
    await store._database.write_back()
    wanted: dict[str, list[tuple[object, ...]]] | None = None
    for nth in range(200):
        copy = tmp_path / f"{nth}" / "animify.db"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        shutil.copy(path.with_name("animify.db.key"), copy.with_name("animify.db.key"))
        probe = Probe()
        async with await Store.open(copy, default_limit=3, now=clock, on_statement=probe) as other:
            probe.at(nth, disk_fails)
            failed_once = False
            try:
                await other.privacy.prune()
            except DatabaseFailedError:
                failed_once = True
                assert await other.audit_faults() == []
                await other.privacy.prune()
            assert await other.audit_faults() == []
        wanted = wanted or dump(copy)  # of the first time, when nothing failed
        assert dump(copy) == wanted
        shutil.rmtree(copy.parent)
        if nth and not failed_once:
            break
    assert 40 < nth < 199


def of_servers(path: Path) -> dict[int, Counter[str]]:
    """How many rows of each table are about each server."""
    tables = {
        **dict.fromkeys(
            ("guilds", "role_limits", "limits", "daily_usage", "grants", "ledger", "requests", "blocks", "reports"),
            "guild_id",
        ),
        **dict.fromkeys(("audit", "refusals", "remnants"), "guild_id"),
        "caps": "target",
    }
    found: dict[int, Counter[str]] = {guild_id: Counter() for guild_id in (0, 10, 20, 30)}
    for table, column in tables.items():
        for guild_id, times in rows(path, f"SELECT {column}, count(*) FROM {table} GROUP BY 1"):  # noqa: S608 - our tables
            if guild_id in found:
                found[int(str(guild_id))][table] += int(str(times))
    return found


# Any mixture.

GUILDS = (0, 10, 20)
PEOPLE = (MIKA, REN)
ZONES = {10: "Pacific/Kiritimati", 20: "Pacific/Honolulu"}

WHO = st.tuples(st.sampled_from(GUILDS), st.sampled_from(PEOPLE))
ENDS = st.sampled_from(["delivered", "failed", "cancelled", "cancelled_running"])
SCENES = st.one_of(
    st.tuples(st.just("ask"), WHO, ENDS),
    st.tuples(st.just("ask"), WHO, ENDS),
    st.tuples(st.just("grant"), WHO, st.sampled_from([1, 30, 150])),
    st.tuples(st.just("reset"), WHO, st.none()),
    st.tuples(st.just("erase"), WHO, st.none()),
    st.tuples(st.just("leave"), WHO, st.none()),
    st.tuples(st.just("wait"), WHO, st.sampled_from([1, 7, 13, 24, 31 * 24, 60 * 24, 95 * 24])),
    st.tuples(st.just("prune"), WHO, st.none()),
)


@dataclass
class Known:
    """What a test knows of a job: when it ended, and where it was paid."""

    ended_at: float
    guild_id: int


@dataclass
class Play:
    """A store that scenes are played on."""

    store: Store
    clock: Clock
    path: Path
    jobs: dict[str, Known] = field(default_factory=dict)
    left: dict[int, float] = field(default_factory=dict)

    async def ask(self, guild_id: int, user_id: int, end: str) -> None:
        usage = await self.store.usage(guild_id, user_id)
        if usage.left == 0:
            return
        job_id = await asked(self.store, user_id, guild_id=guild_id)
        if end != "cancelled":
            await self.store.start(job_id, judge=lambda _: None)
        if end == "delivered":
            await self.store.deliver(job_id, channel_id=1, message_id=new_number())
        elif end == "failed":
            await self.store.fail(job_id, "broken")
        else:
            await cancel(self.store, job_id)
        self.jobs[job_id] = Known(self.clock(), guild_id)

    async def play(self, what: str, who: tuple[int, int], value: object) -> None:
        guild_id, user_id = who
        about = change(new_number(), guild_id=guild_id, member_id=user_id, actor_id=NOOR)
        match what:
            case "ask":
                await self.ask(guild_id, user_id, str(value))
            case "grant":
                await self.store.desk.grant(about, 2, expires_at=int(self.clock()) + int(str(value)) * DAY)
            case "reset":
                await self.store.desk.reset(about)
            case "erase":
                await self.store.privacy.erase(user_id)
            case "leave" if guild_id:
                await self.store.desk.left(guild_id)
                self.left.setdefault(guild_id, self.clock())
            case "wait":
                self.clock.advance(hours=int(str(value)))
            case "prune":
                await self.prune()

    async def prune(self) -> None:
        event("forgot" if sum((await self.store.privacy.prune()).values()) else "had nothing to forget")
        assert await self.store.audit_faults() == []
        kept = {str(job_id) for (job_id,) in rows(self.path, "SELECT id FROM jobs")}
        on_grants = {
            str(key).partition(":")[2]
            for (key,) in rows(self.path, "SELECT entry_key FROM ledger WHERE grant_id IS NOT NULL")
        }
        now = self.clock()
        for job_id, known in list(self.jobs.items()):
            gone = known.guild_id in self.left and now - self.left[known.guild_id] > 30 * DAY
            if job_id not in kept:
                assert gone or now - known.ended_at > 90 * DAY
                del self.jobs[job_id]
            elif not gone:
                assert now - known.ended_at < 93 * DAY or job_id in on_grants
            else:
                raise AssertionError("a job of a server that was left long ago is kept")
        self.left = {one: at for one, at in self.left.items() if now - at <= 30 * DAY}


@given(scenes=st.lists(SCENES, min_size=4, max_size=24), batch=st.sampled_from([1, 2, 500]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happened_the_books_agree_and_nothing_young_is_forgotten(
    scenes: list[tuple[str, tuple[int, int], object]], batch: int
) -> None:
    async def played() -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr(retention, "BATCH", batch)
            path, clock = Path(folder) / "animify.db", Clock()
            async with await Store.open(path, default_limit=2, now=clock) as store:
                for guild_id, zone in ZONES.items():
                    await store.desk.change_guild(by_moderator(new_number(), guild_id=guild_id), zone=zone)
                play = Play(store, clock, path)
                for scene in scenes:
                    await play.play(*scene)
                await play.prune()
                clock.advance(hours=400 * 24)
                await play.prune()
                assert count(path, "ledger") == count(path, "cap_usage") == count(path, "jobs") == 0
                assert {one.kind for one in (await store.privacy.summary(MIKA)).lasting} <= {Kind.LIMIT}

    asyncio.run(played())
