"""The audit finds every way in which counters, ledger and jobs can disagree."""

from pathlib import Path

import pytest

from bot.store import Fault, NewReport, State, Store
from bot.values.records import Complaint
from tests.store.stage import Clock, cancel, change, deliver, request, start, submit, taken, tamper

CHARGED_TO_THE_DAY = (State.QUEUED, State.RUNNING, State.DELIVERED, State.FAILED, State.CANCELLED)
"""What becomes of the jobs 1-0 to 5-0. The day pays for them; 6-0 is queued and paid by a grant."""

THE_LEDGER_MAY_SHRINK = "DROP TRIGGER ledger_is_never_shortened;"


def entered(key: str, kind: str, amount: int = 0) -> str:
    """SQL of a line of the ledger that is like that of job 1-0 but for this."""
    return f"""
        INSERT INTO ledger (entry_key, kind, guild_id, subject, day, amount, at)
        SELECT '{key}', '{kind}', guild_id, subject, day, {amount}, at FROM ledger WHERE entry_key = 'reserve:1-0';
    """  # noqa: S608 - our words


def removed(key: str) -> str:
    return f"{THE_LEDGER_MAY_SHRINK} DELETE FROM ledger WHERE entry_key = '{key}';"  # noqa: S608 - our words


def day_counts(more: int) -> str:
    return f"UPDATE daily_usage SET used = used + {more};"  # noqa: S608 - our words


def counts(more: int) -> str:
    """SQL that moves every counter that job 1-0 moves."""
    where = "WHERE scope = 'server' OR target = (SELECT subject FROM jobs WHERE id = '1-0')"
    return f"{day_counts(more)} UPDATE cap_usage SET used = used + {more} {where};"  # noqa: S608 - our words


@pytest.fixture
async def books(path: Path, clock: Clock) -> Path:
    """A sound database with a job in each state."""
    async with await Store.open(path, default_limit=9, now=clock) as store:
        for number in range(1, 6):
            await submit(store, number)
        for job_id in ("2-0", "3-0", "4-0"):
            await start(store, job_id)
        await deliver(store, "3-0")
        await store.fail("4-0", "broken")
        await cancel(store, "5-0")
        await store.desk.set_limit(change(100, member_id=8), 0)
        await store.desk.grant(change(101, member_id=8), 2)
        await submit(store, 6, user_id=8)
        states = [job.state for number in range(1, 6) if (job := await store.job(f"{number}-0")) is not None]
        assert tuple(states) == CHARGED_TO_THE_DAY
    return path


async def audit(path: Path) -> list[Fault]:
    async with await Store.open(path, default_limit=9) as store:
        return await store.audit_faults()


async def test_sound_books_have_no_fault(books: Path) -> None:
    assert await audit(books) == []


@pytest.mark.parametrize("more", [1, -1])
async def test_a_day_that_counts_something_else_than_the_ledger_is_found(books: Path, more: int) -> None:
    tamper(books, day_counts(more))
    [fault] = await audit(books)
    assert fault.fault == "the day counts something else than the ledger"
    assert fault.place.endswith(" 2026-03-01")


async def test_a_refund_that_was_entered_and_not_made_is_found(books: Path) -> None:
    tamper(books, entered("refund:1-0", "refund", 1))
    assert {fault.fault for fault in await audit(books)} == {
        "the day counts something else than the ledger",
        "the member counts something else than the ledger",
        "the server counts something else than the ledger",
        "the job was refunded though it is queued",
    }


@pytest.mark.parametrize(
    "sql", ["UPDATE grants SET used = 0", "UPDATE grants SET used = 2", "UPDATE grants SET amount = 3"]
)
async def test_a_grant_that_counts_something_else_than_the_ledger_is_found(books: Path, sql: str) -> None:
    tamper(books, sql)
    assert await audit(books) == [Fault("the grant counts something else than the ledger", "1")]


async def test_a_job_that_was_never_charged_is_found(books: Path) -> None:
    tamper(books, removed("reserve:1-0") + counts(-1))
    assert await audit(books) == [Fault("the job was never charged", "1-0")]


async def test_a_charge_without_a_job_is_found(books: Path) -> None:
    tamper(books, entered("reserve:99-0", "reserve", -1) + counts(1))
    assert await audit(books) == [Fault("the charge has no job", "reserve:99-0")]


async def test_a_refund_without_a_charge_is_found(books: Path) -> None:
    tamper(books, entered("refund:99-0", "refund", 1) + day_counts(-1))
    assert await audit(books) == [Fault("the refund has no charge", "refund:99-0")]


@pytest.mark.parametrize(("job_id", "state"), [("1-0", "queued"), ("2-0", "running"), ("3-0", "delivered")])
async def test_a_refund_of_what_is_still_owed_or_was_delivered_is_found(books: Path, job_id: str, state: str) -> None:
    tamper(books, entered(f"refund:{job_id}", "refund", 1) + counts(-1))
    assert await audit(books) == [Fault(f"the job was refunded though it is {state}", job_id)]


