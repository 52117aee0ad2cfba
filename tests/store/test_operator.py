"""What the operator rules: caps, denials and draining, each once, in every scope, and in the audit."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bot.store import (
    Action,
    Answer,
    DatabaseFailedError,
    NotAdmittedError,
    Order,
    Outcome,
    OverCapError,
    Scope,
    State,
    Store,
    commands,
    operator,
)
from bot.store.database import Transaction
from bot.values.rules import Refusal, Standing
from tests.store.stage import (
    Clock,
    Probe,
    block_of,
    change,
    deliver,
    disk_fails,
    dump,
    each,
    permissive,
    request,
    rows,
    rules,
    start,
    submit,
    tamper,
)

DENY_MEMBER = Order(action=Action.DENY, scope=Scope.MEMBER, target=7, reason="spam")
DENY_SERVER = Order(action=Action.DENY, scope=Scope.SERVER, target=10)
DRAIN = Order(action=Action.DRAIN)


def cap(scope: Scope, target: int, amount: int | None) -> Order:
    return Order(action=Action.CAP, scope=scope, target=target, amount=amount)


def still(standing: Standing) -> Refusal | None:
    return rules(standing)


async def put(store: Store, order: Order) -> int:
    """What a shell does beside the bot."""
    return await store._database.transact(lambda tx: commands.put(tx, order))


async def taken(store: Store, command_id: int) -> Answer | None:
    return await store._database.transact(lambda tx: commands.take_answer(tx, command_id))


async def refused(store: Store, interaction_id: int, *, guild_id: int = 10, server_id: int = 10) -> Refusal:
    asked = request(interaction_id, guild_id=guild_id, server_id=server_id)
    with pytest.raises(NotAdmittedError) as error:
        await store.submit(asked, judge=each(still), in_flight_limit=9)
    return error.value.refusal


@pytest.mark.parametrize(("scope", "target"), [(Scope.SERVER, 10), (Scope.MEMBER, 7), (Scope.SERVER, 0)])
async def test_a_cap_holds_at_once_and_counts_what_was_painted_before(store: Store, scope: Scope, target: int) -> None:
    await submit(store, 1)
    await store.operator.carry_out(cap(scope, target, 1))
    with pytest.raises(OverCapError):
        await submit(store, 2)
    await store.operator.carry_out(cap(scope, target, None))
    await submit(store, 2)


async def test_one_cap_goes_before_that_of_everyone(store: Store) -> None:
    await store.operator.carry_out(cap(Scope.MEMBER, 0, 0))
    await store.operator.carry_out(cap(Scope.MEMBER, 7, 5))
    await submit(store, 1)
    with pytest.raises(OverCapError):
        await submit(store, 2, user_id=8)


async def test_a_denied_member_is_refused_everywhere_before_any_charge(store: Store) -> None:
    await store.operator.carry_out(DENY_MEMBER)
    for number, (guild_id, server_id) in enumerate([(10, 10), (11, 11), (0, 0), (0, 12)], 1):
        assert await refused(store, number, guild_id=guild_id, server_id=server_id) is Refusal.DENIED_MEMBER
    await submit(store, 9, user_id=8)


async def test_a_denied_server_is_refused_whoever_has_installed_the_bot(store: Store) -> None:
    await store.operator.carry_out(DENY_SERVER)
    assert await refused(store, 1) is Refusal.DENIED_SERVER
    assert await refused(store, 2, guild_id=0, server_id=10) is Refusal.DENIED_SERVER
    await store.submit(request(3, guild_id=11), judge=each(still), in_flight_limit=9)


async def test_what_a_denied_member_has_queued_is_refunded_in_every_server(store: Store) -> None:
    queued = [await submit(store, 1), await submit(store, 2, guild_id=11), await submit(store, 3, guild_id=0)]
    running, other = await submit(store, 4), await submit(store, 5, user_id=8)
    await start(store, running)
    command_id = await put(store, DENY_MEMBER)
    [outcome] = await store.operator.answer()
    assert sorted(outcome.cancelled) == queued
    assert outcome.refusal is Refusal.DENIED_MEMBER
    assert await taken(store, command_id) == Answer(
        ok=True, sentence="member 7 is denied now; 3 queued pictures cancelled and refunded"
    )
    assert (await store.usage(11, 7)).used == 0
    states = [job.state for one in (*queued, running, other) if (job := await store.job(one)) is not None]
    assert states == [State.CANCELLED] * 3 + [State.RUNNING, State.QUEUED]
    await deliver(store, running)


async def test_without_a_bot_what_is_queued_is_left_to_the_next_start_which_refuses_it(store: Store) -> None:
    job_id = await submit(store, 1)
    answer = await store.operator.carry_out(DENY_MEMBER)
    assert answer.sentence == "member 7 is denied now; 1 queued picture will be refunded when the bot starts"
    assert [job.id for job in (await store.requeue_interrupted()).resumed] == [job_id]
    assert (await store.secrets(job_id)).token is not None  # with which those who wait are told
    with pytest.raises(NotAdmittedError) as error:
        await store.start(job_id, judge=still)
    assert error.value.refusal is Refusal.DENIED_MEMBER


async def test_what_is_queued_in_a_denied_server_is_refunded_for_user_installs_too(store: Store) -> None:
    here, elsewhere = await submit(store, 1), await submit(store, 3, guild_id=11)
    asked = request(2, guild_id=0, server_id=10, user_id=8)
    installed = (await store.submit(asked, judge=permissive, in_flight_limit=9)).job_ids[0]
    await put(store, DENY_SERVER)
    [outcome] = await store.operator.answer()
    assert sorted(outcome.cancelled) == [here, installed]
    job = await store.job(elsewhere)
    assert job is not None
    assert job.state is State.QUEUED


async def test_a_job_that_was_let_in_before_is_not_started_after(store: Store, path: Path) -> None:
    job_id = await submit(store, 1)
    tamper(path, "INSERT INTO denied VALUES ('server', 10, NULL, 0)")
    with pytest.raises(NotAdmittedError):
        await store.start(job_id, judge=still)


async def test_who_is_allowed_again_is_served(store: Store) -> None:
    await store.operator.carry_out(DENY_MEMBER)
    answer = await store.operator.carry_out(Order(action=Action.ALLOW, scope=Scope.MEMBER, target=7))
    assert answer == Answer(ok=True, sentence="member 7 is served again")
    await store.submit(request(1), judge=each(still), in_flight_limit=1)


async def test_draining_lets_nothing_in_until_it_is_ended_and_goes_on_with_what_was_promised(store: Store) -> None:
    promised = await submit(store, 1)
    await store.operator.carry_out(DRAIN)
    drained = Standing(draining=True)

    def judge(standing: Standing) -> Refusal | None:
        assert standing == drained
        return Refusal.DRAINING

    with pytest.raises(NotAdmittedError):
        await store.submit(request(2), judge=each(judge), in_flight_limit=9)
    await store.start(promised, judge=still)
    await store.operator.carry_out(Order(action=Action.RESUME))
    await store.submit(request(2), judge=each(still), in_flight_limit=9)


async def test_draining_outlives_a_restart(path: Path, clock: Clock) -> None:
    async with await Store.open(path, default_limit=3, now=clock) as store:
        await store.operator.carry_out(DRAIN)
    async with await Store.open(path, default_limit=3, now=clock) as store:
        assert (await store.operator.carry_out(DRAIN)).sentence == "it drains already"


async def test_each_change_is_one_row_of_the_operators_with_its_reason(store: Store) -> None:
    for order in (cap(Scope.SERVER, 10, 5), cap(Scope.MEMBER, 0, 9), DENY_MEMBER, DRAIN):
        await store.operator.carry_out(order)
        await store.operator.carry_out(order)  # which changes nothing
    here, nowhere = await store.desk.audit(10), await store.desk.audit(0)
    assert [(one.action, one.object, one.before, one.after) for one in here] == [(Action.CAP, "server", "none", "5")]
    assert [(one.action, one.object, one.target_id, one.reason) for one in nowhere] == [
        (Action.DRAIN, None, None, None),
        (Action.DENY, "member", 7, "spam"),
        (Action.CAP, "every member", None, None),
    ]
    assert all(one.by_operator for one in (*here, *nowhere))


async def test_a_new_reason_of_an_old_denial_is_kept(store: Store, path: Path) -> None:
    await store.operator.carry_out(DENY_SERVER)
    await store.operator.carry_out(Order(action=Action.DENY, scope=Scope.SERVER, target=10, reason="raids"))
    assert rows(path, "SELECT reason FROM denied") == [("raids",)]


async def test_a_command_that_is_carried_out_twice_changes_nothing_twice(store: Store, path: Path) -> None:
    def twice(tx: Transaction) -> Outcome:
        operator.carry_out(tx, store._sealer, 3, DENY_MEMBER, bot_runs=True)
        return operator.carry_out(tx, store._sealer, 3, DENY_MEMBER, bot_runs=True)

    outcome = await store._database.transact(twice)
    assert outcome.answer == Answer(ok=True, sentence="it was done already")
    assert rows(path, "SELECT entry_key FROM audit") == [("command:3",)]


async def test_an_answer_is_given_once_and_names_nobody_after_it_was_read(store: Store, path: Path) -> None:
    command_id = await put(store, DENY_MEMBER)
    assert len(await store.operator.answer()) == 1
    assert await store.operator.answer() == []
    assert rows(path, "SELECT arguments FROM commands") == [("{}",)]
    assert await taken(store, command_id) is not None
    assert await taken(store, command_id) is None
    assert rows(path, "SELECT * FROM commands") == []


async def test_an_answer_that_nobody_reads_is_forgotten(store: Store, path: Path, clock: Clock) -> None:
    await put(store, DRAIN)
    await store.operator.answer()
    clock.advance(seconds=60)
    await store.operator.answer()
    assert rows(path, "SELECT * FROM commands") == []


async def test_no_id_is_given_twice(store: Store) -> None:
    first = await put(store, DRAIN)
    await store._database.transact(lambda tx: commands.withdraw(tx, first))
    assert await put(store, DRAIN) > first


async def test_a_command_that_was_left_behind_is_not_heeded_by_a_later_start(store: Store, clock: Clock) -> None:
    command_id = await put(store, DRAIN)
    clock.advance(seconds=11)
    await store.operator.answer()
    assert await taken(store, command_id) == Answer(ok=False, sentence="it came too late; nothing was changed")
    assert await store.desk.audit(0) == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("dance", '{"scope": null}'),
        ("drain", '{"scope": null, "speed": 3}'),
        ("drain", "[]"),
        ("block", '{"scope": null}'),
    ],
)
async def test_a_command_of_another_version_is_answered_and_changes_nothing(
    store: Store, path: Path, name: str, arguments: str
) -> None:
    command_id = await put(store, DRAIN)
    tamper(path, f"UPDATE commands SET name = '{name}', arguments = '{arguments}'")  # noqa: S608 - our words
    await store.operator.answer()
    answer = await taken(store, command_id)
    assert answer is not None
    assert not answer.ok
    assert await store.desk.audit(0) == []


async def test_giving_up_answers_what_waits_with_a_no(store: Store) -> None:
    command_id = await put(store, DRAIN)
    await store.operator.give_up()
    answer = await taken(store, command_id)
    assert answer is not None
    assert not answer.ok
    assert await store.operator.answer() == []


def test_an_order_that_makes_no_sense_is_none() -> None:
    for action, scope in ((Action.BLOCK, None), (Action.DENY, Scope.SERVER), (Action.DRAIN, Scope.MEMBER)):
        with pytest.raises(ValueError, match="no order"):
            Order(action=action, scope=scope)


async def test_a_disk_that_fails_leaves_a_command_whole_or_undone(store: Store, path: Path, probe: Probe) -> None:
    await submit(store, 1)
    await put(store, DENY_MEMBER)
    before, nth = dump(path), 0
    outcomes: list[Outcome] = []
    while not outcomes:
        nth += 1
        probe.at(nth, disk_fails)
        with contextlib.suppress(DatabaseFailedError, sqlite3.Error):
            outcomes = await store.operator.answer()
        probe.off()
        assert outcomes or dump(path) == before
    assert nth > 10
    assert outcomes[0].cancelled == ("1-0",)


async def test_moderators_blocks_and_the_operators_denials_are_apart(store: Store) -> None:
    await store.desk.block(change(50))
    await store.operator.carry_out(DENY_MEMBER)
    await store.operator.carry_out(Order(action=Action.ALLOW, scope=Scope.MEMBER, target=7))
    assert await block_of(store, 10, 7) is not None
