"""Who is pinged by a message: the mentions in its text, within the bounds of `allowed_mentions`."""

import re

from playground import fields
from playground.errors import Json, invalid

PARSABLE = frozenset({"users", "roles", "everyone"})
MAX_LISTED = 100

_USER = re.compile(r"<@!?(\d+)>")
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
    allowed = body.get("allowed_mentions")
    found = tuple(dict.fromkeys(int(each) for each in _USER.findall(text)))
    if allowed is None or "users" in (allowed.get("parse") or []):
        return found
    listed = {int(each) for each in allowed.get("users") or []}
    return tuple(each for each in found if each in listed)


def pings_everyone(text: str, body: Json) -> bool:
    """Whether this text asks to ping @everyone or @here, and the call allows it."""
    allowed = body.get("allowed_mentions")
    return bool(_EVERYONE.search(text)) and (allowed is None or "everyone" in (allowed.get("parse") or []))
