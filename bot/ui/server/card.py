"""The card of /server: an overview, and a page for each group of settings."""

import math
from collections.abc import Iterator, Sequence

import discord
from discord import ui

from bot.ui import layout
from bot.ui.custom_ids import Spot
from bot.ui.language import _, joined, ngettext
from bot.ui.server.settings import SETTINGS
from bot.ui.server.shown import ids, more, now
from bot.ui.server.values import (
    MOST_CHOSEN,
    OTHER,
    TITLES,
    Channels,
    Choice,
    Fault,
    Form,
    Option,
    Page,
    Roles,
    Server,
    Setting,
)
from styles import Style

PAGE = "page"
SHEET = "sheet"
SWITCHES_A_SHEET = 24
"""How many styles one select shows: Discord allows 25 options, and one of them is another's."""

_AMBER = discord.Colour(0xF2A65A)
_GREEN = discord.Colour(0x6BAA75)
_MOST_FAULTS = 6  # the card's text has a limit; what is mended makes room

_Items = Iterator[ui.Item[ui.LayoutView]]


def card(server: Server, page: Page, *, sheet: int = 0, notice: str | None = None) -> ui.LayoutView:
    """The card as it is now.

    Parameters
    ----------
    sheet
        Which 24 of the styles are shown, where there are more.
    notice
        Why the last change was not made.
    """
    sheet = min(sheet, _sheets(server) - 1)
    about = _overview(server) if page is Page.OVERVIEW else _controls(server, page, sheet)
    items = [*_head(server, page, notice), *about, _pages(server, page)]
    colour = _AMBER if server.faults or server.guild.paused or notice else _GREEN
    return layout.card(*items, colour=colour)


def form(server: Server, setting: Setting, asked: Form, *, page: Page) -> ui.Modal:
    """The form in which a value is typed."""
    field: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id="value", default=asked.typed(server), max_length=asked.longest, required=False
    )
    modal = ui.Modal(title=setting.label(), custom_id=str(_spot(server, page, setting.name)))
    modal.add_item(ui.Label(text=setting.label(), description=asked.hint(), component=field))
    modal.stop()  # not kept either: a form outlives a restart
    return modal


def _head(server: Server, page: Page, notice: str | None) -> _Items:
    title = _("⚙️ Settings of this server") if page is Page.OVERVIEW else TITLES[page]()
    yield ui.TextDisplay(f"## {title}")
    if notice is not None:
        yield ui.TextDisplay(joined(f"❌ {notice}", _("Nothing is changed.")))
    if server.guild.paused:
        yield ui.TextDisplay(_("⏸️ **I am paused**: I take nothing new here until somebody resumes me."))
    faults = [one for one in server.faults if page in (Page.OVERVIEW, one.page)]
    if faults:
        yield ui.TextDisplay(_listed(faults))
    if page in (Page.OVERVIEW, Page.RULES) and not server.classifier and not server.guild.unchecked_known:
        yield _row(
            ui.Button(label=_("I know that none is installed"), custom_id=str(_spot(server, page, "unchecked_known")))
        )


def _listed(faults: Sequence[Fault]) -> str:
    lines = [f"⚠️ {one.sentence}" for one in faults[:_MOST_FAULTS]]
    rest = len(faults) - len(lines)
    if rest:
        lines.append(ngettext("… and {count} more", "… and {count} more", rest).format(count=rest))
    return "\n".join(lines)


def _overview(server: Server) -> _Items:
    for page in Page:
        settings = [one for one in SETTINGS if one.page is page]
        if settings:
            lines = [f"{one.label()}: **{now(one, server)}**" for one in settings]
            yield ui.TextDisplay("\n".join([f"### {TITLES[page]()}", *lines]))
    yield ui.Separator()
    yield _row(_pause(server))


def _pause(server: Server) -> ui.Button[ui.LayoutView]:
    paused = server.guild.paused
    return ui.Button(
        label=_("Resume") if paused else _("Pause me in this server"),
        emoji="▶️" if paused else "⏸️",
        style=discord.ButtonStyle.success if paused else discord.ButtonStyle.secondary,
        custom_id=str(_spot(server, Page.OVERVIEW, "resume" if paused else "pause")),
    )


def _controls(server: Server, page: Page, sheet: int) -> _Items:
    for setting in SETTINGS:
        if setting.page is page:
            yield from _control(server, setting, sheet)
    if page is Page.PICTURES and _sheets(server) > 1:
        yield _sheet_buttons(server, sheet)


def _control(server: Server, setting: Setting, sheet: int) -> _Items:
    """A setting, what it means, and the means to change it; a select shows by itself what holds now."""
    custom_id = str(_spot(server, setting.page, setting.name, sheet))
    match setting.control:
        case Form():
            yield ui.Section(
                _said(server, setting, shown=False), accessory=ui.Button(label=_("Change"), custom_id=custom_id)
            )
        case Choice() as choice if len(choice.options(server)) == 1:
            yield _said(server, setting, shown=False)
        case _:
            yield _said(server, setting, shown=True)
            yield _row(_select(server, setting, sheet, custom_id))


