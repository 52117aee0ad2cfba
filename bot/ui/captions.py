"""What the cards of requests and results say."""

from typing import Final

from bot.ui.language import Phrase, _, listed, ngettext, number
from bot.ui.status import (
    Allowance,
    Done,
    Failed,
    Finishing,
    Order,
    Painting,
    Preparing,
    Shown,
    Status,
    Statuses,
    Waiting,
    ended,
)
from engine.contract import Medium, Why

_BAR: Final = 12

_DETOURS: Final[dict[Why, Phrase]] = {
    Why.NOT_READY: Phrase("{painter}, because {engine} is not ready yet"),
    Why.BUSY: Phrase("{painter}, because {engine} had no room for it"),
    Why.DECLINED: Phrase("{painter}, because {engine} does not do this style"),
    Why.UNFIT: Phrase("{painter}, because what {engine} made was not fit to show"),
    Why.LATE: Phrase("{painter}, because {engine} took too long"),
    Why.LOST: Phrase("{painter}, because {engine} broke down"),
    Why.HURRY: Phrase("{painter}, because the wait for {engine} was longer than you wanted"),
}

CANCEL = Phrase("Cancel")
CANCEL_ANYWAY = Phrase("Cancel, it still counts")
MENTION = Phrase("Mention me when done")
AGAIN = Phrase("Again")
SUBTLER = Phrase("Subtler")
BOLDER = Phrase("Bolder")
FOUR = Phrase("Four strengths")
COMPARE = Phrase("Before/After")
DETAILS = Phrase("Details")
SAME = Phrase("Same for my photo")
KEEP = Phrase("Keep only this one")
REPORT = Phrase("Report")
DELETE = Phrase("Delete")
ANOTHER_STYLE = Phrase("In another style… (1 picture)")
MORE_STYLES = Phrase("More styles…")
PICK = Phrase("Choose one of them…")

CANCELLING = Phrase("-# Cancelling is free while it waits, and for three pictures a day once they are being painted.")
GONE = Phrase("🗑️ Deleted.")
VANISHES = Phrase("-# It is gone once you dismiss it, so save what you like.")
COSTS = Phrase("-# Again, another style, subtler and bolder cost 1 picture each, four strengths cost 4.")
PREVIEW_ALT = Phrase("A rough preview of the picture that is being painted.")


def headline(order: Order) -> str:
    """Who asked for what."""
    style = f"### {order.emoji} {_(order.style)}"
    if order.count == 1:
        return style + "\n" + _("for {member}").format(member=f"<@{order.user_id}>")
    asked = ngettext("{count} picture for {member}", "{count} pictures for {member}", order.count)
    return style + "\n" + asked.format(count=order.count, member=f"<@{order.user_id}>")


def progress(statuses: Statuses) -> str:
    """The lines of a request card that change."""
    if len(statuses) == 1:
        return _line(statuses[0])
    done = sum(isinstance(one, Done) for one in statuses)
    lines = [
        _("{done} of {count} done {bar}").format(
            bar=bar(sum(map(_share, statuses)) / len(statuses)), done=done, count=len(statuses)
        )
    ]
    lines += [_line(one) for one in statuses if isinstance(one, Painting)]
    waiting = [one for one in statuses if isinstance(one, Waiting)]
    if waiting:
        lines.append(
            ngettext(
                "⏳ {count} waits: {place} · expected {when}",
                "⏳ {count} wait: {place} · the last expected {when}",
                len(waiting),
            ).format(
                count=len(waiting),
                place=place(min(waiting, key=lambda one: one.place)),
                when=f"<t:{max(one.ready_at for one in waiting)}:R>",
            )
        )
    return "\n".join([*lines, *failures(statuses)])


def failures(statuses: Statuses) -> list[str]:
    """A line for each reason why pictures of a request fail, or were called off."""
    reasons = [(one.called_off, one.why()) for one in statuses if isinstance(one, Failed)]
    return [
        _failed(why, reasons.count((called_off, why)), called_off=called_off)
        for called_off, why in dict.fromkeys(reasons)
    ]


