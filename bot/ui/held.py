"""What is kept of a person, a line a kind of thing: as it is shown, and as what goes with an erasure."""

from collections.abc import Iterator

from bot.ui.language import _, joined, ngettext
from bot.values.kept import AUDIT_DAYS, KEPT_DAYS, Summary


def things(kept: Summary) -> Iterator[str]:
    """What is kept and goes with an erasure, why, and until when."""
    yield from _pictures(kept)
    yield from _links_and_results(kept)
    yield from _pictures_of_me(kept)
    yield from _the_rest(kept)


def goes(kept: Summary) -> Iterator[str]:
    """What an erasure takes."""
    if kept.results:
        yield ngettext(
            "{count} posted picture, and the cards of your requests, deleted on Discord",
            "{count} posted pictures, and the cards of your requests, deleted on Discord",
            kept.results,
        ).format(count=kept.results)
    else:
        yield _("The cards of your requests, deleted on Discord")
    if kept.results_of_me:
        yield ngettext(
            "{count} picture of you that others asked for, deleted on Discord",
            "{count} pictures of you that others asked for, deleted on Discord",
            kept.results_of_me,
        ).format(count=kept.results_of_me)
    if kept.under_way:
        yield ngettext(
            "{count} picture on the way, cancelled", "{count} pictures on the way, cancelled", kept.under_way
        ).format(count=kept.under_way)
    if kept.waiting_of_me:
        yield ngettext(
            "{count} picture of you that others wait for, cancelled",
            "{count} pictures of you that others wait for, cancelled",
            kept.waiting_of_me,
        ).format(count=kept.waiting_of_me)
    if kept.links:
        yield ngettext("{count} link to photos", "{count} links to photos", kept.links).format(count=kept.links)
    if kept.grants:
        yield _("Extra pictures that you have left")
    yield _("What you have said and reported in words, and what moderators wrote about you")
    yield _("Which rows are yours: nobody can tell any more, not even I")


def until(at: int) -> str:
    """When something lapses, in epoch seconds."""
    return _("Until <t:{at}:f>.").format(at=at)


def _lasts(line: str, at: int | None) -> str:
    return line if at is None else joined(line, until(at))


def _pictures(kept: Summary) -> Iterator[str]:
    if kept.jobs:
        line = ngettext(
            "- **{count} picture you asked for** ({became}): style, strength, seed, place, times and engine, so that"
            " buttons and totals work. {days} days, until <t:{at}:f>.",
            "- **{count} pictures you asked for** ({became}): style, strength, seed, place, times and engine, so that"
            " buttons and totals work. {days} days, until <t:{at}:f>.",
            kept.jobs,
        )
        yield line.format(count=kept.jobs, became=_became(kept), days=KEPT_DAYS, at=kept.jobs_until)


def _became(kept: Summary) -> str:
    ways = (
        (kept.delivered, _("{count} done")),
        (kept.under_way, _("{count} on the way")),
        (kept.failed, _("{count} failed")),
        (kept.cancelled, _("{count} cancelled")),
    )
    return ", ".join(way.format(count=times) for times, way in ways if times)


def _links_and_results(kept: Summary) -> Iterator[str]:
    if kept.links:
        line = ngettext(
            "- **{count} link to photos**, encrypted, for the buttons.",
            "- **{count} links to photos**, encrypted, for the buttons.",
            kept.links,
        ).format(count=kept.links)
        yield _lasts(line, kept.links_until)
    if kept.results:
        yield ngettext(
            "- **{count} picture** of those is still posted, until somebody deletes it.",
            "- **{count} pictures** of those are still posted, until somebody deletes them.",
            kept.results,
        ).format(count=kept.results)


def _pictures_of_me(kept: Summary) -> Iterator[str]:
    if kept.waiting_of_me:
        yield ngettext(
            "- **{count} picture of you** that others asked for is on the way.",
            "- **{count} pictures of you** that others asked for are on the way.",
            kept.waiting_of_me,
        ).format(count=kept.waiting_of_me)
    if kept.results_of_me:
        yield ngettext(
            "- **{count} picture of you** that others asked for is still posted.",
            "- **{count} pictures of you** that others asked for are still posted.",
            kept.results_of_me,
        ).format(count=kept.results_of_me)


def _the_rest(kept: Summary) -> Iterator[str]:
    if kept.ledger:
        yield ngettext(
            "- **{count} line of your quota's ledger**, so that it adds up; gone with the pictures.",
            "- **{count} lines of your quota's ledger**, so that it adds up; gone with the pictures.",
            kept.ledger,
        ).format(count=kept.ledger)
    if kept.grants:
        line = ngettext(
            "- **Extra pictures**, given {count} time.", "- **Extra pictures**, given {count} times.", kept.grants
        ).format(count=kept.grants)
        yield _lasts(line, kept.grants_until)
    if kept.reports:
        yield ngettext(
            "- **{count} report you made**. It goes with the picture that it is about.",
            "- **{count} reports you made**. They go with the pictures that they are about.",
            kept.reports,
        ).format(count=kept.reports)
    if kept.audit:
        yield ngettext(
            "- **{count} line of moderators' audit** that names you. {days} days, until <t:{at}:f>.",
            "- **{count} lines of moderators' audit** that name you. {days} days, until <t:{at}:f>.",
            kept.audit,
        ).format(count=kept.audit, days=AUDIT_DAYS, at=kept.audit_until)
    if kept.stated_at:
        yield _("- **Your word that uploads are yours or used with permission**, of <t:{at}:D>.").format(
            at=kept.stated_at
        )
    elif kept.told_at:
        yield _("- **That you were told that uploads must be yours**, on <t:{at}:D>.").format(at=kept.told_at)
