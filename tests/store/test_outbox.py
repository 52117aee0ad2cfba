"""What log channels have not been told of is found without a walk through all that they have been told."""

from functools import partial

from bot.store import Store
from bot.store.database import Transaction
from tests.store.stage import by_moderator


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
    statements = [sql for sql in seen if "logged_at" in sql]
    found = await store._database.transact(partial(plans, statements=statements))
    assert len(found) == 4
    assert all("_unlogged" in plan for plan in found)
    assert sum("(guild_id=?)" in plan for plan in found) == 2
