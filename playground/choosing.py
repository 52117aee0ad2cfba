"""What a person chooses in a select or a group of boxes, within the bounds that Discord's client sets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.errors import Json
from playground.layout import Kind
from playground.values import ChannelState
from playground.world import World

CANDIDATES = {
    Kind.USER_SELECT: ("users",),
    Kind.ROLE_SELECT: ("roles",),
    Kind.MENTIONABLE_SELECT: ("users", "roles"),
    Kind.CHANNEL_SELECT: ("channels",),
}
"""What the selects of ids offer, by the names under which a payload resolves it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values as they are sent, and the ids among them by what they are."""

    values: list[str]
    resolved: dict[str, list[int]] = field(default_factory=dict)


def choose(world: World, channel: ChannelState, select: Json, picked: Sequence[object]) -> Chosen:
    """Choose a string select's values, or people, roles and channels by id or as their objects.

    Raises
    ------
    ValueError
        The client would not let these be chosen, or not so many of them.
    """
    values = [str(getattr(each, "id", each)) for each in picked]
    least, most = bounds(select, nothing=not values)
    if not least <= len(set(values)) <= most or len(set(values)) < len(values):
        raise ValueError(f"{select['custom_id']!r} takes {least} to {most} different values, not {values}")
    if select["type"] in CANDIDATES:
        return Chosen(values, _resolved(world, channel, select, values))
    offered = [each["value"] for each in select["options"]]
    strange = [each for each in values if each not in offered]
    if strange:
        raise ValueError(f"{select['custom_id']!r} does not offer {strange}; it offers {offered}")
    return Chosen(values)


def preset(select: Json) -> list[str]:
    """What is chosen before anybody touches the select."""
    if select["type"] in CANDIDATES:
        return [str(each["id"]) for each in select.get("default_values") or ()]
    return [each["value"] for each in select["options"] if each.get("default")]


def bounds(component: Json, *, nothing: bool) -> tuple[int, int]:
    """How many values it takes; one that a modal does not require may be left empty."""
    least, most = component.get("min_values"), component.get("max_values")
    if nothing and not component.get("required", True):
        least = 0
    usual = len(component["options"]) if component["type"] == Kind.CHECKBOX_GROUP else 1
    return 1 if least is None else least, usual if most is None else most


def _resolved(world: World, channel: ChannelState, select: Json, values: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for value in map(int, values):
        kinds = [each for each in CANDIDATES[select["type"]] if _offers(world, channel, select, each, value)]
        if not kinds:
            raise ValueError(f"{select['custom_id']!r} does not offer {value}")
        found.setdefault(kinds[0], []).append(value)
    return found


def _offers(world: World, channel: ChannelState, select: Json, kind: str, value: int) -> bool:
    match kind:
        case "users":
            return world.takes_part(channel, value)
        case "roles":
            return channel.guild_id is not None and value in world.guilds[channel.guild_id].roles
    known = world.channels.get(value)
    kinds = select.get("channel_types") or ()
    return known is not None and known.guild_id == channel.guild_id and (not kinds or known.kind in kinds)
