"""The card of /server keeps Discord's rules whatever is set, and says in plain words what holds and what is wrong."""

import re
from dataclasses import fields, replace
from typing import Any

import pytest
from discord import ui

from bot.ui.custom_ids import SPOT_TEMPLATE
from bot.ui.server import SETTINGS, Page, Server, card, faults, form, named
from bot.ui.server.values import Form
from bot.values.rules import Guild, SafetyMode
from styles import load

CATALOGUE = tuple(load().values())
UNCHECKED = (SafetyMode.OFF, SafetyMode.AGE_RESTRICTED)
IDS = frozenset(range(10**18, 10**18 + 25))
MANY = tuple(one.model_copy(update={"id": f"style{number}"}) for number, one in enumerate(CATALOGUE * 8))


def a_server(guild: Guild | None = None, **more: Any) -> Server:
    usual: dict[str, Any] = {
        "guild_id": 10**18,
        "guild": guild or Guild(),
        "catalogue": CATALOGUE,
        "modes": UNCHECKED,
        "classifier": False,
        "usual_limit": 3,
        "day_ends_at": 1_800_000_000,
    }
    return Server(**usual | more)


FULL = a_server(
    Guild(
        zone="America/Argentina/ComodRivadavia",
        daily_limit=1000,
        channels=IDS,
        roles=IDS,
        moderator_roles=IDS,
        new_member_hours=8759,
        default_style="style1",
        styles_off=frozenset(one.id for one in MANY[2:]),
        safety=SafetyMode.BLOCK,
        log_channel=10**18,
        paused=True,
    ),
    catalogue=MANY,
    faults=tuple(faults.lacks_in(sorted(IDS), ["Create Public Threads", "Read Message History"]) for _ in IDS),
)
SERVERS = {
    "fresh": a_server(),
    "with a classifier": a_server(classifier=True, modes=tuple(SafetyMode)),
    "with all there can be": FULL,
    "of which Discord has told nothing": replace(FULL, channels=None, roles=None),
    "of which all is gone": replace(FULL, channels=frozenset(), roles=frozenset()),
}


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def select_of(view: ui.LayoutView, name: str) -> Any:
    return next(one for one in view.walk_children() if str(getattr(one, "custom_id", "")).endswith(f":{name}"))


@pytest.mark.parametrize("page", list(Page))
@pytest.mark.parametrize("which", list(SERVERS))
async def test_every_page_is_small_enough_and_finished_before_it_is_sent(which: str, page: Page) -> None:
    view = card(SERVERS[which], page, notice="Some of what you chose is gone.")
    assert view.is_finished()
    assert view.content_length() <= 4000
    assert len(list(view.walk_children())) <= 40
    custom_ids = [one for item in view.walk_children() if (one := getattr(item, "custom_id", None))]
    assert len(custom_ids) == len(set(custom_ids))
    assert all(len(one) <= 100 and re.fullmatch(SPOT_TEMPLATE, one) for one in custom_ids)
    for select in (item for item in view.walk_children() if isinstance(item, ui.Select)):
        assert 1 <= len(select.options) <= 25
        assert all(len(one.label) <= 100 and len(one.description or "") <= 100 for one in select.options)


async def test_every_setting_of_a_server_is_on_the_card() -> None:
    buttons = {"paused", "unchecked_known"}
    assert {one.name for one in SETTINGS} | buttons == {one.name for one in fields(Guild)}
    overview = text_of(card(a_server(), Page.OVERVIEW))
    for setting in SETTINGS:
        assert f"{setting.label()}: **" in overview
        assert setting.meaning() in text_of(card(a_server(), setting.page))


async def test_the_overview_says_what_a_fresh_server_has() -> None:
    text = text_of(card(a_server(), Page.OVERVIEW))
    for line in (
        "Channels: **All channels**",
        "Members: **Everyone**",
        "New members: **At once**",
        "Default style: **🌿 Ghibli, the first that is on**",
        "Styles: **All 8**",
        "Other people's pictures: **Nobody else's**",
        "Unsafe pictures: **Not checked for now**",
        "Daily pictures: **3 a member, the usual**",
    ):
        assert line in text