def _failed(why: str, count: int, *, called_off: bool) -> str:
    if called_off:
        return _("✖️ {why}").format(why=why)
    return ngettext("⚠️ {count} picture failed. {why}", "⚠️ {count} pictures failed. {why}", count).format(
        count=count, why=why
    )


def cancelled(charged: int, refunded: int) -> str:
    """What became of the pictures that a member has called off: how many stay charged, and how many don't."""
    count = charged + refunded
    if not charged:
        said = ngettext(
            "You cancelled {count} picture. It did not count toward your daily limit.",
            "You cancelled {count} pictures. They did not count toward your daily limit.",
            count,
        )
    elif not refunded:
        said = ngettext(
            "You cancelled {count} picture. It counts toward your daily limit, since it was being painted.",
            "You cancelled {count} pictures. They count toward your daily limit, since they were being painted.",
            count,
        )
    else:
        said = ngettext(
            "You cancelled {count} pictures. {charged} of them counts toward your daily limit, since it was being"
            " painted.",
            "You cancelled {count} pictures. {charged} of them count toward your daily limit, since they were being"
            " painted.",
            charged,
        )
    return said.format(count=count, charged=charged)


def _line(status: Status) -> str:
    match status:
        case Waiting(ready_at=ready_at):
            return _("⏳ Waiting: {place} · expected {when}").format(place=place(status), when=f"<t:{ready_at}:R>")
        case Preparing():
            return _("📥 Opening your photo {bar}").format(bar=bar(0))
        case Painting(step=step, steps=steps):
            return _("🎨 Painting, step {step} of {steps} {bar}").format(bar=bar(step / steps), step=step, steps=steps)
        case Finishing():
            return _("🖼️ On its way {bar}").format(bar=bar(1))
        case Done():
            return _("✅ Done")
        case Failed(why=why):
            return why()


def _share(status: Status) -> float:
    """How much of a picture is done, 0..1."""
    if isinstance(status, Painting):
        return status.step / status.steps
    return 1.0 if ended(status) or isinstance(status, Finishing) else 0.0


def place(waiting: Waiting) -> str:
    """Where a request stands in the queue."""
    ahead, yours = waiting.place, waiting.yours
    if ahead == 0:
        return _("next in line")
    if yours == ahead:
        return ngettext("{count} picture ahead, which is yours", "{count} pictures ahead, all yours", ahead).format(
            count=ahead
        )
    if yours == 0:
        return ngettext("{count} picture ahead", "{count} pictures ahead", ahead).format(count=ahead)
    return ngettext(
        "{count} pictures ahead, one of them yours", "{count} pictures ahead, {yours} of them yours", yours
    ).format(count=ahead, yours=yours)


def bar(share: float) -> str:
    """A progress bar of fixed width; `share` in 0..1."""
    full = round(_BAR * min(1.0, max(0.0, share)))
    return "▰" * full + "▱" * (_BAR - full)


def finished(link: str, statuses: Statuses) -> str:
    """The last state of a request card whose pictures lie elsewhere."""
    done = [one for one in statuses if isinstance(one, Done)]
    engines = list(dict.fromkeys(one.engine for one in done if one.engine is not None))
    if engines:
        said = ngettext(
            "✅ Done in {seconds} s by {engine}: {link}",
            "✅ {count} pictures, done in {seconds} s by {engine}: {link}",
            len(done),
        ).format(
            count=len(done),
            seconds=seconds(sum(one.seconds or 0 for one in done)),
            engine=", ".join(engines),
            link=link,
        )
    else:
        said = _("✅ Done: {link}").format(link=link)
    return "\n".join([said, *failures(statuses)])


def ready(order: Order, link: str) -> str:
    """The call that a member wanted."""
    return ngettext(
        "{member}, your picture is ready: {link}", "{member}, your pictures are ready: {link}", order.count
    ).format(member=f"<@{order.user_id}>", link=link)


