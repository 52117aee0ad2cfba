"""What log channels have not been told of: found without a walk through the rest, and kept back by no bad row."""

from functools import partial

import pytest

from bot.store import Store
from bot.store.database import Transaction
from bot.values.records import Action
from tests.store.stage import by_moderator, change
from tests.store.test_reports import a_result, reported


def plans(tx: Transaction, statements: list[str]) -> list[str]:
    return [
        str(row["detail"])
        for sql in statements
        for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", guild_id=10, limit=50)
        if {"audit", "reports"} & set(str(row["detail"]).split())
    ]


async def test_only_what_waits_is_looked_at(store: Store) -> None:
    seen: list[str] = []
    await store.desk.change_guild(by_moderator(1), new_member_hours=2)
    store._database._on_statement = seen.append
    await store.outbox.waiting()
    await store.outbox.parcel(10)
    statements = [sql for sql in seen if "logged_at" in sql]
    found = await store._database.transact(partial(plans, statements=statements))
    assert len(found) == 4
    assert all("_unlogged" in plan for plan in found)
    assert sum("(guild_id=?)" in plan for plan in found) == 2


UNKNOWN = {
    "audit": "UPDATE audit SET action = 'of a newer version' WHERE id = :id",
    "reports": "UPDATE reports SET reason = 'of a newer version' WHERE id = :id",
}


@pytest.mark.parametrize("table", list(UNKNOWN))
async def test_a_row_that_a_newer_version_has_written_keeps_back_none_that_comes_after_it(
    store: Store, table: str
) -> None:
    await store.desk.change_guild(by_moderator(1), new_member_hours=2)
    await reported(store, await a_result(store, 1))
    await store._database.transact(lambda tx: tx.script("PRAGMA ignore_check_constraints = ON"))
    await store._database.transact(lambda tx: tx.run(UNKNOWN[table], id=1))
    await store.desk.set_limit(change(2), 4)
    later = await reported(store, await a_result(store, 3, user_id=70))
    parcel = await store.outbox.parcel(10)
    assert parcel.entries[-1].action is Action.QUOTA_SET
    assert parcel.reports[-1] == later
    await store.outbox.told(entries=parcel.entries, reports=parcel.reports)
    assert await store.outbox.waiting() == []
