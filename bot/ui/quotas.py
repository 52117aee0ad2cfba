"""What /usage and /quota say: what is left, which layer decided it, and what a moderator has changed."""

from collections.abc import Mapping
from typing import Final

from bot.ui.language import Phrase, _, ngettext
from bot.ui.status import QuotaCard

_MOST_ROLES: Final = 40  # of 2,000 characters

_NO_LIMIT: Final[Mapping[str, Phrase]] = {
    "member": Phrase("set by a moderator"),
    "role": Phrase("the best of your roles"),
    "server": Phrase("this server's"),
    "default": Phrase("the usual one"),
}
_NO_LIMIT_OF_THEIRS: Final = {**_NO_LIMIT, "role": Phrase("the best of their roles")}
"""Who set that there is no limit, in brackets."""

_YOUR_LIMIT: Final[Mapping[str, Phrase]] = {
    "member": Phrase("A moderator has set your limit."),
    "role": Phrase("Your limit is the best of your roles'."),
    "server": Phrase("Your limit is this server's."),
    "default": Phrase("Your limit is the usual one."),
}
_THEIR_LIMIT: Final[Mapping[str, Phrase]] = {
    "member": Phrase("A moderator has set their limit."),
    "role": Phrase("Their limit is the best of their roles'."),
    "server": Phrase("Their limit is this server's."),
    "default": Phrase("Their limit is the usual one."),
}
"""Who set a limit."""

NO_ROLE = Phrase("No role has a daily limit. Give one with `/quota role set`.")


def usage(value: QuotaCard, *, member_id: int | None = None) -> str:
    """The answer to /usage, or to /quota show about somebody else: what is left, and which layer decided it."""
    lines = _unlimited(value, member_id) if value.day_left is None else _limited(value, value.day_left, member_id)
    if value.grants and value.day_left is not None:
        lines.append(
            ngettext(
                "There is {count} extra picture from a moderator, for when the day's are used.",
                "There are {count} extra pictures from a moderator, for when the day's are used.",
                value.grants,
            ).format(count=value.grants)
        )
    if value.cap is not None:
        left_of_cap, resets_at = value.cap
        lines.append(
            _("Whoever runs me allows {count} more until <t:{at}:t>, whatever else is left.").format(
                count=left_of_cap, at=resets_at
            )
        )
    return "\n".join([*lines, _("Each picture costs one.")])


def _unlimited(value: QuotaCard, member_id: int | None) -> list[str]:
    if member_id is None:
        return [_("You have no daily limit here ({decided}).").format(decided=_NO_LIMIT[value.layer]())]
    return [
        _("<@{user_id}> has no daily limit here ({decided}).").format(
            user_id=member_id, decided=_NO_LIMIT_OF_THEIRS[value.layer]()
        )
    ]


def _limited(value: QuotaCard, left: int, member_id: int | None) -> list[str]:
    """What is left of the day's limit, and who set that."""
    limit, at = value.allowance.limit or 0, value.allowance.resets_at
    decided = (_YOUR_LIMIT if member_id is None else _THEIR_LIMIT)[value.layer]()
    pattern = _left_to_you(left, limit) if member_id is None else _left_to_them(left, limit)
    return [pattern.format(user_id=member_id, left=left, limit=limit, at=at), decided]


def _left_to_you(left: int, limit: int) -> str:
    if not limit:
        return _("Your daily limit is 0.")
    if not left:
        return ngettext(
            "You have used your {limit} picture of today. A new one comes <t:{at}:R>, at <t:{at}:t>.",
            "You have used all {limit} pictures of today. New ones come <t:{at}:R>, at <t:{at}:t>.",
            limit,
        )
    return ngettext(
        "You have {left} of {limit} picture left today. A new one comes <t:{at}:R>, at <t:{at}:t>.",
        "You have {left} of {limit} pictures left today. New ones come <t:{at}:R>, at <t:{at}:t>.",
        limit,
    )


