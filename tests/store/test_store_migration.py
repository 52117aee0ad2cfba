"""An older database comes up with its audit, with counters that agree, and with a ledger that can only grow."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Action, DatabaseFailedError, DatabaseUnreadableError, Layer, NotAdmittedError, Scope, State, Store
from bot.store.database import Database
from bot.store.migrate import apply, shipped
from bot.values.rules import Guild, Origin
from tests.store.stage import (
    HOUR,
    NOON,
    Clock,
    Probe,
    cancel,
    change,
    deliver,
    disk_fails,
    dump,
    each,
    request,
    rows,
    rules,
    start,
    submit,
    taken,
    tamper,
)

MIDNIGHT = NOON + 12 * HOUR
MEMBER, OTHER, MODERATOR = 101, 102, 103
"""Subjects of the users 7, 8 and 99."""

PEOPLE = f"""
    INSERT INTO subjects VALUES ({MEMBER}, 7), ({OTHER}, 8), ({MODERATOR}, 99);
    INSERT INTO guilds VALUES (10, 'Pacific/Honolulu', 5), (20, 'UTC', NULL);
    INSERT INTO limits VALUES (10, {OTHER}, NULL);
    INSERT INTO grants VALUES (1, 20, {MEMBER}, 3, 1, {NOON + 100 * HOUR});
    INSERT INTO facts VALUES ('commands', 'a digest');
"""  # noqa: S608 - our words

JOBS = [
    # interaction, guild, subject, state, charged at, started, day, grant
    (1, 10, MEMBER, "delivered", MIDNIGHT - 1, True, "2026-03-01", None),
    (2, 10, MEMBER, "delivered", MIDNIGHT, True, "2026-03-01", None),  # the next day in UTC, the same in Honolulu
    (3, 10, MEMBER, "failed", NOON, True, "2026-03-01", None),
    (4, 10, MEMBER, "cancelled", NOON, True, "2026-03-01", None),  # without a refund
    (5, 10, OTHER, "queued", NOON, False, "2026-03-01", None),
    (6, 20, MEMBER, "running", NOON, True, "2026-03-01", 1),
    (7, 0, MEMBER, "delivered", NOON, True, "2026-03-01", None),
    (8, 20, OTHER, "cancelled", NOON, False, "2026-03-01", None),
]
REFUNDED = ("reserve:3-0", "reserve:8-0")


def job(number: int, guild: int, subject: int, state: str, at: int, started: bool, day: str, grant: int | None) -> str:
    ended = state not in ("queued", "running")
    failure = "'broken'" if state == "failed" else "NULL"
    result = f"50, {500 + number}" if state == "delivered" else "NULL, NULL"
    return f"""
        INSERT INTO requests (interaction_id, guild_id, channel_id, token, received_at)
        VALUES ({number}, {guild}, 70, {"NULL" if ended else "x'00'"}, {at});
        INSERT INTO jobs (
            id, interaction_id, position, subject, state, style, strength, seed, url, url_expires_at, created_at,
            started_at, ended_at, result_channel_id, result_message_id, failure
        ) VALUES (
            '{number}-0', {number}, 0, {subject}, '{state}', 'ghibli', 0.5, 4, x'00', {at + 24 * HOUR}, {at},
            {at if started else "NULL"}, {at if ended else "NULL"}, {result}, {failure}
        );
        INSERT INTO ledger (entry_key, kind, guild_id, subject, day, grant_id, amount, at)
        VALUES ('reserve:{number}-0', 'reserve', {guild}, {subject}, '{day}', {grant or "NULL"}, -1, {at});
    """  # noqa: S608 - our words


REFUNDS = f"""
    INSERT INTO ledger (entry_key, kind, guild_id, subject, day, amount, at)
    SELECT replace(entry_key, 'reserve', 'refund'), 'refund', guild_id, subject, day, 1, at + 5 FROM ledger
    WHERE entry_key IN {REFUNDED};
"""  # noqa: S608 - our words

REST_OF_THE_LEDGER = f"""
    INSERT INTO daily_usage
    SELECT guild_id, subject, day, -sum(amount) FROM ledger WHERE grant_id IS NULL GROUP BY 1, 2, 3;
    INSERT INTO ledger (entry_key, kind, guild_id, subject, day, grant_id, amount, at)
    VALUES
        ('grant:902', 'grant', 20, {MEMBER}, '2026-03-01', 1, 3, {NOON}),
        ('reset:903', 'reset', 0, {MEMBER}, '2026-03-01', NULL, 1, {NOON + 10});
    UPDATE daily_usage SET used = 0 WHERE guild_id = 0;
