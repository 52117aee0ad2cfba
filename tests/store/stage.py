"""What the store's tests stand on: a clock that is moved by hand, requests, and faults on demand."""

import dataclasses
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

from bot.store import Change, NewRequest, Store

NOON = 1_772_366_400
"""2026-03-01 12:00 in UTC."""

HOUR = 3600
TOKEN = "the-token-of-an-interaction"
URL = "https://cdn.discordapp.com/attachments/1/2/photo.jpg?ex=70000000&is=6fffffff&hm=abc"


class Clock:
    """Epoch seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = float(NOON)

    def __call__(self) -> float:
        return self.seconds

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        self.seconds += hours * HOUR + seconds


class Probe:
    """Counts statements, and does something at the Nth: `probe.at(3, action)`."""

    def __init__(self) -> None:
        self.off()

    def __call__(self, _sql: str) -> None:
        self._count += 1
        if self._count == self._nth or (self._lasting and self._count > self._nth):
            self._action()

    def at(self, nth: int, action: Callable[[], object], *, lasting: bool = False) -> None:
        """Do it at the Nth statement from now on, and at all that follow if `lasting`."""
        self._nth, self._count, self._action, self._lasting = nth, 0, action, lasting

    def off(self) -> None:
        self.at(0, lambda: None)


def disk_fails() -> None:
    raise sqlite3.OperationalError("disk I/O error")


_REQUEST = NewRequest(
    interaction_id=1,
    guild_id=10,
    user_id=7,
    channel_id=70,
    style="ghibli",
    strength=0.5,
    seed=4,
    token=TOKEN,
    photo_url=URL,
    url_expires_at=NOON + 24 * HOUR,
)


def request(
    interaction_id: int, *, guild_id: int = 10, user_id: int = 7, url_expires_at: int = NOON + 24 * HOUR
) -> NewRequest:
    return dataclasses.replace(
        _REQUEST, interaction_id=interaction_id, guild_id=guild_id, user_id=user_id, url_expires_at=url_expires_at
    )


def change(interaction_id: int, *, guild_id: int = 10, member_id: int = 7, reason: str | None = None) -> Change:
    return Change(interaction_id=interaction_id, guild_id=guild_id, actor_id=99, member_id=member_id, reason=reason)


async def submit(store: Store, interaction_id: int, *, guild_id: int = 10, user_id: int = 7) -> str:
    """A request without a bound on what is under way; its job's id."""
    asked = request(interaction_id, guild_id=guild_id, user_id=user_id)
    return (await store.submit(asked, in_flight_limit=1000)).job_id


async def deliver(store: Store, job_id: str, *, message_id: int = 500) -> None:
    await store.deliver(job_id, channel_id=50, message_id=message_id, engine="Painter", seconds=1.5)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What another program reads in the file."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def tamper(path: Path, script: str) -> None:
    """Another program writes to the file."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(script)
    finally:
        connection.close()


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the file, to compare."""
    tables = [str(name) for (name,) in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {table: sorted(rows(path, f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608 - our tables


def put(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """A file that was there before."""
    path.write_bytes(content)
    path.chmod(mode)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
