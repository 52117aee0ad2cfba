"""Layers of a daily limit: the member's own, the best of the roles, the server's, the default, and caps over all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import Layer, OverQuotaError, RoleLimit, Store
from bot.store.limits import Cap, Limit, Scope, Usage, decide
from tests.store.stage import by_moderator, change, submit

Numbers = Callable[[], int]
Amount = int | None

AMOUNTS = st.none() | st.integers(0, 1000)
FEW = st.none() | st.integers(0, 3)
DEFAULT = 3

on_one_store = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Each example takes a server and a member of its own, so that one database does for all."""


def height(amount: Amount) -> float:
    return inf if amount is None else amount


@given(own=AMOUNTS, has_own=st.booleans(), roles=st.lists(AMOUNTS), server=AMOUNTS, default=st.integers(0, 1000))
def test_the_first_layer_that_says_something_decides_and_of_roles_the_best(
    own: Amount, has_own: bool, roles: list[Amount], server: Amount, default: int
) -> None:
    limit = decide(
        own=Limit(own, Layer.MEMBER) if has_own else None,
        roles=[RoleLimit(role_id, amount) for role_id, amount in enumerate(roles, 1)],
        server=server,
        default=default,
    )
    of_server: list[Amount] = [] if server is None else [server]
    layers = [(Layer.MEMBER, [own] * has_own), (Layer.ROLE, roles), (Layer.SERVER, of_server)]
    layer, said = next(((layer, said) for layer, said in layers if said), (Layer.DEFAULT, [default]))
    assert (limit.layer, height(limit.amount)) == (layer, max(map(height, said)))


