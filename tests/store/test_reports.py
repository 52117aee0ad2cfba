"""Reports: one of a reporter and result, few a day, decided once; and what log channels have not been told of."""

import asyncio

import pytest

from bot.store import Blocked, DatabaseFailedError, NewReport, NotFiled, Store
from bot.values.records import Action, Complaint, Picture, Report, ReportState
from tests.store.stage import Clock, Probe, block_of, by_moderator, change, deliver, disk_fails, forget, start, submit

MOST = 5
REPORTER = 8


async def a_result(store: Store, interaction_id: int, *, guild_id: int = 10, user_id: int = 7) -> str:
    job_id = await submit(store, interaction_id, guild_id=guild_id, user_id=user_id)
    await start(store, job_id)
    await deliver(store, job_id, message_id=500 + interaction_id)
    return job_id


async def filed(
    store: Store,
    job_id: str,
    *,
    reporter_id: int = REPORTER,
    complaint: Complaint = Complaint.RULES,
    words: str | None = None,
) -> Report | NotFiled:
    new = NewReport(job_id=job_id, reporter_id=reporter_id, complaint=complaint, words=words)
    return await store.reports.file(new, most=MOST)


async def reported(
    store: Store, job_id: str, *, reporter_id: int = REPORTER, complaint: Complaint = Complaint.RULES
) -> Report:
    report = await filed(store, job_id, reporter_id=reporter_id, complaint=complaint)
    assert isinstance(report, Report)
    return report


async def hidden(store: Store, job_id: str) -> bool:
    job = await store.job(job_id)
    assert job is not None
    return job.hidden_at is not None


async def state_of(store: Store, report: Report) -> ReportState:
    now = await store.reports.one(report.guild_id, report.id)
    assert now is not None
    return now.state


async def test_a_report_says_what_moderators_need(store: Store) -> None:
    job_id = await a_result(store, 1)
    report = await filed(store, job_id, words="not nice")
    assert isinstance(report, Report)
    assert (report.guild_id, report.job_id, report.reporter_id, report.requester_id) == (10, job_id, REPORTER, 7)
    assert (report.complaint, report.words, report.state) == (Complaint.RULES, "not nice", ReportState.OPEN)
    assert (report.channel_id, report.message_id, report.style, report.hidden) == (50, 501, "ghibli", False)
    assert await store.reports.one(10, report.id) == report


async def test_a_person_reports_a_result_once(store: Store) -> None:
    job_id = await a_result(store, 1)
    await reported(store, job_id)
    assert await filed(store, job_id) is NotFiled.AGAIN
    assert await store.reports.refusal(job_id, REPORTER, most=MOST) is NotFiled.AGAIN
    assert isinstance(await filed(store, job_id, reporter_id=9), Report)


async def test_a_person_reports_a_result_once_even_after_years(store: Store, clock: Clock) -> None:
    report = await reported(store, job_id := await a_result(store, 1))
    await store.desk.dismiss(by_moderator(90), report.id)
    clock.advance(hours=24 * 30)
    assert await filed(store, job_id) is NotFiled.AGAIN


async def test_the_same_report_at_the_same_time_is_taken_once(store: Store) -> None:
    job_id = await a_result(store, 1)
    outcomes = await asyncio.gather(*(filed(store, job_id) for _ in range(8)))
    assert sum(isinstance(one, Report) for one in outcomes) == 1


async def test_a_person_makes_five_reports_in_24_hours(store: Store, clock: Clock) -> None:
    for number in range(MOST):
        await reported(store, await a_result(store, number + 1, user_id=100 + number))
        clock.advance(hours=1)
    late = await a_result(store, 9, user_id=109)
    assert await filed(store, late) is NotFiled.TOO_MANY
    assert isinstance(await filed(store, late, reporter_id=9), Report)
    clock.advance(hours=24 - MOST)
    assert isinstance(await filed(store, late), Report)


