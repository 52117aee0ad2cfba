"""Migrations: numbered SQL files, forward only, applied in one transaction and remembered with their hash."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

from bot.store.database import Row, Transaction
from bot.store.errors import MigrationError

_APPLIED = """
    CREATE TABLE IF NOT EXISTS migrations (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        applied_at INTEGER NOT NULL
    ) STRICT
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file, `NNNN_name.sql`."""

    name: str
    sql: str

    @property
    def number(self) -> int:
        """Its place in the order, from 1."""
        return int(self.name.partition("_")[0])

    @property
    def sha256(self) -> str:
        """What tells an edited file from the one that was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped() -> tuple[Migration, ...]:
    """The migrations of this version, in their order."""
    found = (file for file in resources.files("migrations").iterdir() if file.name.endswith(".sql"))
    return tuple(sorted((Migration(file.name, file.read_text("utf-8")) for file in found), key=lambda one: one.number))


def apply(tx: Transaction, migrations: Sequence[Migration]) -> None:
    """Bring the schema up to date inside `tx`.

    Raises
    ------
    MigrationError
        The database was made by a newer version, or a file that was applied has changed since.
    """
    tx.run(_APPLIED)
    applied = _applied(tx)
    for conflict in _conflicts(applied, migrations):
        raise MigrationError(conflict)
    for migration in migrations:
        if migration.number not in applied:
            _apply_one(tx, migration)


def faults(tx: Transaction, migrations: Sequence[Migration]) -> list[str]:
    """What makes the schema another one than this version's, a sentence each. Changes nothing."""
    if tx.one("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'") is None:
        return ["it is not animify's: no migration was ever applied"]
    applied = _applied(tx)
    missing = [
        f"the migration {migration.name} is not applied yet; the next start of the bot does it"
        for migration in migrations
        if migration.number not in applied
    ]
    return [*_conflicts(applied, migrations), *missing]


def _applied(tx: Transaction) -> dict[int, Row]:
    return {row["number"]: row for row in tx.all("SELECT number, name, sha256 FROM migrations")}


def _conflicts(applied: dict[int, Row], migrations: Sequence[Migration]) -> Iterator[str]:
    """What no migration can mend, a sentence each."""
    unknown = applied.keys() - {migration.number for migration in migrations}
    if unknown:
        name = applied[max(unknown)]["name"]
        yield f"the database was made by a newer animify (it has {name}); please update this one"
    for migration in migrations:
        if migration.number in applied and applied[migration.number]["sha256"] != migration.sha256:
            yield f"the migration {migration.name} was changed after it had been applied; please restore it"


def _apply_one(tx: Transaction, migration: Migration) -> None:
    tx.script(migration.sql)
    tx.run(
        "INSERT INTO migrations VALUES (:number, :name, :sha256, :now)",
        number=migration.number,
        name=migration.name,
        sha256=migration.sha256,
        now=tx.now,
    )