@given(
    limit=AMOUNTS,
    used=st.integers(0, 2000),
    grants=st.integers(0, 5),
    cap=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_what_is_left_is_never_negative_and_never_more_than_a_cap_leaves(
    limit: Amount, used: int, grants: int, cap: tuple[int, int] | None
) -> None:
    set_cap = None if cap is None else Cap(scope=Scope.MEMBER, amount=max(cap), left=min(cap), resets_at=0)
    usage = Usage(limit=limit, layer=Layer.SERVER, used=used, grants_left=grants, resets_at=0, cap=set_cap)
    by_limit = max(0, height(limit) - used) + grants
    assert height(usage.left) == min(by_limit, inf if cap is None else min(cap))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What is set somewhere; a role's amount counts for whoever holds the role."""

    own: Amount
    has_own: bool
    held: dict[int, Amount]
    others: dict[int, Amount]
    server: Amount
    granted: int

    @property
    def limit(self) -> float:
        if self.has_own:
            return height(self.own)
        if self.held:
            return max(map(height, self.held.values()))
        return DEFAULT if self.server is None else self.server


LAYERS = st.builds(
    Layers,
    own=FEW,
    has_own=st.booleans(),
    held=st.dictionaries(st.integers(1, 4), FEW, max_size=3),
    others=st.dictionaries(st.integers(5, 8), FEW, max_size=2),
    server=FEW,
    granted=st.integers(0, 2),
)


async def set_up(store: Store, layers: Layers, guild_id: int, number: Numbers) -> None:
    desk = store.desk
    for role_id, amount in (layers.held | layers.others).items():
        await desk.set_role_limit(by_moderator(number(), guild_id=guild_id), RoleLimit(role_id, amount))
    await desk.change_guild(by_moderator(number(), guild_id=guild_id), daily_limit=layers.server)
    if layers.has_own:
        await desk.set_limit(change(number(), guild_id=guild_id), layers.own)
    if layers.granted:
        await desk.grant(change(number(), guild_id=guild_id), layers.granted)


@on_one_store
@given(layers=LAYERS)
async def test_exactly_the_limit_and_the_grants_can_be_asked_for(store: Store, number: Numbers, layers: Layers) -> None:
    guild_id, roles = number(), frozenset(layers.held) | {90}
    await set_up(store, layers, guild_id, number)
    usage = await store.usage(guild_id, 7, roles)
    assert height(usage.limit) == layers.limit
    assert height(usage.left) == layers.limit + layers.granted
    for _ in range(8 if usage.left is None else usage.left):
        await submit(store, number(), guild_id=guild_id, roles=roles)
    if usage.left is not None:
        with pytest.raises(OverQuotaError) as refusal:
            await submit(store, number(), guild_id=guild_id, roles=roles)
        assert refusal.value.usage == await store.usage(guild_id, 7, roles)
        assert refusal.value.usage.layer is usage.layer


async def lower_the_server_s(store: Store, amount: int, number: Numbers) -> None:
    await store.desk.change_guild(by_moderator(number()), daily_limit=amount)


async def lower_the_role_s(store: Store, amount: int, number: Numbers) -> None:
    await store.desk.set_role_limit(by_moderator(number()), RoleLimit(1, amount))


async def lower_the_member_s(store: Store, amount: int, number: Numbers) -> None:
    await store.desk.set_limit(change(number()), amount)


@pytest.mark.parametrize(
    ("lower", "layer"),
    [(lower_the_server_s, Layer.SERVER), (lower_the_role_s, Layer.ROLE), (lower_the_member_s, Layer.MEMBER)],
)
@pytest.mark.parametrize("lowered", [0, 1, 2])
async def test_a_limit_lowered_below_what_is_used_takes_nothing_back_and_gives_nothing_more(
    store: Store, number: Numbers, lower: Callable[[Store, int, Numbers], Awaitable[None]], layer: Layer, lowered: int
) -> None:
    roles = frozenset({1})
    first, *_ = [await submit(store, number(), roles=roles) for _ in range(3)]
    await lower(store, lowered, number)
    usage = await store.usage(10, 7, roles)
    assert (usage.layer, usage.limit, usage.used, usage.left) == (layer, lowered, 3, 0)
    await store.fail(first, "broken")
    assert (await store.usage(10, 7, roles)).used == 2
    with pytest.raises(OverQuotaError):
        await submit(store, number(), roles=roles)
    await store.desk.grant(change(number()), 1)
    await submit(store, number(), roles=roles)
    await lower(store, 4, number)
    assert (await store.usage(10, 7, roles)).left == 2


async def test_a_limit_that_is_unset_leaves_the_decision_to_roles_then_to_the_server(
    store: Store, number: Numbers
) -> None:
    roles = frozenset({1})
    await store.desk.change_guild(by_moderator(number()), daily_limit=1)
    await store.desk.set_role_limit(by_moderator(number()), RoleLimit(1, 2))
    await store.desk.set_limit(change(number()), 5)
    usage = await store.desk.unset_limit(change(number(), roles=roles))
    assert usage == await store.usage(10, 7, roles)
    assert (usage.limit, usage.layer) == (2, Layer.ROLE)
    assert await store.desk.unset_role_limit(by_moderator(number()), 1)
    assert ((usage := await store.usage(10, 7, roles)).limit, usage.layer) == (1, Layer.SERVER)
    await store.desk.change_guild(by_moderator(number()), daily_limit=None)
    assert ((usage := await store.usage(10, 7, roles)).limit, usage.layer) == (DEFAULT, Layer.DEFAULT)


async def test_a_change_answers_with_what_holds_for_the_member_s_roles(store: Store, number: Numbers) -> None:
    roles = frozenset({1, 2})
    await store.desk.set_role_limit(by_moderator(number()), RoleLimit(1, 8))
    usage, _ = await store.desk.grant(change(number(), roles=roles), 2)
    assert usage == await store.usage(10, 7, roles)
    await submit(store, number())
    usage = await store.desk.reset(change(number(), roles=roles))
    assert (usage.layer, usage.used, usage.left) == (Layer.ROLE, 0, 10)
    await store.desk.set_limit(change(number(), roles=roles), 4)
    [entry, *_] = await store.desk.audit(10)
    assert (entry.before, entry.after) == ("8 (role)", "4 (member)")


async def test_a_limit_that_was_never_set_can_be_unset(store: Store, number: Numbers) -> None:
    assert (await store.desk.unset_limit(change(number()))).layer is Layer.DEFAULT
    assert not await store.desk.unset_role_limit(by_moderator(number()), 1)


async def test_role_limits_are_a_server_s_own_and_can_be_replaced(store: Store, number: Numbers) -> None:
    for amount in (1, 2, None):
        await store.desk.set_role_limit(by_moderator(number()), RoleLimit(1, amount))
    await store.desk.set_role_limit(by_moderator(number(), guild_id=20), RoleLimit(2, 9))
    assert await store.desk.role_limits(10) == [RoleLimit(1, None)]
    assert await store.desk.role_limits(20) == [RoleLimit(2, 9)]
    assert (await store.usage(20, 7, frozenset({1}))).layer is Layer.DEFAULT


async def test_the_same_interaction_takes_a_limit_away_once(store: Store) -> None:
    await store.desk.set_role_limit(by_moderator(100), RoleLimit(1, 2))
    await store.desk.set_limit(change(101), 5)
    for _ in range(2):
        assert await store.desk.unset_role_limit(by_moderator(102), 1)
        await store.desk.unset_limit(change(103))
        await store.desk.set_role_limit(by_moderator(104), RoleLimit(1, 9))
        await store.desk.set_limit(change(105), 9)
    assert await store.desk.role_limits(10) == [RoleLimit(1, 9)]
    assert (await store.usage(10, 7)).limit == 9


@pytest.mark.parametrize("roles", [frozenset(), frozenset({1}), frozenset(range(2**62, 2**62 + 250))])
async def test_any_number_of_roles_can_be_held(store: Store, number: Numbers, roles: frozenset[int]) -> None:
    for role_id in sorted(roles)[:2]:
        await store.desk.set_role_limit(by_moderator(number()), RoleLimit(role_id, 2))
    await submit(store, number(), roles=roles)
    assert (await store.usage(10, 7, roles)).left == (1 if roles else 2)
