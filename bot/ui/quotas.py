"""What /usage and /quota say: what is left, which layer decided it, and what a moderator has changed."""

from collections.abc import Mapping
from typing import Final

from bot.ui.language import Phrase, _, ngettext
from bot.ui.status import QuotaCard

_MOST_ROLES: Final = 40  # of 2,000 characters

_YOURS: Final[Mapping[str, Phrase]] = {
    "member": Phrase("set by a moderator"),
    "role": Phrase("the best of your roles"),
    "server": Phrase("this server's"),
    "default": Phrase("the usual one"),
}
_THEIRS: Final = {**_YOURS, "role": Phrase("the best of their roles")}
"""Who set a limit, in brackets."""

NO_ROLE = Phrase("No role has a daily limit. Give one with `/quota role set`.")


def usage(value: QuotaCard, *, member_id: int | None = None) -> str:
    """The answer to /usage, or to /quota show about somebody else: what is left, and which layer decided it."""
    decided = (_YOURS if member_id is None else _THEIRS)[value.layer]()
    allowance = value.allowance
    if allowance.left is None:
        return _unlimited(decided, member_id)
    lines = [_left(allowance.left, member_id)]
    if value.day_left is None:
        lines.append(_("There is no daily limit here ({decided}).").format(decided=decided))
    else:
        lines.append(
            _("From the day: {left} of {limit} ({decided}); it starts anew <t:{at}:R>, at <t:{at}:t>.").format(
                left=value.day_left, limit=allowance.limit, decided=decided, at=allowance.resets_at
            )
        )
    if value.grants:
        lines.append(
            ngettext(
                "From a moderator: {count} extra picture, used once the day's are.",
                "From a moderator: {count} extra pictures, used once the day's are.",
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
    return "\n".join(lines)


def _unlimited(decided: str, member_id: int | None) -> str:
    if member_id is None:
        return _("You have no daily limit here ({decided}). Each picture costs one.").format(decided=decided)
    return _("<@{user_id}> has no daily limit here ({decided}). Each picture costs one.").format(
        user_id=member_id, decided=decided
    )


def _left(count: int, member_id: int | None) -> str:
    if member_id is None:
        return ngettext(
            "You have **{count} picture** left now. Each picture costs one.",
            "You have **{count} pictures** left now. Each picture costs one.",
            count,
        ).format(count=count)
    return ngettext(
        "<@{user_id}> has **{count} picture** left now. Each picture costs one.",
        "<@{user_id}> has **{count} pictures** left now. Each picture costs one.",
        count,
    ).format(user_id=member_id, count=count)


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
