"""Erasing a person: nothing leads to them afterwards, the books still agree, and nothing is won by it."""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.store import (
    DatabaseFailedError,
    IllegalTransitionError,
    Layer,
    NewReport,
    NotFiled,
    OverQuotaError,
    Plan,
    Scope,
    State,
    Store,
    UnknownJobError,
)
from bot.values.kept import Summary
from bot.values.records import Complaint, Report
from bot.values.rules import PicturesOfMe
from tests.store.privacy_stage import DAY, MIKA, NOOR, REN, asked, delivered, everything, new_number, running
from tests.store.stage import (
    NOON,
    TOKEN,
    URL,
    Clock,
    Probe,
    block_of,
    cancel,
    cap,
    change,
    deliver,
    disk_fails,
    dump,
    permissive,
    request,
    rows,
    subject_of,
)


async def erased(store: Store, user_id: int = MIKA) -> None:
    plan = await store.privacy.begin_erasure(user_id)
    await store.privacy.gone(plan.posts)
    await store.privacy.erase(user_id)


async def test_the_plan_cancels_and_finds_every_message(store: Store, path: Path) -> None:
    await everything(store, path)
    plan = await store.privacy.begin_erasure(MIKA)
    assert len(plan.cancelled) == 3
    cards, results = rows(path, "SELECT count(*) FROM requests")[0][0], 3
    assert len(plan.posts) == int(str(cards)) - 1 + results  # the card of what Ren asked for is Ren's
    assert len({post.message_id for post in plan.posts}) == len(plan.posts)
    assert [post.message_id for post in plan.posts] == sorted((post.message_id for post in plan.posts), reverse=True)


async def test_what_is_cancelled_is_refunded(store: Store) -> None:
    await asked(store, MIKA)
    await running(store, MIKA)
    assert (await store.usage(10, MIKA)).used == 2
    await store.privacy.begin_erasure(MIKA)
    assert (await store.usage(10, MIKA)).used == 0


async def test_a_result_on_its_card_is_one_message(store: Store) -> None:
    job_id = await running(store, MIKA)
    job = await store.job(job_id)
    assert job is not None
    assert job.card_message_id is not None
    await deliver(store, job_id, message_id=job.card_message_id)
    assert len((await store.privacy.begin_erasure(MIKA)).posts) == 1
    await store.mark_deleted(job_id)
    plan = await store.privacy.begin_erasure(MIKA)
    assert len(plan.posts) == 1  # a moderator's notice may stand there now
    await store.privacy.gone(plan.posts)
    assert (await store.privacy.begin_erasure(MIKA)).posts == ()


async def test_an_erasure_that_was_cut_off_goes_on_where_it_was(store: Store, path: Path) -> None:
    await everything(store, path)
    first = await store.privacy.begin_erasure(MIKA)
    await store.privacy.gone(first.posts[:2])
    second = await store.privacy.begin_erasure(MIKA)
    assert second == Plan(cancelled=(), posts=first.posts[2:])
    await store.privacy.gone(second.posts)
    assert await store.privacy.erase(MIKA) == Plan()


async def test_what_came_between_is_told_at_the_end(store: Store) -> None:
    await store.privacy.begin_erasure(MIKA)
    job_id = await asked(store, MIKA)
    plan = await store.privacy.erase(MIKA)
    assert plan.cancelled == (job_id,)
    assert [post.job_id for post in plan.posts] == [job_id]


async def test_a_job_of_theirs_is_delivered_no_more(store: Store) -> None:
    job_id = await running(store, MIKA)
    await store.privacy.begin_erasure(MIKA)
    with pytest.raises(IllegalTransitionError):
        await deliver(store, job_id)
    await store.privacy.erase(MIKA)
    with pytest.raises(UnknownJobError):
        await deliver(store, job_id)
    assert (await store.requeue_interrupted()).resumed == ()


async def test_nothing_leads_to_an_erased_person(store: Store, path: Path) -> None:
    for number in range(400):  # so many that pages are split, and hold what once was in others
        await subject_of(store, REN + number)
        if number == 200:
            await everything(store, path)
    await erased(store)
    traces = (str(MIKA).encode(), MIKA.to_bytes(8), URL.encode(), TOKEN.encode())
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert [trace for trace in traces if trace in content] == [], file.name
    assert (REN + 399).to_bytes(8) in path.read_bytes()
    told = dump(path)
    subjects = {row[0] for row in told["subjects"]}
    assert not {row[1] for row in told["limits"]} - subjects
    assert not {row[1] for row in told["blocks"]} - subjects
    assert not {row[0] for row in told["members"]} - subjects
    assert rows(path, "SELECT count(*) FROM reports WHERE words IS NOT NULL") == [(0,)]
    assert rows(path, "SELECT reason FROM audit WHERE reason IS NOT NULL") == [("a friend",)]
    assert rows(
        path, "SELECT DISTINCT channel_id FROM requests JOIN jobs USING (interaction_id) WHERE url IS NULL"
    ) == [
        (0,),
        (70,),
    ]


