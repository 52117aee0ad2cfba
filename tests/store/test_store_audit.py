"""The audit's pages: every row once, by any filter, and no server ever reads of another."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import Act, Action, Desk, Entry, Filter, RoleLimit, Store
from tests.store.stage import NOON, block_of, by_moderator, change, deliver, forget, start, submit

Numbers = Callable[[], int]

on_one_store = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def delete(store: Store, guild_id: int, actor_id: int, member_id: int, number: Numbers) -> None:
    interaction_id = number()
    job_id = await submit(store, interaction_id, guild_id=guild_id, user_id=member_id)
    await start(store, job_id)
    await deliver(store, job_id, message_id=interaction_id)
    await store.desk.deleted(by_moderator(number(), guild_id=guild_id, actor_id=actor_id), job_id)


ABOUT_A_MEMBER: dict[Action, Callable[..., Awaitable[object]]] = {
    Action.QUOTA_SET: lambda desk, made: desk.set_limit(made, 999),
    Action.QUOTA_UNSET: lambda desk, made: desk.unset_limit(made),
    Action.QUOTA_GRANT: lambda desk, made: desk.grant(made, 2),
    Action.QUOTA_RESET: lambda desk, made: desk.reset(made),
    Action.BLOCK: lambda desk, made: desk.block(made),
    Action.UNBLOCK: lambda desk, made: desk.unblock(made),
    Action.PURGE: lambda desk, made: desk.purged(made, found=2, outcome="2 deleted"),
}
ABOUT_A_SERVER: dict[Action, Callable[..., Awaitable[object]]] = {
    Action.ROLE_SET: lambda desk, made: desk.set_role_limit(made, RoleLimit(1, 999)),
    Action.ROLE_UNSET: lambda desk, made: desk.unset_role_limit(made, 1),
    Action.SETTING: lambda desk, made: desk.change_guild(made, new_member_hours=int(made.cause) % 5000),
}

DEEDS = st.lists(
    st.tuples(
        st.sampled_from([*ABOUT_A_MEMBER, *ABOUT_A_SERVER, Action.DELETE]),
        st.sampled_from([10, 20]),
        st.sampled_from([1, 2]),
        st.sampled_from([1, 7, 8]),
    ),
    max_size=25,
)
"""What is done in which server, by whom, to whom."""


async def do(store: Store, number: Numbers, action: Action, guild_id: int, actor_id: int, member_id: int) -> None:
    if action is Action.DELETE:
        await delete(store, guild_id, actor_id, member_id, number)
    elif action in ABOUT_A_MEMBER:
        made = change(number(), guild_id=guild_id, actor_id=actor_id, member_id=member_id)
        await ABOUT_A_MEMBER[action](store.desk, made)
    else:
        await ABOUT_A_SERVER[action](store.desk, by_moderator(number(), guild_id=guild_id, actor_id=actor_id))


async def read_all(store: Store, guild_id: int, *, limit: int = 1000, **wanted: Any) -> list[Entry]:
    """Page by page, as somebody who presses on."""
    read: list[Entry] = []
    while True:
        before = read[-1].id if read else None
        page = await store.desk.audit(guild_id, Filter(**wanted), before=before, limit=limit)
        assert len(page) <= limit
        if not page:
            return read
        read += page


@on_one_store
@given(deeds=DEEDS, size=st.integers(1, 7))
async def test_pages_show_every_row_once_the_latest_first_and_filters_show_just_theirs(
    store: Store, number: Numbers, deeds: list[tuple[Action, int, int, int]], size: int
) -> None:
    servers = {10: number(), 20: number()}
    for action, server, actor_id, member_id in deeds:
        await do(store, number, action, servers[server], actor_id, member_id)
    for guild_id in servers.values():
        everything = await read_all(store, guild_id)
        assert [entry.id for entry in everything] == sorted({entry.id for entry in everything}, reverse=True)
        assert {entry.guild_id for entry in everything} <= {guild_id}
        assert await read_all(store, guild_id, limit=size) == everything
        for actor_id in (1, 2, 3):
            expected = [entry for entry in everything if entry.actor_id == actor_id]
            assert await read_all(store, guild_id, limit=size, actor_id=actor_id) == expected
        for target_id in (1, 7, 8, 9):
            expected = [entry for entry in everything if entry.target_id == target_id]
            assert await read_all(store, guild_id, limit=size, target_id=target_id) == expected
        for action in {entry.action for entry in everything} | {Action.CAP}:
            expected = [entry for entry in everything if entry.action is action]
            assert await read_all(store, guild_id, limit=size, action=action) == expected
        expected = [entry for entry in everything if (entry.actor_id, entry.target_id) == (1, 1)]
        assert await read_all(store, guild_id, actor_id=1, target_id=1) == expected
        assert all(entry.self_serving for entry in expected)


async def _styles_off(desk: Desk, guild_id: int) -> object:
    return (await desk.styles_off()).get(guild_id)


READS: dict[str, Callable[[Desk, int], Awaitable[object]]] = {
    "guild": lambda desk, guild_id: desk.guild(guild_id),
    "role_limits": lambda desk, guild_id: desk.role_limits(guild_id),
    "results_of": lambda desk, guild_id: _gather(desk.results_of(guild_id, user_id) for user_id in (1, 2, 7, 8)),
    "audit": lambda desk, guild_id: desk.audit(guild_id, limit=1000),
    "styles_off": _styles_off,
}
CHANGES = {
    *("change_guild", "present", "left", "joined", "set_limit", "unset_limit", "grant", "reset"),
    *("set_role_limit", "unset_role_limit", "block", "unblock", "deleted"),
    *("purged", "block_for", "dismiss"),
}


async def _gather(reads: Any) -> list[object]:
    return list(await asyncio.gather(*reads))


def test_each_method_of_the_desk_is_known_to_read_or_to_change() -> None:
    public = {name for name in vars(Desk) if not name.startswith("_")}
    assert public == CHANGES | READS.keys()


@on_one_store
@given(here=DEEDS, there=DEEDS)
async def test_no_server_reads_anything_of_another(
    store: Store,
    number: Numbers,
    here: list[tuple[Action, int, int, int]],
    there: list[tuple[Action, int, int, int]],
) -> None:
    own, other = number(), number()
    for action, _, actor_id, member_id in here:
        await do(store, number, action, own, actor_id, member_id)
    before = {name: await read(store.desk, own) for name, read in READS.items()}
    usages = [await store.usage(own, user_id) for user_id in (1, 7, 8)]
    for action, _, actor_id, member_id in there:
        await do(store, number, action, other, actor_id, member_id)
    assert {name: await read(store.desk, own) for name, read in READS.items()} == before
    assert [await store.usage(own, user_id) for user_id in (1, 7, 8)] == usages


async def test_rows_that_are_written_while_somebody_reads_shift_no_page(store: Store) -> None:
    numbers = count(100)
    for _ in range(4):
        await store.desk.reset(change(next(numbers)))
    first = await store.desk.audit(10, limit=2)
    await store.desk.reset(change(next(numbers)))
    second = await store.desk.audit(10, before=first[-1].id, limit=2)
    assert [entry.id for entry in first + second] == [4, 3, 2, 1]


async def test_who_was_erased_is_in_the_audit_without_a_name(store: Store) -> None:
    await store.desk.reset(change(100, actor_id=8, member_id=7))
    await store.desk.reset(change(101, actor_id=7, member_id=7))
    await store.desk.reset(change(102, actor_id=8, member_id=8))
    await forget(store, 7)
    newest, own, about = await store.desk.audit(10)
    assert (newest.actor_id, newest.target_id) == (8, 8)
    assert (own.actor_id, own.target_id, own.has_target, own.by_operator, own.self_serving) == (
        None,
        None,
        True,
        False,
        True,
    )
    assert (about.actor_id, about.target_id, about.self_serving) == (8, None, False)
    assert await store.desk.audit(10, Filter(target_id=7)) == []


async def test_whoever_comes_back_is_not_named_in_old_rows(store: Store) -> None:
    await store.desk.reset(change(100, member_id=7))
    await forget(store, 7)
    await store.desk.reset(change(101, member_id=7))
    assert [entry.target_id for entry in await store.desk.audit(10)] == [7, None]


async def test_what_the_operator_did_is_marked(store: Store) -> None:
    await store.desk.change_guild(by_moderator(100, actor_id=None), paused=True)
    [entry] = await store.desk.audit(10)
    assert (entry.by_operator, entry.actor_id, entry.self_serving) == (True, None, False)


async def test_deleting_a_result_is_told_once_with_whose_it_was(store: Store) -> None:
    job_id = await submit(store, 1)
    await start(store, job_id)
    await deliver(store, job_id)
    for _ in range(2):
        await store.desk.deleted(by_moderator(100), job_id)
    [entry] = await store.desk.audit(10)
    assert (entry.action, entry.actor_id, entry.target_id, entry.object) == (Action.DELETE, 99, 7, job_id)
    job = await store.job(job_id)
    assert job is not None
    assert job.deleted_at == NOON
    assert (await store.secrets(job_id)).url is None


REASONS = {
    "pings": "@everyone @here <@7> <@&8> <#9>",
    "lines": "first\nsecond\r\nthird\u2028fourth\x85",
    "marks that turn text around": "\u202eevil\u202c \u200f\u200e\u2066x\u2069",
    "ten thousand characters": "ä" * 10_000,
    "quotes": "'); DROP TABLE audit; --\" \\ %s {x} $1 :now",
    "a zero byte": "before\0after",
    "JSON": '{"a": [1, null]}',
    "nothing": "",
    "emoji": "👩‍👩‍👧‍👦 ﷽",
    "patterns": "*?[a-z]/%_",
}


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
async def test_a_reason_is_kept_as_it_was_given_whatever_is_in_it(store: Store, reason: str) -> None:
    desk = store.desk
    await desk.set_limit(change(100, reason=reason), 5)
    await desk.grant(change(101, reason=reason), 2)
    await desk.reset(change(102, reason=reason))
    await desk.unset_limit(change(103, reason=reason))
    await desk.set_role_limit(by_moderator(104, reason=reason), RoleLimit(1, 2))
    await desk.unset_role_limit(by_moderator(105, reason=reason), 1)
    await desk.change_guild(by_moderator(106, reason=reason), styles_off=frozenset({reason}), default_style=reason)
    await desk.block(change(107, reason=reason))
    block = await block_of(store, 10, 7)
    assert block is not None
    assert block.reason == reason
    assert (await desk.guild(10)).styles_off == {reason}
    assert (await desk.guild(10)).default_style == reason
    assert await desk.unblock(change(108, reason=reason))
    entries = await desk.audit(10, limit=99)
    assert {entry.reason for entry in entries} == {reason}
    assert len(entries) == 10


async def test_half_a_character_is_refused_whole(store: Store) -> None:
    with pytest.raises(UnicodeError):
        await store.desk.set_limit(change(100, reason="\ud800"), 5)
    assert await store.desk.audit(10) == []
    assert (await store.usage(10, 7)).limit == 3


@pytest.mark.parametrize("cause", ["*", "10?", "[0-9]", "command:*", "10%", "1' OR '1'='1"])
async def test_a_cause_is_no_pattern(store: Store, cause: str) -> None:
    await store.desk.reset(change(100))
    await store.desk.change_guild(Act(cause=cause, guild_id=10, actor_id=None), paused=True)
    assert (await store.desk.guild(10)).paused
