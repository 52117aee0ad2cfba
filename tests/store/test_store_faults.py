"""Faults: every operation fails, or is cancelled, at each of its statements in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.store import DatabaseFailedError, Desk, Layer, RoleLimit, State, Store
from bot.store.reports import NewReport
from bot.values.records import Complaint, Report, ReportState
from tests.store.stage import (
    NOON,
    Clock,
    Probe,
    block_of,
    by_moderator,
    cancel,
    change,
    deliver,
    disk_fails,
    dump,
    permissive,
    request,
    start,
    submit,
    taken,
)

Step = Callable[[Store, int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Act:
    """An operation on something numbered: what must be there before, and how to see afterwards that it happened."""

    name: str
    prepare: Step
    act: Step
    happened: Callable[[Store, int], Awaitable[bool]]


async def nothing(store: Store, number: int) -> None:
    pass


async def queue(store: Store, number: int) -> None:
    await submit(store, number, user_id=number)


async def run(store: Store, number: int) -> None:
    await queue(store, number)
    await start(store, f"{number}-0")


async def have_only_a_grant(store: Store, number: int) -> None:
    await store.desk.set_limit(change(10_000 + number, member_id=number), 0)
    await store.desk.grant(change(20_000 + number, member_id=number), 1)


async def queue_on_a_grant(store: Store, number: int) -> None:
    await have_only_a_grant(store, number)
    await queue(store, number)


async def queue_what_is_gone(store: Store, number: int) -> None:
    await store.submit(request(number, user_id=number, url_expires_at=NOON), judge=permissive, in_flight_limit=1)


async def finish(store: Store, number: int) -> None:
    await run(store, number)
    await deliver(store, f"{number}-0", message_id=number)


async def have_two_grants(store: Store, number: int) -> None:
    """Two pictures of three are paid by a grant each."""
    await store.desk.set_limit(change(10_000 + number, member_id=number), 1)
    for first in (20_000, 25_000):
        await store.desk.grant(change(first + number, member_id=number), 1)


async def queue_several(store: Store, number: int) -> None:
    await taken(store, request(number, user_id=number, pictures=3))


async def cancel_several(store: Store, number: int) -> None:
    await store.cancel_request(number, accept_charge=True)


async def run_several(store: Store, number: int) -> None:
    await queue_several(store, number)
    for position in range(3):
        await start(store, f"{number}-{position}")


async def finish_several(store: Store, number: int) -> None:
    await run_several(store, number)
    for position in range(3):
        await deliver(store, f"{number}-{position}", message_id=number)


async def report_several(store: Store, number: int) -> None:
    new = NewReport(job_id=f"{number}-1", reporter_id=40_000 + number, complaint=Complaint.SHOWS_ME)
    assert isinstance(await store.reports.file(new, most=1), Report)


async def hide_two(store: Store, number: int) -> None:
    await run_several(store, number)
    for position in range(2):
        await deliver(store, f"{number}-{position}", message_id=number)
    await report_several(store, number)


def all_are(state: State) -> Callable[[Store, int], Awaitable[bool]]:
    async def look(store: Store, number: int) -> bool:
        return [job.state for job in await store.jobs_of(number)] == [state] * 3

    return look


def are_marked(*positions: int) -> Callable[[Store, int], Awaitable[bool]]:
    async def look(store: Store, number: int) -> bool:
        deleted = [job.position for job in await store.jobs_of(number) if job.deleted_at is not None]
        return deleted == list(positions)

    return look


async def are_hidden(store: Store, number: int) -> bool:
    return [job.hidden_at for job in await store.jobs_of(number)] == [NOON] * 3


def is_in(*states: State) -> Callable[[Store, int], Awaitable[bool]]:
    async def look(store: Store, number: int) -> bool:
        job = await store.job(f"{number}-0")
        return job is not None and job.state in states

    return look


async def is_marked(store: Store, number: int) -> bool:
    job = await store.job(f"{number}-0")
    return job is not None and job.deleted_at is not None


async def card_is_known(store: Store, number: int) -> bool:
    job = await store.job(f"{number}-0")
    return job is not None and job.card_message_id == number


async def limit_is_five(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).limit == 5


async def limit_is_the_default(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).layer is Layer.DEFAULT


async def have_a_limit(store: Store, number: int) -> None:
    await store.desk.set_limit(change(10_000 + number, member_id=number), 5)


async def grant_is_there(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).grants_left == 2


async def nothing_is_used(store: Store, number: int) -> bool:
    return (await store.usage(10, number)).used == 0


async def change_guild(store: Store, number: int) -> None:
    made = by_moderator(60_000 + number, guild_id=number)
    await store.desk.change_guild(made, zone="Asia/Tokyo", daily_limit=2, retention_hours=1)


async def guild_is_moved(store: Store, number: int) -> bool:
    rows_of_it = await store.desk.audit(number)
    return (await store.desk.guild(number)).zone == "Asia/Tokyo" and len(rows_of_it) == 3


async def set_role_limit(store: Store, number: int) -> None:
    await store.desk.set_role_limit(by_moderator(70_000 + number, guild_id=number), RoleLimit(1, 2))


async def role_has_a_limit(store: Store, number: int) -> bool:
    return await store.desk.role_limits(number) == [RoleLimit(1, 2)]


async def no_role_has_a_limit(store: Store, number: int) -> bool:
    return await store.desk.role_limits(number) == []


async def unset_role_limit(store: Store, number: int) -> None:
    await store.desk.unset_role_limit(by_moderator(71_000 + number, guild_id=number), 1)


async def block(store: Store, number: int) -> None:
    await store.desk.block(change(72_000 + number, member_id=number, reason="spam"))


async def is_blocked_and_rid_of_its_job(store: Store, number: int) -> bool:
    return await block_of(store, 10, number) is not None and await is_in(State.CANCELLED)(store, number)


async def is_not_blocked(store: Store, number: int) -> bool:
    return await block_of(store, 10, number) is None


async def deleted(store: Store, number: int) -> None:
    await store.desk.deleted(by_moderator(73_000 + number), f"{number}-0")


async def purged(store: Store, number: int) -> None:
    await store.desk.purged(change(74_000 + number, guild_id=number), found=1, outcome="1 deleted")


async def has_one_row_in_the_audit(store: Store, number: int) -> bool:
    return len(await store.desk.audit(number)) == 1


async def report(store: Store, number: int) -> None:
    """The reports of this database are numbered as the tests number what they work on."""
    await finish(store, number)
    filed = await store.reports.file(
        NewReport(job_id=f"{number}-0", reporter_id=9, complaint=Complaint.OTHER), most=999
    )
    assert isinstance(filed, Report)
    assert filed.id == number


async def block_for(store: Store, number: int) -> None:
    await store.desk.block_for(change(75_000 + number, member_id=number), number)


async def is_blocked_for_a_report(store: Store, number: int) -> bool:
    decided = await store.reports.one(10, number)
    return decided is not None and not decided.open and await block_of(store, 10, number) is not None


async def report_is_dismissed(store: Store, number: int) -> bool:
    decided = await store.reports.one(10, number)
    return decided is not None and decided.state is ReportState.DISMISSED


async def has_a_row_of_settings(store: Store, number: int) -> None:
    await store.desk.change_guild(by_moderator(76_000 + number, guild_id=number), paused=True)


async def has_a_row_and_is_left(store: Store, number: int) -> None:
    await has_a_row_of_settings(store, number)
    await store.desk.left(number)


def is_noted_as_left(*, noted: bool) -> Callable[[Store, int], Awaitable[bool]]:
    async def look(store: Store, number: int) -> bool:
        [row] = await store._database.transact(
            lambda tx: tx.all("SELECT left_at FROM guilds WHERE guild_id = :number", number=number)
        )
        return (row["left_at"] is not None) == noted

    return look


async def is_told(store: Store, number: int) -> bool:
    return not await store.tell_once(number)


async def is_counted(store: Store, number: int) -> bool:
    found = await store._database.transact(
        lambda tx: tx.all("SELECT count FROM refusals WHERE guild_id = :number", number=number)
    )
    return [row["count"] for row in found] == [1]


async def is_remembered(store: Store, number: int) -> bool:
    return await store.fact(f"fact {number}") == "kept"


ACTS = [
    Act("submit", nothing, queue, is_in(State.QUEUED)),
    Act("submit_on_a_grant", have_only_a_grant, queue, is_in(State.QUEUED)),
    Act("card_posted", queue, lambda s, n: s.card_posted(f"{n}-0", channel_id=1, message_id=n), card_is_known),
    Act("start", queue, lambda s, n: start(s, f"{n}-0"), is_in(State.RUNNING)),
    Act("deliver", run, lambda s, n: deliver(s, f"{n}-0", message_id=n), is_in(State.DELIVERED)),
    Act("fail", run, lambda s, n: s.fail(f"{n}-0", "broken"), is_in(State.FAILED)),
    Act("fail_on_a_grant", queue_on_a_grant, lambda s, n: s.fail(f"{n}-0", "broken"), is_in(State.FAILED)),
    Act("cancel", run, lambda s, n: cancel(s, f"{n}-0"), is_in(State.CANCELLED)),
    Act("submit_several", have_two_grants, queue_several, all_are(State.QUEUED)),
    Act("cancel_several", queue_several, cancel_several, all_are(State.CANCELLED)),
    Act("requeue", run, lambda s, _: s.requeue_interrupted(), is_in(State.QUEUED)),
    Act("give_up", queue_what_is_gone, lambda s, _: s.requeue_interrupted(), is_in(State.FAILED)),
    Act("mark_deleted", finish, lambda s, n: s.mark_deleted(f"{n}-0"), is_marked),
    Act("mark_several_deleted", finish_several, lambda s, n: s.mark_deleted(f"{n}-1"), are_marked(0, 1, 2)),
    Act("keep_only", finish_several, lambda s, n: s.keep_only(f"{n}-1"), are_marked(0, 2)),
    Act("hide_several", finish_several, report_several, are_hidden),
    Act("deliver_into_what_is_hidden", hide_two, lambda s, n: deliver(s, f"{n}-2", message_id=n), are_hidden),
    Act("want_mention", queue, lambda s, n: s.want_mention(n, wanted=True), lambda s, n: s.mention_wanted(n)),
    Act("stated", nothing, lambda s, n: s.stated(n), is_told),
    Act("refused", nothing, lambda s, n: s.refused(n, "paused"), is_counted),
    Act("remember", nothing, lambda s, n: s.remember(f"fact {n}", "kept"), is_remembered),
]
ACTS_OF_THE_DESK = [
    Act("set_limit", nothing, lambda s, n: s.desk.set_limit(change(30_000 + n, member_id=n), 5), limit_is_five),
    Act(
        "unset_limit",
        have_a_limit,
        lambda s, n: s.desk.unset_limit(change(31_000 + n, member_id=n)),
        limit_is_the_default,
    ),
    Act("grant", nothing, lambda s, n: s.desk.grant(change(40_000 + n, member_id=n), 2), grant_is_there),
    Act("reset", queue, lambda s, n: s.desk.reset(change(50_000 + n, member_id=n)), nothing_is_used),
    Act("change_guild", nothing, change_guild, guild_is_moved),
    Act("set_role_limit", nothing, set_role_limit, role_has_a_limit),
    Act("unset_role_limit", set_role_limit, unset_role_limit, no_role_has_a_limit),
    Act("block", queue, block, is_blocked_and_rid_of_its_job),
    Act("unblock", block, lambda s, n: s.desk.unblock(change(77_000 + n, member_id=n)), is_not_blocked),
    Act("deleted", finish, deleted, is_marked),
    Act("purged", nothing, purged, has_one_row_in_the_audit),
    Act("block_for", report, block_for, is_blocked_for_a_report),
    Act("dismiss", report, lambda s, n: s.desk.dismiss(by_moderator(78_000 + n), n), report_is_dismissed),
    Act("left", has_a_row_of_settings, lambda s, n: s.desk.left(n), is_noted_as_left(noted=True)),
    Act("joined", has_a_row_and_is_left, lambda s, n: s.desk.joined(n), is_noted_as_left(noted=False)),
    Act("present", has_a_row_and_is_left, lambda s, n: s.desk.present(frozenset({n})), is_noted_as_left(noted=False)),
]
READS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "usage": lambda s: s.usage(10, 1, frozenset({1, 2})),
    "usage_of_job": lambda s: s.usage_of_job("1-0"),
    "job": lambda s: s.job("1-0"),
    "jobs_of": lambda s: s.jobs_of(1),
    "jobs_by_result": lambda s: s.jobs_by_result(1),
    "under_way_of": lambda s: s.under_way_of(1),
    "last_style": lambda s: s.last_style(1),
    "recent_styles": lambda s: s.recent_styles(10),
    "mention_wanted": lambda s: s.mention_wanted(1),
    "secrets": lambda s: s.secrets("1-0"),
}
READS_OF_THE_DESK: dict[str, Callable[[Store], Awaitable[object]]] = {
    "guild": lambda s: s.desk.guild(10),
    "styles_off": lambda s: s.desk.styles_off(),
    "role_limits": lambda s: s.desk.role_limits(10),
    "results_of": lambda s: s.desk.results_of(10, 1),
    "audit": lambda s: s.desk.audit(10),
}
each_act = pytest.mark.parametrize("act", ACTS + ACTS_OF_THE_DESK, ids=lambda act: act.name)


def test_each_method_of_the_moderators_side_is_tried_here() -> None:
    tried = {act.name for act in ACTS_OF_THE_DESK} | READS_OF_THE_DESK.keys()
    assert tried == {name for name in vars(Desk) if not name.startswith("_")}


@each_act
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from_then_on"])
async def test_an_operation_that_fails_at_any_statement_has_no_effect(
    act: Act, store: Store, probe: Probe, path: Path, *, lasting: bool
) -> None:
    await act.prepare(store, 1)
    before = dump(path)
    for nth in range(1, 100):
        probe.at(nth, disk_fails, lasting=lasting)
        try:
            await act.act(store, 1)
        except DatabaseFailedError:
            assert dump(path) == before
        else:
            break
    probe.off()
    assert nth > 4, "no statement failed"
    assert await act.happened(store, 1)


@each_act
async def test_an_operation_that_is_cancelled_at_any_statement_happens_whole(
    act: Act, store: Store, probe: Probe
) -> None:
    loop = asyncio.get_running_loop()
    for number in range(1, 100):
        await act.prepare(store, number)
        doing = asyncio.ensure_future(act.act(store, number))
        probe.at(number, partial(loop.call_soon_threadsafe, doing.cancel))
        await asyncio.wait([doing])
        probe.off()
        assert await act.happened(store, number)
        if not doing.cancelled():
            break
    assert number > 4, "no statement was cancelled"


@pytest.mark.parametrize("read", (READS | READS_OF_THE_DESK).values(), ids=READS | READS_OF_THE_DESK)
async def test_a_read_that_fails_at_any_statement_fails_cleanly(
    read: Callable[[Store], Awaitable[object]], store: Store, probe: Probe
) -> None:
    await queue(store, 1)
    for nth in range(1, 100):
        probe.at(nth, disk_fails)
        try:
            await read(store)
        except DatabaseFailedError:
            continue
        break
    assert nth > 4


async def test_expired_secrets_are_wiped_whole_or_not_at_all(
    store: Store, probe: Probe, clock: Clock, path: Path
) -> None:
    await queue(store, 1)
    clock.advance(hours=25)
    before = dump(path)
    for nth in range(1, 100):
        probe.at(nth, disk_fails)
        try:
            assert await store.wipe_expired() == 2
        except DatabaseFailedError:
            assert dump(path) == before
            continue
        break
    assert nth > 5