async def test_many_names_are_shortened() -> None:
    assert "and 17 more**" in text_of(card(FULL, Page.OVERVIEW))


@pytest.mark.parametrize(
    ("classifier", "modes", "offered"),
    [
        (False, UNCHECKED, ["usual", "age", "off"]),
        (True, tuple(SafetyMode), ["block", "spoiler", "age", "off"]),
    ],
)
async def test_a_mode_that_needs_a_classifier_is_offered_with_one(
    classifier: bool, modes: tuple[SafetyMode, ...], offered: list[str]
) -> None:
    view = card(a_server(classifier=classifier, modes=modes), Page.RULES)
    select = select_of(view, "safety")
    assert [one.value for one in select.options] == offered
    assert [one.value for one in select.options if one.default] == offered[:1]
    assert ("takes a safety classifier" in text_of(view)) is not classifier


async def test_the_missing_classifier_is_acknowledged_once() -> None:
    def buttons(guild: Guild) -> list[str | None]:
        view = card(a_server(guild), Page.OVERVIEW)
        return [one.label for one in view.walk_children() if isinstance(one, ui.Button)]

    assert "I know that none is installed" in buttons(Guild())
    assert buttons(Guild(unchecked_known=True)) == ["Pause me in this server"]
    assert buttons(Guild(unchecked_known=True, paused=True)) == ["Resume"]


async def test_more_styles_than_a_select_holds_are_shown_sheet_by_sheet() -> None:
    server = a_server(catalogue=MANY)
    shown: list[str] = []
    for sheet in range(3):
        view = card(server, Page.PICTURES, sheet=sheet)
        shown += [one.value for one in select_of(view, "styles_off").options]
        assert select_of(view, "default_style").options[0].default
    assert shown == [one.id for one in MANY]


@pytest.mark.parametrize("sheet", [3, 999])
async def test_a_sheet_that_is_no_longer_there_is_the_last_one(sheet: int) -> None:
    view = card(a_server(catalogue=MANY), Page.PICTURES, sheet=sheet)
    assert select_of(view, "styles_off").options[-1].value == MANY[-1].id


async def test_a_value_of_ones_own_is_among_the_options() -> None:
    select = select_of(card(a_server(Guild(new_member_hours=5)), Page.WHERE), "new_member_hours")
    assert [one.label for one in select.options if one.default] == ["After 5 hours"]


async def test_what_is_gone_is_not_preset_in_a_select() -> None:
    server = a_server(Guild(roles=frozenset({1, 2})), roles=frozenset({2, 3}))
    assert [one.id for one in select_of(card(server, Page.WHERE), "roles").default_values] == [2]


async def test_a_page_shows_what_is_wrong_with_it_and_the_overview_everything() -> None:
    server = a_server(faults=(faults.log_gone(), faults.style_gone("old")))
    assert "log channel is deleted" in text_of(card(server, Page.LOG))
    assert "old" not in text_of(card(server, Page.LOG))
    assert text_of(card(server, Page.OVERVIEW)).count("⚠️") == 2


@pytest.mark.parametrize("name", ["zone", "daily_limit", "new_member_hours"])
async def test_a_form_shows_what_holds_and_is_not_kept_by_this_run(name: str) -> None:
    setting = named(name)
    assert setting is not None
    asked = setting.control if isinstance(setting.control, Form) else setting.control.form  # type: ignore[union-attr]  # these three have one
    modal = form(FULL, setting, asked, page=setting.page)  # type: ignore[arg-type]  # the same
    assert modal.is_finished()
    label = modal.to_dict()["components"][0]
    assert len(label["description"]) <= 100
    assert len(label["component"]["value"]) <= label["component"]["max_length"]
