"""A message is the unit of moderation: the pictures of a request share one, and what is done to it is done to all."""

from pathlib import Path

from bot.store import NewReport, NotFiled, Store
from bot.values.records import Action, Complaint, Report, ReportState
from tests.store.privacy_stage import MIKA, REN, asked, delivered
from tests.store.stage import (
    Clock,
    by_moderator,
    change,
    deliver,
    forget,
    request,
    rows,
    start,
    taken,
)

MESSAGE = 500


async def a_gallery(
    store: Store, interaction_id: int = 1, *, pictures: int = 3, message_id: int = MESSAGE, user_id: int = 7
) -> tuple[str, ...]:
    """A request whose pictures are all in one message."""
    job_ids = await taken(store, request(interaction_id, pictures=pictures, user_id=user_id))
    for job_id in job_ids:
        await start(store, job_id)
        await deliver(store, job_id, message_id=message_id)
    return job_ids


async def in_the_message(store: Store) -> list[str]:
    return [job.id for job in await store.jobs_by_result(MESSAGE)]


async def which(store: Store, what: str) -> list[int]:
    """The positions of the pictures of which this column says something."""
    return [job.position for job in await store.jobs_of(1) if getattr(job, what) is not None]


async def reported(
    store: Store, job_id: str, *, reporter_id: int = 8, complaint: Complaint = Complaint.SHOWS_ME
) -> Report:
    report = await store.reports.file(NewReport(job_id=job_id, reporter_id=reporter_id, complaint=complaint), most=9)
    assert isinstance(report, Report)
    return report


async def state_of(store: Store, report: Report) -> ReportState:
    now = await store.reports.one(report.guild_id, report.id)
    assert now is not None
    return now.state


async def test_a_message_leads_to_all_its_pictures(store: Store) -> None:
    await a_gallery(store)
    await a_gallery(store, 2, message_id=501, user_id=8)
    assert await in_the_message(store) == ["1-0", "1-1", "1-2"]
    first = await store.job_by_result(MESSAGE)
    assert first is not None
    assert first.id == "1-0"
    assert await store.jobs_by_result(99) == ()


async def test_deleting_it_deletes_all_of_them_once_with_their_links_and_reports(store: Store, path: Path) -> None:
    job_ids = await a_gallery(store)
    reports = [await reported(store, job_ids[0]), await reported(store, job_ids[2], reporter_id=9)]
    other = await reported(store, (await a_gallery(store, 2, message_id=501, user_id=8))[0])
    assert await store.mark_deleted(job_ids[1])
    assert await which(store, "deleted_at") == [0, 1, 2]
    assert rows(path, "SELECT count(*) FROM jobs WHERE interaction_id = 1 AND url IS NOT NULL") == [(0,)]
    assert [await state_of(store, report) for report in reports] == [ReportState.DELETED] * 2
    assert await state_of(store, other) is ReportState.OPEN
    assert not await store.mark_deleted(job_ids[0])
    assert await in_the_message(store) == list(job_ids)  # for who asks what was there


async def test_what_has_no_message_yet_is_not_deleted_with_it(store: Store) -> None:
    job_ids = await taken(store, request(1, pictures=3))
    for job_id in job_ids[:2]:
        await start(store, job_id)
    assert not await store.mark_deleted(job_ids[0])
    await deliver(store, job_ids[0], message_id=MESSAGE)
    assert await store.mark_deleted(job_ids[0])
    assert await which(store, "deleted_at") == [0]
    await deliver(store, job_ids[1], message_id=MESSAGE)  # where a notice stood the picture stands now
    assert await in_the_message(store) == [job_ids[1]]


async def test_a_moderator_who_deletes_it_is_one_row_of_the_audit(store: Store) -> None:
    job_ids = await a_gallery(store)
    assert await store.desk.deleted(by_moderator(900), job_ids[2])
    assert not await store.desk.deleted(by_moderator(901), job_ids[0])
    [entry] = await store.desk.audit(10)
    assert (entry.action, entry.target_id) == (Action.DELETE, 7)


async def test_a_purge_finds_each_message_once_and_nothing_that_it_can_not_delete(store: Store) -> None:
    await store.desk.set_limit(change(100, member_id=MIKA), None)
    single = await delivered(store, MIKA)
    await delivered(store, MIKA, private=True)
    later = await a_gallery(store, 2_000_000, user_id=MIKA)
    assert await store.desk.results_of(10, MIKA) == (later[0], single)
    await store.keep_only(later[1])
    assert await store.desk.results_of(10, MIKA) == (later[1], single)