async def test_while_somebody_reads_the_file_an_erasure_does_not_wait(store: Store, path: Path) -> None:
    await everything(store, path)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM subjects").fetchone()
    await erased(store)
    reader.close()
    assert (await store.privacy.summary(MIKA)).erased
    await store.privacy.prune()
    assert not any(MIKA.to_bytes(8) in file.read_bytes() for file in path.parent.iterdir())


async def test_the_books_agree_after_an_erasure(store: Store, path: Path) -> None:
    await everything(store, path)
    await erased(store)
    assert await store.audit_faults() == []


async def test_nobody_elses_rows_are_touched(store: Store, path: Path) -> None:
    await everything(store, path, user_id=REN)
    before = await store.privacy.export(REN)
    await delivered(store, MIKA)
    await erased(store)
    assert await store.privacy.export(REN) == before


async def test_erasing_twice_and_erasing_a_stranger_change_nothing(store: Store, path: Path) -> None:
    await everything(store, path)
    await erased(store)
    before = dump(path)
    assert await store.privacy.begin_erasure(MIKA) == Plan()
    assert await store.privacy.erase(MIKA) == Plan()
    assert await store.privacy.erase(NOOR + 1) == Plan()
    assert dump(path) == before


async def test_what_outlives_an_erasure_is_told_and_exported(store: Store, path: Path) -> None:
    await everything(store, path)
    await store.privacy.begin_erasure(MIKA)  # what it cancels counts no more
    before = {(one.kind, one.guild_id, one.until) for one in (await store.privacy.summary(MIKA)).lasting}
    await erased(store)
    after = await store.privacy.summary(MIKA)
    assert after == Summary(lasting=after.lasting, erased=True)
    assert {(one.kind, one.guild_id, one.until) for one in after.lasting} == before
    told = await store.privacy.export(MIKA)
    assert len(told["kept_since_an_erasure"]) == len(before)
    assert "jobs" not in told


async def test_who_comes_back_has_won_nothing(store: Store) -> None:
    for _ in range(3):
        await delivered(store, MIKA)
    await store.desk.block(change(new_number(), member_id=MIKA, guild_id=20, reason="spam"))
    await store.privacy.say(MIKA, PicturesOfMe.NOBODY)
    await erased(store)
    with pytest.raises(OverQuotaError):
        await store.submit(request(new_number(), user_id=MIKA), judge=permissive, in_flight_limit=9)
    await subject_of(store, MIKA)
    assert (await store.usage(10, MIKA)).used == 3
    block = await block_of(store, 20, MIKA)
    assert block is not None
    assert block.reason is None  # words about a person go with them
    found = await store.privacy.summary(MIKA)
    assert found.pictures_of_me is PicturesOfMe.NOBODY
    assert found.jobs == 0
    assert (await store.privacy.begin_erasure(MIKA)).posts == ()
    assert await store.audit_faults() == []


async def test_who_comes_back_and_goes_again_has_won_nothing(store: Store) -> None:
    for _ in range(3):
        await delivered(store, MIKA)
    for _ in range(3):
        await erased(store)
        await subject_of(store, MIKA)
    assert (await store.usage(10, MIKA)).used == 3
    assert await store.audit_faults() == []


async def test_an_erasure_gives_no_free_cancelling_back(store: Store) -> None:
    freed = 0
    for _ in range(3):
        for _ in range(2):
            job_id = await running(store, MIKA)
            freed += await cancel(store, job_id)
        await erased(store)
    assert freed == 3
    assert (await store.usage(10, MIKA)).used == 3


async def test_free_cancellings_begin_anew_with_the_day(store: Store, clock: Clock, path: Path) -> None:
    for _ in range(3):
        await cancel(store, await running(store, MIKA))
    await erased(store)
    assert await cancel(store, await running(store, MIKA)) is False
    clock.advance(hours=24)
    assert await cancel(store, await running(store, MIKA))
    clock.advance(hours=93 * 24)
    await store.privacy.prune()
    assert rows(path, "SELECT count(*) FROM ledger") == [(0,)]


async def report(store: Store) -> Report | NotFiled:
    new = NewReport(job_id=await delivered(store, NOOR), reporter_id=MIKA, complaint=Complaint.OTHER)
    return await store.reports.file(new, most=3)


async def test_an_erasure_gives_no_reports_back(store: Store, clock: Clock, path: Path) -> None:
    await store.desk.set_limit(change(new_number(), member_id=NOOR), None)
    assert isinstance(await report(store), Report)
    clock.advance(hours=10)
    assert isinstance(await report(store), Report)
    await erased(store)
    another = await delivered(store, NOOR)
    assert await store.reports.refusal(another, MIKA, most=2) is NotFiled.TOO_MANY
    assert isinstance(await report(store), Report)
    for _ in range(2):
        await erased(store)
        assert await report(store) is NotFiled.TOO_MANY
    assert {one.value["reports"] for one in (await store.privacy.summary(MIKA)).lasting} == {1}
    clock.advance(hours=14, seconds=1)  # the first one's day is over
    assert isinstance(await report(store), Report)
    assert await report(store) is NotFiled.TOO_MANY
    clock.advance(hours=24)
    await store.privacy.prune()
    assert rows(path, "SELECT count(*) FROM remnants") == [(0,)]