"""  # noqa: S608 - our words

MODERATION = f"""
    INSERT INTO moderation VALUES
        (903, 10, {MODERATOR}, {MODERATOR}, 'reset', '2', '0', NULL, {NOON + 9}),
        (901, 10, {MODERATOR}, {OTHER}, 'set', '5', 'unlimited', 'a contest', {NOON}),
        (902, 20, {MODERATOR}, {MEMBER}, 'grant', '0', '3', '@everyone', {NOON + 5});
"""  # noqa: S608 - our words


@pytest.fixture
async def old(path: Path, clock: Clock) -> Path:
    """A database as the first version left it."""
    database = await Database.open(path, now=clock)
    await database.transact(lambda tx: apply(tx, shipped()[:1]))
    await database.close()
    tamper(path, PEOPLE + "".join(job(*values) for values in JOBS) + REFUNDS + REST_OF_THE_LEDGER + MODERATION)
    return path


@pytest.fixture
async def store(old: Path, clock: Clock) -> AsyncIterator[Store]:
    async with await Store.open(old, default_limit=3, now=clock) as opened:
        yield opened
        assert await opened.audit_faults() == []


async def test_an_older_database_comes_up_sound(store: Store, path: Path) -> None:
    assert await store.audit_faults() == []
    assert rows(path, "SELECT count(*) FROM ledger") == [(len(JOBS) + len(REFUNDED) + 2,)]
    assert rows(path, "SELECT name FROM sqlite_schema WHERE name = 'moderation'") == []
    assert rows(path, "PRAGMA foreign_key_check") == []
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_what_moderators_had_done_is_in_the_audit_and_no_log_channel_is_told_of_it(
    store: Store, path: Path
) -> None:
    reset, limit = await store.desk.audit(10)
    [grant] = await store.desk.audit(20)
    assert (limit.action, limit.actor_id, limit.target_id, limit.before, limit.after, limit.reason, limit.at) == (
        Action.QUOTA_SET,
        99,
        8,
        "5",
        "unlimited",
        "a contest",
        NOON,
    )
    assert (reset.action, reset.self_serving) == (Action.QUOTA_RESET, True)
    assert (grant.action, grant.reason) == (Action.QUOTA_GRANT, "@everyone")
    assert rows(path, "SELECT count(*) FROM audit WHERE logged_at IS NULL") == [(0,)]


async def test_an_interaction_of_before_still_changes_things_only_once(store: Store) -> None:
    await store.desk.set_limit(change(901, member_id=8), 1)
    assert (await store.usage(10, 8)).limit is None
    usage, _ = await store.desk.grant(change(902, guild_id=20), 3)
    assert usage.grants_left == 2


async def test_caps_count_what_was_charged_before_there_were_any(store: Store, path: Path) -> None:
    assert (await store.usage(10, 7)).cap is None
    counted = set(rows(path, "SELECT scope, target, day, used FROM cap_usage"))
    assert counted == {
        (Scope.SERVER, 10, "2026-03-01", 3),
        (Scope.SERVER, 10, "2026-03-02", 1),
        (Scope.SERVER, 20, "2026-03-01", 1),
        (Scope.MEMBER, MEMBER, "2026-03-01", 4),
        (Scope.MEMBER, MEMBER, "2026-03-02", 1),
        (Scope.MEMBER, OTHER, "2026-03-01", 1),
    }


async def test_settings_limits_and_counts_are_what_they_were(store: Store) -> None:
    assert await store.desk.guild(10) == Guild(zone="Pacific/Honolulu", daily_limit=5)
    assert await store.desk.guild(20) == Guild()
    member, other = await store.usage(10, 7), await store.usage(10, 8)
    assert (member.limit, member.layer, member.used) == (5, Layer.SERVER, 3)
    assert (other.limit, other.layer, other.used) == (None, Layer.MEMBER, 1)
    assert (await store.usage(20, 7)).grants_left == 2
    assert (await store.usage(0, 7)).used == 0
    assert await store.fact("commands") == "a digest"


async def test_jobs_go_on_and_end_as_they_would_have(store: Store) -> None:
    await start(store, "5-0")
    await deliver(store, "5-0", message_id=900)
    assert await store.fail("6-0", "broken")
    assert (await store.usage(20, 7)).grants_left == 3
    job = await store.job("7-0")
    assert job is not None
    assert (job.state, job.place_id, job.owner_id, job.sha256, job.hidden_at) == (State.DELIVERED, 0, None, None, None)


async def test_a_request_of_before_is_for_all_to_see_in_the_server_s_language(old: Path, clock: Clock) -> None:
    database = await Database.open(old, now=clock)
    await database.transact(lambda tx: apply(tx, shipped()[:2]))
    await database.close()
    tamper(
        old,
        "UPDATE guilds SET language = 'de'; INSERT INTO guilds (guild_id, zone, language) VALUES (0, 'UTC', 'ja');"
        "UPDATE jobs SET owner = subject WHERE id = '6-0'",
    )
    async with await Store.open(old, default_limit=3, now=clock) as store:
        jobs = [job for number in (1, 6, 7) for job in await store.jobs_of(number)]
        assert [(job.language, job.private, job.medium) for job in jobs] == [
            ("de", False, None),
            ("de", False, None),
            ("en", False, None),
        ]
        assert [job.origin for job in jobs] == [Origin.UPLOAD, Origin.MESSAGE, Origin.UPLOAD]
        assert [job.position for job in jobs] == [0, 0, 0]
        assert not await store.mention_wanted(1)
        assert await store.audit_faults() == []


async def test_results_of_later_requests_share_a_message(store: Store) -> None:
    job_ids = await taken(store, request(1000, user_id=8, pictures=2))
    for job_id in job_ids:
        await start(store, job_id)
        await deliver(store, job_id, message_id=900)
    assert tuple(job.id for job in await store.jobs_by_result(900)) == job_ids


async def test_a_block_reaches_what_was_queued_before(store: Store) -> None:
    job = await store.job("5-0")
    assert job is not None
    assert job.place_id == 10
    blocked = await store.desk.block(change(950, member_id=8))
    assert blocked.cancelled == ("5-0",)


async def test_a_denial_of_a_server_reaches_what_was_queued_there_before(store: Store, path: Path) -> None:
    tamper(path, "INSERT INTO denied VALUES ('server', 10, NULL, 0)")
    with pytest.raises(NotAdmittedError):
        await store.start("5-0", judge=rules)


async def test_a_request_refund_and_grant_go_on_in_the_same_books(store: Store) -> None:
    await store.submit(request(1000), judge=each(rules), in_flight_limit=9)
    await submit(store, 1001, guild_id=20)
    assert await cancel(store, "1000-0")
    await store.desk.grant(change(1002), 2)


@pytest.mark.parametrize(
    "begin", ["BEGIN;", "BEGIN; INSERT INTO maintenance VALUES (1);"], ids=["at any time", "while days are removed"]
)
async def test_no_line_of_the_ledger_is_ever_changed(store: Store, path: Path, begin: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        tamper(path, f"{begin} UPDATE ledger SET amount = 0;")  # noqa: S608 - our words
    assert await store.audit_faults() == []


async def test_no_line_of_the_ledger_is_removed_except_while_days_are(store: Store, path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        tamper(path, "DELETE FROM ledger WHERE kind = 'grant'")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        tamper(path, "DELETE FROM ledger")
    assert await store.audit_faults() == []
    tamper(path, "BEGIN; INSERT INTO maintenance VALUES (1); DELETE FROM ledger; ROLLBACK;")
    assert await store.audit_faults() == []


async def test_only_one_maintenance_runs_at_a_time(store: Store, path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        tamper(path, "BEGIN; INSERT INTO maintenance VALUES (1); INSERT INTO maintenance VALUES (2);")
    assert await store.audit_faults() == []


async def test_a_migration_that_fails_at_any_statement_leaves_the_older_database_as_it_was(
    old: Path, clock: Clock
) -> None:
    before = dump(old)
    probe = Probe()
    for nth in range(1, 1000):
        probe.at(nth, disk_fails)
        try:
            opened = await Store.open(old, default_limit=3, now=clock, on_statement=probe)
        except (DatabaseFailedError, DatabaseUnreadableError):
            assert dump(old) == before
            continue
        probe.off()
        await opened.close()
        break
    assert nth > 40