def _left_to_them(left: int, limit: int) -> str:
    if not limit:
        return _("The daily limit of <@{user_id}> is 0.")
    if not left:
        return ngettext(
            "<@{user_id}> has used their {limit} picture of today. A new one comes <t:{at}:R>, at <t:{at}:t>.",
            "<@{user_id}> has used all {limit} pictures of today. New ones come <t:{at}:R>, at <t:{at}:t>.",
            limit,
        )
    return ngettext(
        "<@{user_id}> has {left} of {limit} picture left today. A new one comes <t:{at}:R>, at <t:{at}:t>.",
        "<@{user_id}> has {left} of {limit} pictures left today. New ones come <t:{at}:R>, at <t:{at}:t>.",
        limit,
    )


def limit_set(user_id: int, amount: int | None) -> str:
    """/quota set succeeded."""
    if amount is None:
        return _("<@{user_id}> now has no daily limit in this server.").format(user_id=user_id)
    return ngettext(
        "<@{user_id}> now has a daily limit of {count} picture in this server.",
        "<@{user_id}> now has a daily limit of {count} pictures in this server.",
        amount,
    ).format(user_id=user_id, count=amount)


def limit_unset(user_id: int, amount: int | None) -> str:
    """/quota unset succeeded: what holds instead."""
    if amount is None:
        return _("<@{user_id}> has no limit of their own any more; what holds now is no daily limit.").format(
            user_id=user_id
        )
    return ngettext(
        "<@{user_id}> has no limit of their own any more; what holds now is a daily limit of {count} picture.",
        "<@{user_id}> has no limit of their own any more; what holds now is a daily limit of {count} pictures.",
        amount,
    ).format(user_id=user_id, count=amount)


def granted(user_id: int, amount: int, expires_at: int) -> str:
    """/quota grant succeeded."""
    return ngettext(
        "<@{user_id}> has {count} extra picture, to use <t:{at}:R> at the latest.",
        "<@{user_id}> has {count} extra pictures, to use <t:{at}:R> at the latest.",
        amount,
    ).format(user_id=user_id, count=amount, at=expires_at)


def reset(user_id: int) -> str:
    """/quota reset succeeded."""
    return _("<@{user_id}>'s count for today is back at zero.").format(user_id=user_id)


def role_limit_set(role_id: int, amount: int | None) -> str:
    """/quota role set succeeded."""
    if amount is None:
        return _("Whoever holds <@&{role_id}> now has no daily limit, and the best of their roles counts.").format(
            role_id=role_id
        )
    return ngettext(
        "Whoever holds <@&{role_id}> now has a daily limit of {count} picture, and the best of their roles counts.",
        "Whoever holds <@&{role_id}> now has a daily limit of {count} pictures, and the best of their roles counts.",
        amount,
    ).format(role_id=role_id, count=amount)


def role_limit_unset(role_id: int, *, had_one: bool) -> str:
    """/quota role unset, and whether there was something to take away."""
    if had_one:
        return _("<@&{role_id}> has no daily limit any more.").format(role_id=role_id)
    return _("<@&{role_id}> had no daily limit.").format(role_id=role_id)


def role_limits(limits: list[tuple[int, int | None]]) -> str:
    """/quota role list; Discord allows 250 roles and 2,000 characters."""
    if not limits:
        return NO_ROLE()
    unlimited = _("no limit")
    lines = [f"<@&{role}>: {unlimited if amount is None else amount}" for role, amount in limits[:_MOST_ROLES]]
    if rest := len(limits) - len(lines):
        lines.append(ngettext("… and {count} more", "… and {count} more", rest).format(count=rest))
    return "\n".join(lines)


def server_limit(amount: int | None, *, usual: int) -> str:
    """/quota server show and set."""
    if amount is None:
        return ngettext(
            "This server has set no daily limit of its own: {count} picture a member, the usual one.",
            "This server has set no daily limit of its own: {count} pictures a member, the usual one.",
            usual,
        ).format(count=usual)
    return ngettext(
        "This server's daily limit is {count} picture a member.",
        "This server's daily limit is {count} pictures a member.",
        amount,
    ).format(count=amount)
