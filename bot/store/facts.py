"""Small facts that the bot remembers from run to run, such as which commands it last told Discord of."""

from bot.store.database import Transaction


def get(tx: Transaction, name: str) -> str | None:
    """The fact, or None."""
    row = tx.one("SELECT value FROM facts WHERE name = :name", name=name)
    return None if row is None else row["value"]


def put(tx: Transaction, name: str, value: str) -> None:
    """Write it, over what was there."""
    tx.run(
        "INSERT INTO facts VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value",
        name=name,
        value=value,
    )


def forget(tx: Transaction, name: str) -> None:
    """It is a fact no more."""
    tx.run("DELETE FROM facts WHERE name = :name", name=name)