def not_ready(order: Order, link: str) -> str:
    """The same where nothing came of it."""
    return ngettext(
        "{member}, your picture did not come out: {link}",
        "{member}, your pictures did not come out: {link}",
        order.count,
    ).format(member=f"<@{order.user_id}>", link=link)


def small_print(shown: Shown, allowance: Allowance | None) -> str:
    """Who painted, how, and what is left: below a single picture."""
    facts = [painter(shown), _("strength {strength}").format(strength=strength(shown.strength)), *_frames(shown)]
    return "-# " + " · ".join(facts if allowance is None else [*facts, left(allowance)])


def gallery_print(shown: tuple[Shown, ...], pending: int, allowance: Allowance | None) -> str:
    """The same below several: each fact once, and how many are still to come."""
    facts = list(dict.fromkeys(painter(one) for one in shown))
    strengths = [strength(one.strength) for one in shown]
    if len(set(strengths)) == 1:
        facts.append(_("strength {strength}").format(strength=strengths[0]))
    else:
        facts.append(_("strengths {strengths}").format(strengths=listed(strengths)))
    facts += dict.fromkeys(frames for one in shown for frames in _frames(one))
    lines = [" · ".join(facts)]
    if pending:
        more = ngettext("{count} more is on its way", "{count} more are on their way", pending)
        lines.append(more.format(count=pending))
    elif allowance is not None:
        lines.append(left(allowance))
    return "\n".join(f"-# {line}" for line in lines)


def _frames(shown: Shown) -> list[str]:
    return [_("only the first frame was painted")] if shown.several_frames else []


def painter(shown: Shown) -> str:
    """Who painted, how, and why not the engine that comes first."""
    if shown.engine is None:
        return _("painted before a restart")
    who = _MEDIA[shown.medium](engine=shown.engine)
    if shown.detour is None:
        return who
    return _DETOURS[shown.detour.why](painter=who, engine=shown.detour.engine)


_MEDIA: Final[dict[Medium | None, Phrase]] = {
    Medium.MODEL: Phrase("{engine} (AI-made)"),
    Medium.FILTER: Phrase("{engine} (a painterly filter, not AI)"),
    None: Phrase("{engine}"),
}


def alt_text(style: str, shown: Shown | None = None, count: int = 1) -> str:
    """What a screen reader says for a picture in this style; of several, which of how many it is."""
    if shown is None or count == 1:
        return _("The photo as a picture in the style “{style}”.").format(style=_(style))
    return _("Picture {number} of {count}, strength {strength}: the photo as a picture in the style “{style}”.").format(
        number=shown.position + 1, count=count, strength=strength(shown.strength), style=_(style)
    )


def delete(count: int) -> str:
    """The button that deletes all pictures of a message."""
    return DELETE() if count == 1 else ngettext("Delete all {count}", "Delete all {count}", count).format(count=count)


def retry(count: int) -> str:
    """The button that asks for the same pictures again."""
    return ngettext("Try again ({count} picture)", "Try again ({count} pictures)", count).format(count=count)


def first_few(count: int) -> str:
    """The button that asks for as many pictures as can be had."""
    return ngettext("Paint the first one", "Paint the first {count}", count).format(count=count)


def picked(shown: Shown, *, alike: bool) -> str:
    """One of several pictures, as a choice in a select; `alike`: all are of one strength."""
    if alike:
        return _("Picture {number}").format(number=shown.position + 1)
    return _("Picture {number}: strength {strength}").format(
        number=shown.position + 1, strength=strength(shown.strength)
    )


def one_of(shown: Shown, count: int) -> str:
    """Which of several pictures this is."""
    return _("Picture {number} of {count}").format(number=shown.position + 1, count=count)


def left(value: Allowance) -> str:
    """The rest of a quota in a few words."""
    if value.left is None:
        return _("no daily limit")
    return _("{count} left today").format(count=value.left)


def seconds(value: float) -> str:
    """A span of engine time as a number, as the reader writes it."""
    return number(round(max(0.1, value), 1))


def strength(value: float) -> str:
    """A strength as a number, as the reader writes it."""
    return number(round(value, 2))