async def test_reports_at_the_same_time_do_not_go_beyond_the_limit(store: Store) -> None:
    results = [await a_result(store, number, user_id=100 + number) for number in range(1, 12)]
    outcomes = await asyncio.gather(*(filed(store, one) for one in results))
    assert sum(isinstance(one, Report) for one in outcomes) == MOST


async def test_what_is_not_there_is_not_reported(store: Store) -> None:
    waiting = await submit(store, 1)
    deleted = await a_result(store, 2)
    await store.mark_deleted(deleted)
    for job_id in (waiting, deleted, "99-0"):
        assert await filed(store, job_id) is NotFiled.GONE


async def test_whoever_is_shown_has_the_picture_hidden(store: Store) -> None:
    job_id = await a_result(store, 1)
    assert (await reported(store, job_id, complaint=Complaint.SHOWS_ME)).hidden
    assert await hidden(store, job_id)


async def picture_of(store: Store, report: Report) -> Picture:
    now = await store.reports.one(report.guild_id, report.id)
    assert now is not None
    return now.picture


async def test_a_picture_is_to_be_hidden_until_its_message_is(store: Store) -> None:
    job_id = await a_result(store, 1)
    report = await reported(store, job_id, complaint=Complaint.SHOWS_ME)
    assert (report.picture, await store.reports.unsettled()) == (Picture.HIDING, [job_id])
    await store.reports.settled(job_id)
    assert (await picture_of(store, report), await store.reports.unsettled()) == (Picture.HIDDEN, [])


async def test_a_picture_that_can_never_be_hidden_is_shown(store: Store) -> None:
    report = await reported(store, job_id := await a_result(store, 1), complaint=Complaint.SHOWS_ME)
    await store.reports.not_hidden(job_id)
    assert (await picture_of(store, report), await store.reports.unsettled()) == (Picture.SHOWN, [])


async def test_while_a_picture_is_being_shown_again_it_counts_as_hidden(store: Store) -> None:
    report = await reported(store, job_id := await a_result(store, 1), complaint=Complaint.SHOWS_ME)
    await store.reports.settled(job_id)
    assert await store.reports.showing(report)
    assert await hidden(store, job_id)
    assert await store.reports.unsettled() == [job_id]


async def test_nothing_is_shown_again_that_is_shown_or_that_somebody_else_objects_to(store: Store) -> None:
    shown = await reported(store, await a_result(store, 1))
    assert not await store.reports.showing(shown)
    job_id = await a_result(store, 2)
    report = await reported(store, job_id, complaint=Complaint.SHOWS_ME)
    await reported(store, job_id, reporter_id=9, complaint=Complaint.SHOWS_ME)
    assert not await store.reports.showing(report)


async def test_a_picture_that_is_deleted_is_not_shown_again(store: Store) -> None:
    report = await reported(store, job_id := await a_result(store, 1), complaint=Complaint.SHOWS_ME)
    await store.desk.block_for(change(90), report.id)
    await store.mark_deleted(job_id)
    assert not await store.reports.showing(report)
    assert await store.desk.dismiss(by_moderator(91), report.id) is None
    assert await picture_of(store, report) is Picture.DELETED
    assert await store.reports.unsettled() == []
    assert [row.action for row in await store.desk.audit(10)] == [Action.BLOCK]


@pytest.mark.parametrize("complaint", [Complaint.HARMFUL, Complaint.RULES, Complaint.OTHER])
async def test_other_reports_hide_nothing(store: Store, complaint: Complaint) -> None:
    job_id = await a_result(store, 1)
    await reported(store, job_id, complaint=complaint)
    assert not await hidden(store, job_id)


async def test_dismissing_shows_the_picture_again(store: Store) -> None:
    job_id = await a_result(store, 1)
    report = await reported(store, job_id, complaint=Complaint.SHOWS_ME)
    after = await store.desk.dismiss(by_moderator(90), report.id)
    assert after is not None
    assert (after.state, after.closed_by_id, after.hidden) == (ReportState.DISMISSED, 99, False)
    [row] = await store.desk.audit(10)
    assert (row.action, row.actor_id, row.target_id, row.object) == (Action.REPORT_DISMISSED, 99, 7, job_id)