@pytest.mark.parametrize(("job_id", "state"), [("4-0", "failed"), ("5-0", "cancelled")])
async def test_a_job_that_ended_without_its_refund_is_found(books: Path, job_id: str, state: str) -> None:
    tamper(books, removed(f"refund:{job_id}") + counts(1))
    assert await audit(books) == [Fault(f"the job was not refunded though it is {state}", job_id)]


async def test_a_job_that_failed_outside_of_the_books_is_found(books: Path) -> None:
    tamper(
        books,
        """
        UPDATE jobs SET state = 'failed', failure = 'broken', ended_at = created_at WHERE id = '2-0';
        UPDATE requests SET token = NULL WHERE interaction_id = 2;
        """,
    )
    assert await audit(books) == [Fault("the job was not refunded though it is failed", "2-0")]


async def test_a_request_without_a_job_is_found(books: Path) -> None:
    tamper(books, "INSERT INTO requests (interaction_id, guild_id, channel_id, received_at) VALUES (99, 10, 70, 0)")
    assert await audit(books) == [Fault("the request has no job", "99")]


@pytest.mark.parametrize("number", [3, 4, 5])
async def test_a_token_that_outlived_its_jobs_is_found(books: Path, number: int) -> None:
    tamper(books, f"UPDATE requests SET token = x'00' WHERE interaction_id = {number}")  # noqa: S608 - our words
    assert await audit(books) == [Fault("the token outlived its jobs", f"{number}")]


async def test_a_link_that_outlived_its_picture_is_found(books: Path) -> None:
    tamper(books, "UPDATE jobs SET deleted_at = ended_at WHERE id = '3-0'")
    assert await audit(books) == [Fault("the URL outlived its picture", "3-0")]


@pytest.mark.parametrize("scope", ["server", "member"])
@pytest.mark.parametrize(
    "sql", ["UPDATE cap_usage SET used = used + 1", "UPDATE cap_usage SET day = '2026-03-02'", "DELETE FROM cap_usage"]
)
async def test_a_cap_that_counts_something_else_than_the_ledger_is_found(books: Path, scope: str, sql: str) -> None:
    tamper(books, f"{sql} WHERE scope = '{scope}'")
    assert {fault.fault for fault in await audit(books)} == {f"the {scope} counts something else than the ledger"}


@pytest.fixture
async def gallery(books: Path) -> Path:
    """The same with a request of two pictures in one message, which somebody has reported."""
    async with await Store.open(books, default_limit=9, now=Clock()) as store:
        for job_id in await taken(store, request(7, user_id=9, pictures=2)):
            await start(store, job_id)
            await deliver(store, job_id, message_id=507)
        await store.reports.file(NewReport(job_id="7-0", reporter_id=7, complaint=Complaint.SHOWS_ME), most=1)
    assert await audit(books) == []
    return books


@pytest.mark.parametrize("sql", ["UPDATE jobs SET hidden_at = NULL", "UPDATE jobs SET unsettled = 0"])
async def test_a_message_that_is_hidden_in_part_is_found(gallery: Path, sql: str) -> None:
    tamper(gallery, f"{sql} WHERE id = '7-1'")
    assert await audit(gallery) == [Fault("the pictures of the message are not hidden alike", "507")]
    tamper(gallery, "UPDATE jobs SET deleted_at = ended_at, url = NULL WHERE id = '7-1'")
    assert await audit(gallery) == []


async def test_a_message_that_two_requests_share_is_found(gallery: Path) -> None:
    tamper(gallery, "UPDATE jobs SET result_message_id = 500 WHERE interaction_id = 7")
    assert Fault("the message is of more than one request", "500") in await audit(gallery)


async def test_a_request_of_two_members_is_found(gallery: Path) -> None:
    subject = "(SELECT subject FROM jobs WHERE id = '1-0')"
    tamper(gallery, f"UPDATE jobs SET subject = {subject} WHERE id = '7-1'")  # noqa: S608 - our words
    assert await audit(gallery) == [Fault("the request is of more than one member", "7")]


async def test_two_reports_of_one_person_about_a_message_are_found(gallery: Path) -> None:
    tamper(
        gallery,
        """
        INSERT INTO reports (job_id, guild_id, reporter, reason, at)
        SELECT '7-1', guild_id, reporter, reason, at FROM reports
        """,
    )
    assert await audit(gallery) == [Fault("the message was reported twice by the same person", "507")]


async def test_a_maintenance_that_never_ended_is_found(books: Path) -> None:
    tamper(books, "INSERT INTO maintenance VALUES (1)")
    assert await audit(books) == [Fault("maintenance never ended", "1")]
