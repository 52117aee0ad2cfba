"""Whatever the language, Discord takes every card and form: nothing is too long, and every field is filled in."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from discord import ui

from bot.commands.report import form as report_form
from bot.ui import (
    audited,
    auditing,
    cards,
    compare,
    details,
    forms,
    moderation,
    privacy,
    queue,
    quotas,
    statistics,
    words,
)
from bot.ui.custom_ids import AuditPage, Preset
from bot.ui.language import LANGUAGES, speaking, spoken
from bot.ui.server import SETTINGS, Fault, Page, card, faults, form
from bot.ui.server.values import Choice, Form
from bot.ui.status import Allowance, Done, FirstFew, Order, QuotaCard, Statement
from bot.values.kept import Kind
from bot.values.records import Action, Complaint, Entry, Picture, Report, ReportState
from bot.values.rules import PicturesOfMe
from playground.components import check_message_components
from playground.modals import check_modal
from styles import load
from tests.bot.test_cards import EVERYTHING, LEFT, MANY, ORDER, PICTURES
from tests.bot.test_charts import LABELS, busy
from tests.bot.test_privacy_cards import a_lot
from tests.bot.test_queue_card import BUSY, outlook, yours
from tests.bot.test_server_card import SERVERS

USER = 2**63 - 1
NOW = 1_772_366_400
STYLES = list(load().values())
SERVER = SERVERS["with all there can be"]
LINK = f"https://discord.com/channels/{USER}/{USER}/{USER}"
LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)

A_REPORT = Report(
    id=10**9,
    guild_id=USER,
    job_id=ORDER.job_id,
    reporter_id=None,
    requester_id=USER,
    complaint=Complaint.SHOWS_ME,
    words="* " * 250,
    at=NOW,
    state=ReportState.OPEN,
    closed_by_id=USER,
    style="ghibli",
    sha256="a" * 64,
    channel_id=USER,
    message_id=USER,
    picture=Picture.SHOWN,
)


def entry(action: Action, **changes: object) -> Entry:
    usual = Entry(
        id=1,
        guild_id=USER,
        actor_id=USER,
        by_operator=False,
        target_id=None,
        has_target=True,
        self_serving=True,
        action=action,
        object=None,
        before=None,
        after="1772366400",
        reason="*" * 200,
        at=NOW,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # each as its field wants it


def asked(**changes: object) -> Order:
    """Of one, in the language that is spoken."""
    return replace(ORDER, language=spoken(), **changes)  # type: ignore[arg-type]  # each as its field wants it


def requests() -> Iterator[ui.LayoutView]:
    one, ten = asked(), asked(count=10)
    yield cards.request(one, EVERYTHING[:1])
    yield cards.request(ten, EVERYTHING, preview=True)
    for statuses in (EVERYTHING, (Done(None, None),)):
        yield cards.finished(ten, LINK, statuses)
    yield cards.failed(ten, lambda: "No.", retry=10)
    yield cards.refusal("No.", Statement())
    yield cards.refusal("No.", FirstFew(1, 2))
    yield cards.cancel_question(ORDER.job_id, 3)
    for etas in ((900.0, 30.0), (900.0,)):
        yield queue.card([BUSY] * 2, [yours()] * 20, STYLES, outlook(*etas))


def results() -> Iterator[ui.LayoutView]:
    yield cards.result(asked(menu=MANY), PICTURES[:1], allowance=LEFT)
    yield cards.result(asked(count=10), PICTURES[:3], pending=7, allowance=LEFT, statuses=EVERYTHING, cancel=True)
    yield cards.single(asked(), PICTURES[0], LEFT, keep=True)
    yield cards.more_styles(ORDER.job_id, MANY)
    value = compare.Comparison(job_id=ORDER.job_id, picture="a.png", style="Ghibli", spoiler=False)
    for look in compare.Form:
        yield compare.card(value, look, may_post=True)
        yield compare.card(value, look, link=LINK)
    known = details.Details(order=asked(), shown=PICTURES[0], asked_at=NOW, done_at=NOW, photo_until=NOW)
    yield details.card(known)
    yield details.card(replace(known, done_at=None, photo_until=None))


def every_fault() -> Iterator[Fault]:
    yield faults.lacks(["View Channel"])
    yield faults.lacks_in([USER], ["Send Messages", "Attach Files"])
    for kind in (faults.channels_gone, faults.roles_gone):
        yield from (kind(gone, left) for gone in (1, 2) for left in (0, 1))
    yield from (faults.moderators_gone(1), faults.log_gone(), faults.log_open(USER))
    yield faults.log_closed(USER, ["Send Messages"])
    yield from (faults.style_gone("old"), faults.style_off(STYLES[0]), faults.styles_all_off())
    yield from (faults.no_classifier(), faults.mode_without_classifier())


def servers() -> Iterator[ui.LayoutView]:
    for server in SERVERS.values():
        for page in Page:
            yield card(server, page, notice="No.")
    for fault in every_fault():
        yield card(replace(SERVER, faults=(fault,)), Page.OVERVIEW)


def privacies() -> Iterator[ui.LayoutView]:
    for kind in Kind:
        yield privacy.shown(a_lot(kind), lambda _: "*" * 100)
        yield privacy.confirmation(a_lot(kind), lambda _: "*" * 100, user_id=USER)
    yield privacy.kept()
    yield privacy.erasing(1, 2)
    yield privacy.erased(1000, [LINK] * 500)


def reports() -> Iterator[ui.LayoutView]:
    for complaint in Complaint:
        yield moderation.report(replace(A_REPORT, complaint=complaint), "Ghibli", open_ones=10**9)
    for state in ReportState:
        for picture in Picture:
            yield moderation.report(replace(A_REPORT, state=state, picture=picture), "Ghibli")
    yield moderation.look([("attachment://a.png", "*")])


def deeds() -> Iterator[ui.LayoutView]:
    yield moderation.deleted_by(asked(), USER)
    yield moderation.purge_question(USER, 0)
    yield moderation.purge_question(USER, 1000)
    yield moderation.purging(USER, 1, 1000)
    yield moderation.purged(USER, deleted=1, gone=1000, refused=1000, left=0)
    yield moderation.purged(USER, deleted=1000, gone=1, refused=1, left=1)
    lines = [auditing.line(entry(action)) for action in Action]
    yield auditing.log(lines[: auditing.fitting(lines)])
    yield auditing.page([entry(Action.SETTING, object="channels")] * 4, AuditPage(), older=True, newer=True)
    yield auditing.page([], AuditPage(), older=False, newer=False)


def every_form() -> Iterator[ui.Modal]:
    for setting in SETTINGS:
        asked = setting.control.form if isinstance(setting.control, Choice) else setting.control
        if isinstance(asked, Form):
            yield form(SERVER, setting, asked, page=setting.page)
    yield report_form(ORDER.job_id)
    terms = forms.Terms(styles=STYLES, more_styles=True, allowance=Allowance(limit=9, left=9, resets_at=0))
    yield forms.upload(Preset(), terms)
    yield forms.pictures("animify:kept:1", ["*" * 300] * 10, terms, title=forms.TITLE_PICTURES(), found=12)


@LANGUAGE
@pytest.mark.parametrize("views", [requests, results, servers, privacies, reports, deeds])
async def test_discord_takes_every_card(language: str, views: Callable[[], Iterator[ui.LayoutView]]) -> None:
    with speaking(language):
        for view in views():
            components = view.to_components()  # type: ignore[no-untyped-call]  # as discord.py has it
            check_message_components(components, v2=True)
            assert view.content_length() <= 4000
            assert unfilled(json.dumps(components)) == []


@LANGUAGE
async def test_discord_takes_every_form(language: str) -> None:
    with speaking(language):
        for modal in every_form():
            check_modal(modal.to_dict())


@LANGUAGE
async def test_sentences_have_their_fields_filled_in(language: str) -> None:
    with speaking(language):
        assert unfilled("\n".join(sentences())) == []


@pytest.mark.parametrize(("language", "said"), [("en", "“a\\*b”"), ("de", "„a\\*b“"), ("ja", "「a\\*b」")])
def test_strangers_words_stand_in_the_quotation_marks_of_the_language(language: str, said: str) -> None:
    with speaking(language):
        assert words.quoted("a*b") == said


def unfilled(text: str) -> list[str]:
    return re.findall(r"\{[a-z_]+\}", text)


def sentences() -> Iterator[str]:
    some = Allowance(limit=5, left=4, resets_at=NOW)
    for layer in ("member", "role", "server", "default"):
        for allowance in (some, replace(some, limit=None, left=None)):
            for day_left in (None, 3):
                value = QuotaCard(allowance=allowance, layer=layer, day_left=day_left, grants=2, cap=(1, NOW))
                yield from (quotas.usage(value), quotas.usage(value, member_id=USER))
    for amount in (None, 1, 2):
        yield from (quotas.limit_set(USER, amount), quotas.limit_unset(USER, amount), quotas.role_limit_set(1, amount))
        yield quotas.server_limit(amount, usual=3)
    yield from (quotas.granted(USER, 2, NOW), quotas.reset(USER), quotas.role_limits([(one, 1) for one in range(99)]))
    yield from (quotas.role_limit_unset(1, had_one=had_one) for had_one in (True, False))
    for moderated in (True, False):
        yield from (moderation.reported(moderated=moderated, picture=picture) for picture in (None, *Picture))
    yield from (moderation.blocked(USER, at, cancelled=2) for at in (None, NOW))
    yield from (moderation.unblocked(USER, was_blocked=was) for was in (True, False))
    yield from (moderation.too_many_reports(5), moderation.block_reason(Complaint.OTHER), moderation.decided(A_REPORT))
    yield from (moderation.dismissed(replace(A_REPORT, picture=picture)) for picture in Picture)
    yield from (privacy.said(value, cancelled) for value in (None, *PicturesOfMe) for cancelled in (0, 2))
    yield statistics.alt_text(busy(30, LABELS), LABELS)


@LANGUAGE
@pytest.mark.parametrize(
    ("action", "name", "text"),
    [
        (Action.QUOTA_SET, None, "3 (default)"),
        (Action.QUOTA_SET, None, "unlimited (role)"),
        (Action.BLOCK, None, "for good"),
        (Action.BLOCK, None, "1772366400"),
        (Action.PURGE, None, "begun"),
        (Action.PURGE, None, "1 deleted, 1 gone before, 1 refused, 0 left"),
        (Action.SETTING, "consent", "opted_in"),
        (Action.SETTING, "safety", "block"),
        (Action.SETTING, "threads", "1"),
        (Action.SETTING, "retention_hours", "24"),
        (Action.SETTING, "styles_off", '["manga"]'),
    ],
)
def test_what_the_store_has_written_is_said_in_words_of_the_language(
    language: str, action: Action, name: str | None, text: str
) -> None:
    with speaking("en"):
        english = audited.value(entry(action, object=name), text)
    with speaking(language):
        said = audited.value(entry(action, object=name), text)
    assert (said == english) is (language == "en")
    assert "{" not in said
    assert "\\" not in said