async def test_a_picture_stays_hidden_while_somebody_else_objects_to_be_in_it(store: Store) -> None:
    job_id = await a_result(store, 1)
    one = await reported(store, job_id, complaint=Complaint.SHOWS_ME)
    other = await reported(store, job_id, reporter_id=9, complaint=Complaint.SHOWS_ME)
    after = await store.desk.dismiss(by_moderator(90), one.id)
    assert after is not None
    assert after.hidden
    last = await store.desk.dismiss(by_moderator(91), other.id)
    assert last is not None
    assert not last.hidden


async def test_a_dismissed_report_of_another_kind_leaves_a_picture_hidden(store: Store) -> None:
    job_id = await a_result(store, 1)
    upheld = await reported(store, job_id, complaint=Complaint.SHOWS_ME)
    other = await reported(store, job_id, reporter_id=9)
    await store.desk.block_for(change(90), upheld.id)
    after = await store.desk.dismiss(by_moderator(91), other.id)
    assert after is not None
    assert after.hidden


async def test_two_moderators_dismiss_once(store: Store) -> None:
    report = await reported(store, await a_result(store, 1), complaint=Complaint.SHOWS_ME)
    outcomes = await asyncio.gather(
        *(store.desk.dismiss(by_moderator(90 + one, actor_id=90 + one), report.id) for one in range(4))
    )
    assert sum(one is not None for one in outcomes) == 1
    assert len(await store.desk.audit(10)) == 1


async def test_blocking_for_a_report_decides_it_and_blocks(store: Store) -> None:
    report = await reported(store, await a_result(store, 1))
    waiting = await submit(store, 2)
    blocked = await store.desk.block_for(change(90, reason="a reported picture"), report.id)
    assert isinstance(blocked, Blocked)
    assert blocked.cancelled == (waiting,)
    block = await block_of(store, 10, 7)
    assert block is not None
    assert (block.reason, block.expires_at) == ("a reported picture", None)
    assert await state_of(store, report) is ReportState.BLOCKED


async def test_a_decided_report_blocks_nobody(store: Store) -> None:
    report = await reported(store, await a_result(store, 1))
    await store.desk.dismiss(by_moderator(90), report.id)
    assert await store.desk.block_for(change(91), report.id) is None
    assert await block_of(store, 10, 7) is None


async def test_after_a_block_the_picture_can_still_be_shown_again(store: Store) -> None:
    job_id = await a_result(store, 1)
    report = await reported(store, job_id, complaint=Complaint.SHOWS_ME)
    await store.desk.block_for(change(90), report.id)
    assert await hidden(store, job_id)
    after = await store.desk.dismiss(by_moderator(91), report.id)
    assert after is not None
    assert (after.state, after.hidden) == (ReportState.BLOCKED, False)
    assert await store.desk.dismiss(by_moderator(92), report.id) is None


async def test_deleting_a_result_closes_all_its_open_reports(store: Store) -> None:
    job_id = await a_result(store, 1)
    one, other = await reported(store, job_id), await reported(store, job_id, reporter_id=9)
    dismissed = await reported(store, job_id, reporter_id=11)
    await store.desk.dismiss(by_moderator(90), dismissed.id)
    assert await store.desk.deleted(by_moderator(91), job_id)
    assert not await store.desk.deleted(by_moderator(92, actor_id=98), job_id)
    for report in (one, other):
        now = await store.reports.one(10, report.id)
        assert now is not None
        assert (now.state, now.closed_by_id) == (ReportState.DELETED, 99)
    assert await state_of(store, dismissed) is ReportState.DISMISSED
    assert [row.action for row in await store.desk.audit(10)] == [Action.DELETE, Action.REPORT_DISMISSED]


