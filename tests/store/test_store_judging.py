"""The rules are asked inside the transaction that acts on them: what was written by then holds."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from bot.store import (
    DuplicateRequestError,
    IllegalTransitionError,
    InFlightError,
    NotAdmittedError,
    Scope,
    State,
    Store,
)
from bot.store.standing import DRAINING
from bot.values.rules import Block, Guild, PicturesOfMe, Refusal, Standing
from tests.store.stage import (
    HOUR,
    NOON,
    Clock,
    block_of,
    by_moderator,
    cancel,
    change,
    deny,
    dump,
    each,
    forget,
    permissive,
    request,
    rows,
    rules,
    say,
    start,
    subject_of,
    submit,
)

Happening = Callable[[Store], Awaitable[object]]


async def block(store: Store) -> None:
    await store.desk.block(change(900, reason="spam"))


async def be_blocked_unnoticed(store: Store) -> None:
    """A block that cancels nothing, as one does whose queued job was put back a moment later."""
    subject = await subject_of(store, 7)
    await store._database.transact(
        lambda tx: tx.run("INSERT INTO blocks VALUES (10, :subject, NULL, NULL, :now)", subject=subject, now=tx.now)
    )


async def deny_the_member(store: Store) -> None:
    await deny(store, Scope.MEMBER, await subject_of(store, 7))


async def deny_the_server(store: Store) -> None:
    await deny(store, Scope.SERVER, 10)


async def opt_out(store: Store) -> None:
    await say(store, 8, PicturesOfMe.NOBODY)


async def opt_out_and_leave(store: Store) -> None:
    await opt_out(store)
    await forget(store, 8)


async def drain(store: Store) -> None:
    await store.remember(DRAINING, "1")


async def pause(store: Store) -> None:
    await store.desk.change_guild(by_moderator(900), paused=True)


def refusing(_standing: Standing) -> Refusal:
    return Refusal.PAUSED


class Witness:
    """A judge that remembers what it was told, and admits."""

    def __init__(self) -> None:
        self.seen: list[Standing] = []

    def __call__(self, standing: Standing) -> None:
        self.seen.append(standing)


@pytest.mark.parametrize(
    ("happening", "refusal"),
    [
        (block, Refusal.BLOCKED),
        (deny_the_member, Refusal.DENIED_MEMBER),
        (deny_the_server, Refusal.DENIED_SERVER),
        (opt_out, Refusal.OWNER_SAYS_NOBODY),
        (opt_out_and_leave, Refusal.OWNER_SAYS_NOBODY),
    ],
)
async def test_what_holds_everywhere_is_seen_by_a_request_that_comes_after_it_and_by_a_look_before_it(
    store: Store, path: Path, happening: Happening, refusal: Refusal
) -> None:
    await happening(store)
    before, asked = dump(path), request(1, owner_id=8)
    assert rules(await store.standing(asked.place, asked.user_id, owner_id=8)) is refusal
    with pytest.raises(NotAdmittedError, match=refusal) as caught:
        await store.submit(asked, judge=each(rules), in_flight_limit=1)
    assert caught.value.refusal is refusal
    assert rules(caught.value.standing) is refusal
    assert dump(path) == before


@pytest.mark.parametrize(
    ("happening", "refusal"),
    [
        (be_blocked_unnoticed, Refusal.BLOCKED),
        (deny_the_member, Refusal.DENIED_MEMBER),
        (deny_the_server, Refusal.DENIED_SERVER),
        (opt_out, Refusal.OWNER_SAYS_NOBODY),
    ],
)
async def test_what_happens_while_a_job_waits_is_seen_at_its_start_and_the_job_stays_queued(
    store: Store, path: Path, happening: Happening, refusal: Refusal
) -> None:
    asked = request(1, owner_id=8)
    job_id = (await store.submit(asked, judge=each(rules), in_flight_limit=1)).job_ids[0]
    await happening(store)
    before = dump(path)
    with pytest.raises(NotAdmittedError) as caught:
        await store.start(job_id, judge=rules)
    assert caught.value.refusal is refusal
    assert dump(path) == before
    job = await store.job(job_id)
    assert job is not None
    assert (job.state, job.started_at) == (State.QUEUED, None)
    assert await cancel(store, job_id)
    assert (await store.usage(10, 7)).used == 0


@pytest.mark.parametrize("happening", [pause, drain])
async def test_a_pause_and_a_drain_are_seen_by_the_judge_before_the_charge_and_at_the_start(
    store: Store, happening: Happening
) -> None:
    witness = Witness()
    await store.submit(request(1), judge=each(witness), in_flight_limit=1)
    await happening(store)
    await store.start("1-0", judge=witness)
    assert [standing.draining or standing.guild.paused for standing in witness.seen] == [False, True]


async def test_a_refused_request_may_be_asked_again_with_the_same_interaction(store: Store) -> None:
    with pytest.raises(NotAdmittedError):
        await store.submit(request(1), judge=each(refusing), in_flight_limit=1)
    await store.submit(request(1), judge=permissive, in_flight_limit=1)


async def test_reasons_come_in_their_order_a_duplicate_first_and_a_full_queue_after_the_rules(store: Store) -> None:
    await submit(store, 1)
    with pytest.raises(DuplicateRequestError):
        await store.submit(request(1), judge=each(refusing), in_flight_limit=1)
    with pytest.raises(NotAdmittedError):
        await store.submit(request(2), judge=each(refusing), in_flight_limit=1)
    with pytest.raises(InFlightError):
        await store.submit(request(2), judge=permissive, in_flight_limit=1)


async def test_a_judge_that_breaks_charges_nothing_and_leaves_the_store_working(store: Store, path: Path) -> None:
    def broken(standing: Standing) -> Refusal | None:
        raise LookupError(standing.guild.zone)

    before = dump(path)
    with pytest.raises(LookupError):
        await store.submit(request(1), judge=each(broken), in_flight_limit=1)
    assert dump(path) == before
    await submit(store, 1)
    with pytest.raises(LookupError):
        await store.start("1-0", judge=broken)
    await start(store, "1-0")


async def test_the_judge_is_told_how_everything_stands(store: Store) -> None:
    await store.desk.change_guild(by_moderator(900), new_member_hours=5, channels=frozenset({1}))
    await store.stated(7)
    await say(store, 8, PicturesOfMe.ANYONE)
    await store.desk.block(change(901, reason="a while"), expires_at=NOON + HOUR)
    witness = Witness()
    await store.submit(request(1, owner_id=8), judge=each(witness), in_flight_limit=1)
    await store.start("1-0", judge=witness)
    expected = Standing(
        guild=Guild(new_member_hours=5, channels=frozenset({1})),
        block=Block(reason="a while", expires_at=NOON + HOUR),
        stated=True,
        owner=PicturesOfMe.ANYONE,
    )
    assert witness.seen == [expected, expected]


async def test_what_members_say_of_their_own_pictures_binds_nobody_but_others(store: Store) -> None:
    await say(store, 7, PicturesOfMe.NOBODY)
    witness = Witness()
    await store.submit(request(1, owner_id=7), judge=each(witness), in_flight_limit=1)
    await store.start("1-0", judge=witness)
    await store.submit(request(2), judge=each(witness), in_flight_limit=9)
    assert [standing.owner for standing in witness.seen] == [None, None, None]


async def test_a_block_holds_until_it_ends_and_in_its_server_only(store: Store, clock: Clock) -> None:
    await store.desk.block(change(900), expires_at=NOON + HOUR)
    judged = partial(store.submit, judge=each(rules), in_flight_limit=9)
    await judged(request(1, guild_id=20))
    await judged(request(2, user_id=8))
    clock.seconds = NOON + HOUR - 1
    with pytest.raises(NotAdmittedError):
        await judged(request(3))
    clock.advance(seconds=1)
    await judged(request(3))
    assert await block_of(store, 10, 7) is None


async def test_a_block_covers_what_only_the_member_has_installed_in_that_server(store: Store) -> None:
    await store.desk.block(change(900))
    judged = partial(store.submit, judge=each(rules), in_flight_limit=9)
    with pytest.raises(NotAdmittedError):
        await judged(request(1, guild_id=0, server_id=10))
    await judged(request(2, guild_id=0, server_id=20))
    await judged(request(3, guild_id=0))


async def test_such_a_block_is_seen_at_the_start_too(store: Store) -> None:
    await store.submit(request(1, guild_id=0, server_id=10), judge=each(rules), in_flight_limit=9)
    await store.submit(request(2, guild_id=0, server_id=20), judge=each(rules), in_flight_limit=9)
    await be_blocked_unnoticed(store)
    with pytest.raises(NotAdmittedError):
        await store.start("1-0", judge=rules)
    await store.start("2-0", judge=rules)


async def test_the_same_rules_are_asked_anew_for_each_request(store: Store) -> None:
    judged = partial(store.submit, judge=each(rules), in_flight_limit=9)
    await judged(request(1))
    await store.desk.block(change(900))
    with pytest.raises(NotAdmittedError):
        await judged(request(2))
    await store.desk.unblock(change(901))
    await judged(request(2))


async def test_a_member_is_told_of_uploads_once(store: Store, path: Path) -> None:
    assert [await store.tell_once(user) for user in (7, 7, 8)] == [True, False, True]
    assert rows(path, "SELECT count(*) FROM members WHERE told_at IS NOT NULL") == [(2,)]


async def test_whoever_has_stated_is_not_told_again(store: Store) -> None:
    await store.stated(7)
    assert not await store.tell_once(7)


async def test_a_job_that_runs_is_judged_once_more_when_its_turn_has_come(store: Store) -> None:
    job_id = (await store.submit(request(1), judge=permissive, in_flight_limit=1)).job_ids[0]
    await store.start(job_id, judge=rules)
    await store.go_on(job_id, judge=rules)
    await store.desk.block(change(900))
    with pytest.raises(NotAdmittedError):
        await store.go_on(job_id, judge=rules)
    await cancel(store, job_id)
    with pytest.raises(IllegalTransitionError):
        await store.go_on(job_id, judge=rules)
