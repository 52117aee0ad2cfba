"""What the store's tests stand on: a clock that is moved by hand, requests, and faults on demand."""

import dataclasses
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

from bot import policy
from bot.policy import Ask
from bot.store import (
    Act,
    Cancelled,
    Change,
    Judge,
    JudgeOfEach,
    NewJob,
    NewRequest,
    Scope,
    Store,
    caps,
    members,
    standing,
    subjects,
)
from bot.store.database import Transaction
from bot.values.rules import Actor, Block, House, Origin, PicturesOfMe, Place, Refusal, Source, Standing

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
    place=Place(guild_id=10, server_id=10, channel_id=70),
    user_id=7,
    style="ghibli",
    token=TOKEN,
    jobs=(NewJob(strength=0.5, seed=4, photo_url=URL, url_expires_at=NOON + 24 * HOUR),),
)


_ASK = Ask(
    actor=Actor(user_id=7),
    place=Place(guild_id=10, server_id=10, channel_id=70),
    source=Source(),
    style="ghibli",
    adult_style=False,
)


def rules(standing: Standing) -> Refusal | None:
    """What is asked of an upload while it waits; where it has an owner after all, who says nobody means it."""
    shown = dataclasses.replace(_ASK, source=Source(origin=Origin.AVATAR, owner_id=8))
    ask = shown if standing.owner is PicturesOfMe.NOBODY else _ASK
    return policy.still_admits(ask, standing, house=House(classifier=True))


def each(judge: Judge) -> JudgeOfEach:
    """The same of each picture of a request."""
    return lambda _position, standing: judge(standing)


def permissive(*_: object) -> None:
    """A judge that admits everything."""


def request(
    interaction_id: int,
    *,
    guild_id: int = 10,
    server_id: int | None = None,
    user_id: int = 7,
    roles: frozenset[int] = frozenset(),
    owner_id: int | None = None,
    url_expires_at: int = NOON + 24 * HOUR,
    pictures: int = 1,
    private: bool = False,
) -> NewRequest:
    """What a member asks for; the server that it is, is the one that pays unless something else is said."""
    job = dataclasses.replace(_REQUEST.jobs[0], owner_id=owner_id, url_expires_at=url_expires_at)
    place = Place(guild_id=guild_id, server_id=guild_id if server_id is None else server_id, channel_id=70)
    return dataclasses.replace(
        _REQUEST,
        interaction_id=interaction_id,
        place=place,
        user_id=user_id,
        roles=roles,
        private=private,
        jobs=(job,) * pictures,
    )


def by_moderator(
    interaction_id: int, *, guild_id: int = 10, actor_id: int | None = 99, reason: str | None = None
) -> Act:
    return Act(cause=str(interaction_id), guild_id=guild_id, actor_id=actor_id, reason=reason)


def change(
    interaction_id: int,
    *,
    guild_id: int = 10,
    actor_id: int = 99,
    member_id: int = 7,
    roles: frozenset[int] = frozenset(),
    reason: str | None = None,
) -> Change:
    return Change(
        cause=str(interaction_id),
        guild_id=guild_id,
        actor_id=actor_id,
        member_id=member_id,
        roles=roles,
        reason=reason,
    )


async def submit(
    store: Store,
    interaction_id: int,
    *,
    guild_id: int = 10,
    user_id: int = 7,
    roles: frozenset[int] = frozenset(),
) -> str:
    """A request without a bound on what is under way; its job's id."""
    asked = request(interaction_id, guild_id=guild_id, user_id=user_id, roles=roles)
    return (await store.submit(asked, judge=permissive, in_flight_limit=1000)).job_ids[0]


async def taken(store: Store, asked: NewRequest) -> tuple[str, ...]:
    """The same of any request; its jobs' ids."""
    return (await store.submit(asked, judge=permissive, in_flight_limit=1000)).job_ids


async def start(store: Store, job_id: str) -> None:
    await store.start(job_id, judge=permissive)


async def deliver(store: Store, job_id: str, *, message_id: int = 500) -> None:
    await store.deliver(job_id, channel_id=50, message_id=message_id, engine="Painter", seconds=1.5)


async def cancel(store: Store, job_id: str) -> bool:
    """Call off the request of a job that is its only one; whether that was refunded."""
    outcome = await store.cancel_request(int(job_id.partition("-")[0]), accept_charge=True)
    assert isinstance(outcome, Cancelled)
    return outcome.refunded == 1


async def subject_of(store: Store, user_id: int) -> int:
    """The number that stands for the member, made at the first need."""
    return await store._database.transact(lambda tx: subjects.ensure(tx, user_id, store._sealer))


async def cap(store: Store, scope: Scope, target: int, amount: int | None) -> None:
    """The operator caps a server, or a member by subject; target 0 is every one without an own cap."""
    await store._database.transact(lambda tx: caps.put(tx, scope, target, amount))


async def deny(store: Store, scope: Scope, target: int) -> None:
    """The operator serves this server, or this member by subject, nowhere."""
    await store._database.transact(
        lambda tx: tx.run(
            "INSERT INTO denied VALUES (:scope, :target, 'spam', :now)", scope=scope, target=target, now=tx.now
        )
    )


async def say(store: Store, user_id: int, said: PicturesOfMe | None) -> None:
    """The member says who may use their pictures."""
    subject = await subject_of(store, user_id)
    await store._database.transact(lambda tx: members.say(tx, subject, said))


async def block_of(store: Store, guild_id: int, user_id: int) -> Block | None:
    """The member's block in this server, if one is in force."""

    def read(tx: Transaction) -> Block | None:
        subject = subjects.known(tx, user_id)
        return None if subject is None else standing.block_of(tx, guild_id, subject)

    return await store._database.transact(read)


async def forget(store: Store, user_id: int) -> None:
    """The member is erased: nobody can tell any more whose rows they were."""
    await store.privacy.erase(user_id)


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