async def test_what_is_left_is_told_as_it_would_be_if_they_came_back(store: Store, path: Path) -> None:
    await store.desk.set_limit(change(new_number(), member_id=MIKA), 4)
    await cap(store, Scope.MEMBER, await subject_of(store, MIKA), 3)
    await delivered(store, MIKA)
    before = await store.usage(10, MIKA)
    assert (before.used, before.limit, before.layer, before.left) == (1, 4, Layer.MEMBER, 2)
    await erased(store)
    kept = dump(path)
    assert await store.usage(10, MIKA) == before
    assert dump(path) == kept


async def test_the_next_day_all_is_as_for_anybody(store: Store, clock: Clock, path: Path) -> None:
    await delivered(store, MIKA)
    await erased(store)
    clock.advance(hours=24)
    await store.privacy.prune()
    assert rows(path, "SELECT count(*) FROM remnants") == [(0,)]
    assert (await store.privacy.summary(MIKA)).nothing
    await delivered(store, MIKA)
    assert (await store.usage(10, MIKA)).used == 1


async def test_what_others_wait_for_of_them_is_called_off_and_refunded(store: Store, path: Path) -> None:
    waiting = await asked(store, REN, owner_id=MIKA)
    assert (await store.privacy.summary(MIKA)).waiting_of_me == 1
    assert not (await store.privacy.summary(MIKA)).nothing
    assert (await store.privacy.begin_erasure(MIKA)).cancelled == (waiting,)
    later = await asked(store, REN, owner_id=MIKA)
    plan = await store.privacy.erase(MIKA)
    assert plan == Plan(cancelled=(later,))  # the cards are Ren's
    assert (await store.usage(10, REN)).used == 0
    assert rows(path, "SELECT state, url FROM jobs") == [("cancelled", None)] * 2


async def test_an_opt_out_holds_for_a_picture_that_waits_again_under_the_old_number(store: Store) -> None:
    waiting = await running(store, REN, owner_id=MIKA)
    subject = await subject_of(store, MIKA)
    await store._database.transact(  # as if the two had come at the same moment
        lambda tx: tx.run("INSERT INTO members (subject, pictures_of_me) VALUES (:subject, 'nobody')", subject=subject)
    )
    await erased(store)
    await store.requeue_interrupted()
    heard: list[PicturesOfMe | None] = []
    await store.start(waiting, judge=lambda standing: heard.append(standing.owner))
    assert heard == [PicturesOfMe.NOBODY]


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from_then_on"])
@pytest.mark.parametrize("step", ["begin", "erase", "say"])
async def test_a_step_that_fails_at_any_statement_has_no_effect(
    store: Store, probe: Probe, path: Path, step: str, *, lasting: bool
) -> None:
    await everything(store, path)
    await asked(store, REN, owner_id=MIKA)
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "begin": lambda: store.privacy.begin_erasure(MIKA),
        "erase": lambda: store.privacy.erase(MIKA),
        "say": lambda: store.privacy.say(MIKA, PicturesOfMe.NOBODY),
    }
    before = dump(path)
    for nth in range(1, 200):
        probe.at(nth, disk_fails, lasting=lasting)
        try:
            await steps[step]()
        except DatabaseFailedError:
            assert dump(path) == before
        else:
            break
    probe.off()
    assert nth > 6


async def test_a_copy_of_the_files_without_the_key_leads_to_nobody(store: Store, path: Path, tmp_path: Path) -> None:
    await delivered(store, MIKA)
    await erased(store)
    elsewhere = tmp_path / "copy" / "animify.db"
    elsewhere.parent.mkdir()
    shutil.copy(path, elsewhere)
    async with await Store.open(elsewhere, default_limit=3, now=Clock()) as other:  # it makes a key of its own
        assert (await other.privacy.summary(MIKA)).nothing


async def test_a_running_job_that_somebody_else_waits_for_goes_on(store: Store) -> None:
    job_id = await running(store, REN, owner_id=MIKA)
    await erased(store)
    await deliver(store, job_id)
    job = await store.job(job_id)
    assert job is not None
    assert job.state is State.DELIVERED
    assert job.owner_id is None


async def test_extra_pictures_go_with_their_holder(store: Store) -> None:
    await store.desk.grant(change(new_number(), member_id=MIKA), 5, expires_at=NOON + 9 * DAY)
    await erased(store)
    await subject_of(store, MIKA)
    assert (await store.usage(10, MIKA)).grants_left == 0