def _said(server: Server, setting: Setting, *, shown: bool) -> ui.TextDisplay[ui.LayoutView]:
    """`shown`: what holds now is shown elsewhere."""
    head = f"**{setting.label()}**" if shown else f"**{setting.label()}**: {now(setting, server)}"
    hints = [one for one in (setting.meaning(), more(setting, server)) if one]
    return ui.TextDisplay("\n".join([head, *(f"-# {one}" for one in hints)]))


def _select(server: Server, setting: Setting, sheet: int, custom_id: str) -> ui.Item[ui.LayoutView]:
    match setting.control:
        case Channels() as channels:
            return _channels(server, setting, channels, custom_id)
        case Roles() as roles:
            return _roles(server, setting, roles, custom_id)
        case Choice() as choice:
            return _choice(server, setting, choice, sheet, custom_id)
        case _:
            return _switches(server, sheet, custom_id)


def _choice(server: Server, setting: Setting, choice: Choice, sheet: int, custom_id: str) -> ui.Select[ui.LayoutView]:
    select: ui.Select[ui.LayoutView] = ui.Select(custom_id=custom_id, placeholder=now(setting, server)[:150])
    for one in _on_sheet(choice.options(server), sheet):
        default = one.value == choice.chosen(server)
        select.add_option(label=one.label, value=one.key, description=one.hint, default=default)
    if choice.form is not None:
        select.add_option(label=_("Another…"), value=OTHER)
    return select


def _switches(server: Server, sheet: int, custom_id: str) -> ui.Select[ui.LayoutView]:
    shown = switches(server, sheet)
    select: ui.Select[ui.LayoutView] = ui.Select(custom_id=custom_id, min_values=0, max_values=len(shown))
    for one in shown:
        on = one.id not in server.guild.styles_off
        select.add_option(label=_(one.label)[:100], value=one.id, emoji=one.emoji, default=on)
    return select


def switches(server: Server, sheet: int) -> Sequence[Style]:
    """The styles that a sheet shows."""
    return server.catalogue[SWITCHES_A_SHEET * sheet :][:SWITCHES_A_SHEET]


def _roles(server: Server, setting: Setting, control: Roles, custom_id: str) -> ui.RoleSelect[ui.LayoutView]:
    chosen = ids(setting, server)[:MOST_CHOSEN]
    return ui.RoleSelect(
        custom_id=custom_id,
        placeholder=control.nothing(),
        min_values=0,
        max_values=MOST_CHOSEN,
        default_values=[discord.SelectDefaultValue.from_role(discord.Object(one)) for one in chosen],
    )


def _channels(server: Server, setting: Setting, control: Channels, custom_id: str) -> ui.ChannelSelect[ui.LayoutView]:
    chosen = ids(setting, server)[: control.most]
    return ui.ChannelSelect(
        custom_id=custom_id,
        placeholder=control.nothing(),
        channel_types=list(control.kinds),
        min_values=0,
        max_values=control.most,
        default_values=[discord.SelectDefaultValue.from_channel(discord.Object(one)) for one in chosen],
    )


def _on_sheet(options: Sequence[Option], sheet: int) -> Sequence[Option]:
    """At most 25 of the options, the first of them always."""
    if len(options) <= SWITCHES_A_SHEET + 1:
        return options
    return [options[0], *options[1 + SWITCHES_A_SHEET * sheet :][:SWITCHES_A_SHEET]]


def _sheets(server: Server) -> int:
    return max(1, math.ceil(len(server.catalogue) / SWITCHES_A_SHEET))


def _sheet_buttons(server: Server, sheet: int) -> ui.ActionRow[ui.LayoutView]:
    def turn(label: str, to: int) -> ui.Button[ui.LayoutView]:
        there = 0 <= to < _sheets(server)
        custom_id = str(_spot(server, Page.PICTURES, SHEET, to if there else sheet))
        return ui.Button(label=label, custom_id=custom_id, disabled=not there)

    return _row(turn(_("Earlier styles"), sheet - 1), turn(_("More styles"), sheet + 1))


def _pages(server: Server, page: Page) -> ui.ActionRow[ui.LayoutView]:
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=str(_spot(server, page, PAGE)), placeholder=_("What do you want to change?")
    )
    for one in Page:
        if (one, page) != (Page.OVERVIEW, Page.OVERVIEW):
            about = ", ".join(setting.label() for setting in SETTINGS if setting.page is one)
            select.add_option(label=TITLES[one](), value=one, description=about[:100] or None, default=one is page)
    return _row(select)


def _spot(server: Server, page: Page, name: str, sheet: int = 0) -> Spot:
    return Spot(guild_id=server.guild_id, page=page, sheet=sheet, name=name)


def _row(*items: ui.Item[ui.LayoutView]) -> ui.ActionRow[ui.LayoutView]:
    return ui.ActionRow(*items)