async def test_one_report_of_a_person_is_about_all_of_it(store: Store, clock: Clock) -> None:
    job_ids = await a_gallery(store)
    await reported(store, job_ids[0], complaint=Complaint.RULES)
    clock.advance(hours=24 * 30)
    assert await store.reports.refusal(job_ids[2], 8, most=9) is NotFiled.AGAIN
    again = NewReport(job_id=job_ids[1], reporter_id=8, complaint=Complaint.SHOWS_ME)
    assert await store.reports.file(again, most=9) is NotFiled.AGAIN
    assert await store.reports.refusal(job_ids[1], 9, most=9) is None


async def test_it_is_hidden_as_a_whole_and_with_what_comes_to_it_later(store: Store) -> None:
    job_ids = await taken(store, request(1, pictures=3))
    for job_id in job_ids:
        await start(store, job_id)
    for job_id in job_ids[:2]:
        await deliver(store, job_id, message_id=MESSAGE)
    await reported(store, job_ids[1])
    assert await which(store, "hidden_at") == [0, 1]
    assert await store.reports.unsettled() == [job_ids[0]]
    await store.reports.settled(job_ids[1])
    assert await store.reports.unsettled() == []
    await deliver(store, job_ids[2], message_id=MESSAGE)
    assert await which(store, "hidden_at") == [0, 1, 2]
    assert await store.reports.unsettled() == [job_ids[0]]
    await store.reports.not_hidden(job_ids[2])
    assert await which(store, "hidden_at") == []
    assert await store.reports.unsettled() == []


async def test_it_is_shown_when_nobody_objects_any_more_to_any_of_it(store: Store) -> None:
    job_ids = await a_gallery(store)
    first, second = await reported(store, job_ids[0]), await reported(store, job_ids[1], reporter_id=9)
    assert not await store.reports.showing(first)
    await store.desk.dismiss(by_moderator(900), first.id)
    assert await which(store, "hidden_at") == [0, 1, 2]
    assert await store.reports.showing(second)
    await store.desk.dismiss(by_moderator(901), second.id)
    assert await which(store, "hidden_at") == []


async def test_who_keeps_one_deletes_the_others_from_it(store: Store, path: Path) -> None:
    job_ids = await a_gallery(store)
    await store.keep_only(job_ids[1])
    assert await which(store, "deleted_at") == [0, 2]
    assert await in_the_message(store) == [job_ids[1]]
    assert rows(path, "SELECT id FROM jobs WHERE url IS NOT NULL") == [(job_ids[1],)]
    assert await store.mark_deleted(job_ids[1])
    assert await which(store, "deleted_at") == [0, 1, 2]


async def test_nobody_gets_rid_of_reports_by_keeping_one(store: Store) -> None:
    job_ids = await a_gallery(store)
    report = await reported(store, job_ids[0])
    await store.keep_only(job_ids[2])
    now = await store.reports.one(10, report.id)
    assert now is not None
    assert (now.state, now.job_id, now.hidden) == (ReportState.OPEN, job_ids[2], True)
    assert await store.reports.refusal(job_ids[2], 8, most=9) is NotFiled.AGAIN
    assert await store.desk.deleted(by_moderator(900), job_ids[2])
    assert await state_of(store, report) is ReportState.DELETED


async def test_an_erasure_finds_it_once_and_is_done_with_all_of_it(store: Store) -> None:
    await a_gallery(store, user_id=MIKA)
    [post] = (await store.privacy.begin_erasure(MIKA)).posts
    assert (post.job_id, post.message_id) == ("1-0", MESSAGE)
    await store.privacy.gone([post])
    assert await which(store, "deleted_at") == [0, 1, 2]
    assert (await store.privacy.begin_erasure(MIKA)).posts == ()


async def test_what_only_one_person_could_see_is_not_looked_for_and_counts_as_no_post(store: Store) -> None:
    await delivered(store, MIKA, private=True)
    await delivered(store, REN, owner_id=MIKA, private=True)
    await asked(store, MIKA, private=True)
    summary = await store.privacy.summary(MIKA)
    assert (summary.delivered, summary.results, summary.results_of_me) == (1, 0, 0)
    assert (await store.privacy.begin_erasure(MIKA)).posts == ()
    await forget(store, MIKA)
    assert (await store.privacy.summary(MIKA)).erased


async def test_what_is_exported_says_who_could_see_it_and_how_it_was_made(store: Store) -> None:
    job_id = await asked(store, MIKA, private=True)
    await store.want_mention(int(job_id.partition("-")[0]), wanted=True)
    await start(store, job_id)
    await store.deliver(job_id, channel_id=50, message_id=MESSAGE, medium="algorithmicallyEnhanced")
    [job] = (await store.privacy.export(MIKA))["jobs"]
    assert (job["private"], job["language"], job["mention_wanted"]) == (True, "en", True)
    assert job["medium"] == "algorithmicallyEnhanced"
    assert job["created_at"].startswith("2026-03-01")
    assert int(job["result_message_id"]) == MESSAGE
