"""What the tests of privacy stand on: people with ids as Discord gives them, and everything that can be kept of one."""

from itertools import count
from pathlib import Path

from bot.store import Scope, Store
from bot.values.rules import PicturesOfMe
from tests.store.stage import HOUR, NOON, cap, change, deliver, deny, permissive, request, start, subject_of, tamper

MIKA = 823_456_789_012_345_678
REN = 912_345_678_901_234_567
NOOR = 745_612_345_678_912_345
"""A moderator."""

DAY = 24 * HOUR

_numbers = count(1_000_001)


def new_number() -> int:
    return next(_numbers)


async def asked(
    store: Store,
    user_id: int,
    *,
    guild_id: int = 10,
    server_id: int | None = None,
    owner_id: int | None = None,
    private: bool = False,
) -> str:
    """A job that waits for its turn, with its card posted."""
    number = new_number()
    wanted = request(
        number, guild_id=guild_id, server_id=server_id, user_id=user_id, owner_id=owner_id, private=private
    )
    job_id = (await store.submit(wanted, judge=permissive, in_flight_limit=1000)).job_ids[0]
    await store.card_posted(job_id, channel_id=70, message_id=number + 5_000_000)
    return job_id


async def running(
    store: Store, user_id: int, *, guild_id: int = 10, owner_id: int | None = None, private: bool = False
) -> str:
    job_id = await asked(store, user_id, guild_id=guild_id, owner_id=owner_id, private=private)
    await start(store, job_id)
    return job_id


async def delivered(
    store: Store, user_id: int, *, guild_id: int = 10, owner_id: int | None = None, private: bool = False
) -> str:
    job_id = await running(store, user_id, guild_id=guild_id, owner_id=owner_id, private=private)
    await deliver(store, job_id, message_id=new_number() + 9_000_000)
    return job_id


async def failed(store: Store, user_id: int, *, guild_id: int = 10) -> str:
    job_id = await running(store, user_id, guild_id=guild_id)
    await store.fail(job_id, "broken")
    return job_id


async def reported(
    store: Store, path: Path, job_id: str, reporter: int, *, guild_id: int = 10, words: str = "look"
) -> None:
    """Somebody objects to a result."""
    subject = await subject_of(store, reporter)
    tamper(
        path,
        f"""
        INSERT INTO reports (job_id, guild_id, reporter, reason, words, at)
        VALUES ('{job_id}', {guild_id}, {subject}, 'other', '{words}', {int(store._database._now())})
        """,  # noqa: S608 - our words
    )


async def everything(store: Store, path: Path, user_id: int = MIKA) -> None:
    """All that can be kept of a person, in two servers."""
    desk = store.desk
    about = f"see <@{user_id}>"
    await desk.set_limit(change(new_number(), member_id=user_id, actor_id=NOOR, reason=about), 9)
    await desk.grant(
        change(new_number(), member_id=user_id, actor_id=NOOR), 2, expires_at=int(store._database._now()) + 5 * DAY
    )
    await delivered(store, user_id)
    await reported(store, path, await delivered(store, user_id), REN, words=about)
    await failed(store, user_id, guild_id=20)
    await asked(store, user_id, guild_id=20)
    await running(store, user_id)
    await asked(store, user_id, guild_id=0)
    theirs = await delivered(store, REN, owner_id=user_id)
    await reported(store, path, theirs, user_id, words="that is me")
    await desk.block(
        change(new_number(), member_id=user_id, actor_id=NOOR, guild_id=30, reason=about), expires_at=NOON + 2 * DAY
    )
    await desk.set_limit(change(new_number(), member_id=REN, actor_id=user_id, reason="a friend"), 5)
    await store.tell_once(user_id)
    await store.privacy.say(user_id, PicturesOfMe.NOBODY)
    await cap(store, Scope.MEMBER, await subject_of(store, user_id), 50)
    await deny(store, Scope.MEMBER, await subject_of(store, user_id))
    tamper(
        path,
        f"""
        INSERT INTO commands (name, arguments, at, answered_at, answer)
        VALUES ('deny', '{{"member": {user_id}}}', {NOON}, {NOON}, '{{}}')
        """,  # noqa: S608 - our words
    )