async def test_who_deletes_their_own_result_closes_its_reports_in_no_moderators_name(store: Store) -> None:
    report = await reported(store, job_id := await a_result(store, 1))
    assert await store.mark_deleted(job_id)
    now = await store.reports.one(10, report.id)
    assert now is not None
    assert (now.state, now.closed_by_id) == (ReportState.DELETED, None)
    assert await store.desk.audit(10) == []


async def test_a_server_never_decides_on_anothers_reports(store: Store) -> None:
    report = await reported(store, job_id := await a_result(store, 1), complaint=Complaint.SHOWS_ME)
    assert await store.reports.one(20, report.id) is None
    assert await store.desk.dismiss(by_moderator(90, guild_id=20), report.id) is None
    assert await store.desk.block_for(change(91, guild_id=20), report.id) is None
    assert await store.reports.undecided(20) == []
    assert await hidden(store, job_id)
    assert await state_of(store, report) is ReportState.OPEN


async def test_open_reports_are_turned_over_the_latest_first(store: Store) -> None:
    made = [await reported(store, await a_result(store, number, user_id=100 + number)) for number in range(1, 5)]
    await store.desk.dismiss(by_moderator(90), made[1].id)
    assert await store.reports.count(10) == 3
    ids = [one.id for one in await store.reports.undecided(10, limit=9)]
    assert ids == [made[3].id, made[2].id, made[0].id]
    [older] = await store.reports.undecided(10, before=made[2].id)
    [newer] = await store.reports.undecided(10, after=made[0].id)
    assert (older.id, newer.id) == (made[0].id, made[2].id)


async def test_who_was_erased_is_named_nowhere(store: Store) -> None:
    report = await reported(store, await a_result(store, 1))
    await forget(store, REPORTER)
    await forget(store, 7)
    now = await store.reports.one(10, report.id)
    assert now is not None
    assert (now.reporter_id, now.requester_id) == (None, None)


async def test_a_report_that_fails_leaves_nothing(store: Store, probe: Probe) -> None:
    job_id = await a_result(store, 1)
    new = NewReport(job_id=job_id, reporter_id=REPORTER, complaint=Complaint.SHOWS_ME)
    for nth in range(1, 50):
        probe.at(nth, disk_fails)
        try:
            await store.reports.file(new, most=MOST)
        except DatabaseFailedError:
            probe.off()
            assert not await hidden(store, job_id)
            assert await store.reports.count(10) == 0
        else:
            break
    probe.off()
    assert await hidden(store, job_id)


async def set_log_channel(store: Store, channel_id: int | None, *, interaction_id: int = 60) -> None:
    await store.desk.change_guild(by_moderator(interaction_id), log_channel=channel_id)


async def test_what_was_done_and_reported_waits_for_the_log_channel(store: Store) -> None:
    await set_log_channel(store, 777)
    report = await reported(store, await a_result(store, 1))
    await store.desk.set_limit(change(90), 4)
    assert await store.outbox.waiting() == [10]
    parcel = await store.outbox.parcel(10)
    assert (parcel.guild_id, parcel.channel_id) == (10, 777)
    assert [entry.action for entry in parcel.entries] == [Action.SETTING, Action.QUOTA_SET]
    assert parcel.reports == (report,)
    await store.outbox.told(entries=parcel.entries, reports=parcel.reports)
    assert await store.outbox.waiting() == []


async def test_each_servers_rows_wait_for_its_own_channel(store: Store) -> None:
    await set_log_channel(store, 777)
    await store.desk.set_limit(change(90, guild_id=20), 4)
    parcels = {guild: await store.outbox.parcel(guild) for guild in await store.outbox.waiting()}
    assert {guild: parcel.channel_id for guild, parcel in parcels.items()} == {10: 777, 20: None}
    await store.outbox.told(entries=parcels[10].entries)
    assert await store.outbox.waiting() == [20]
