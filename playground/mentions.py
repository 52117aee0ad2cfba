"""Who is pinged by a message: the mentions in its text, within the bounds of `allowed_mentions`."""

import re
from collections.abc import Iterable

from playground import fields
from playground.errors import Json, invalid
from playground.values import Role

PARSABLE = frozenset({"users", "roles", "everyone"})
MAX_LISTED = 100

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


def check_allowed_mentions(body: Json) -> None:
    """Raise the 50035 for unknown kinds, long lists, and a kind that is parsed and listed at once."""
    allowed = body.get("allowed_mentions")
    if not allowed:
        return
    parsed = allowed.get("parse") or []
    for index, kind in enumerate(parsed):
        fields.choice({"kind": kind}, "kind", f"allowed_mentions.parse[{index}]", sorted(PARSABLE))
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        if len(listed) > MAX_LISTED:
            what = f"Must be {MAX_LISTED} or fewer in length."
            raise invalid(f"allowed_mentions.{kind}", "field-length", what, "BASE_TYPE_MAX_LENGTH")
        if listed and kind in parsed:
            what = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            raise invalid("allowed_mentions", "exclusive-mentions", what, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE")


def pinged(text: str, body: Json) -> tuple[int, ...]:
    """Ids of the users whom this text pings, in order."""
    return _allowed(_USER.findall(text), "users", body)


def pinged_roles(text: str, body: Json, roles: Iterable[Role], *, may_ping_all: bool) -> tuple[int, ...]:
    """Ids of those of `roles` that this text pings: the mentionable ones, unless its author may ping all."""
    pingable = {each.id for each in roles if each.mentionable or may_ping_all}
    return tuple(each for each in _allowed(_ROLE.findall(text), "roles", body) if each in pingable)


def pings_replied(body: Json) -> bool:
    """Whether a reply pings the author of the message that it replies to."""
    allowed = body.get("allowed_mentions")
    return allowed is None or bool(allowed.get("replied_user"))


def pings_everyone(text: str, body: Json) -> bool:
    """Whether this text asks to ping @everyone or @here, and the call allows it."""
    allowed = body.get("allowed_mentions")
    return bool(_EVERYONE.search(text)) and (allowed is None or "everyone" in (allowed.get("parse") or []))


def _allowed(found: list[str], kind: str, body: Json) -> tuple[int, ...]:
    allowed = body.get("allowed_mentions")
    ids = tuple(dict.fromkeys(map(int, found)))
    if allowed is None or kind in (allowed.get("parse") or []):
        return ids
    listed = {int(each) for each in allowed.get(kind) or []}
    return tuple(each for each in ids if each in listed)
