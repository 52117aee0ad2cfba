"""/server: one card that shows what a server has set and what is wrong with it, and on which all of it is changed."""

from contextlib import suppress

from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.commands.server.reading import Given, read
from bot.commands.server.state import stand
from bot.commands.services import Interaction, Moderated, RefusalError, act, managed, redraw, whisper
from bot.ui import words
from bot.ui.custom_ids import SPOT_TEMPLATE, Spot
from bot.ui.server import PAGE, Page, Server, Setting, card, form, named
from bot.ui.server.values import Choice, Form


# Settings are nobody's business but the managers', who may be at it in any channel: the card is theirs alone.
@app_commands.command(
    description=locale_str("For whoever manages the server: see and change its settings, and what is wrong.")
)
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def server(interaction: Interaction) -> None:
    await whisper(interaction, _opened(interaction))


async def _opened(interaction: Interaction) -> ui.LayoutView:
    return card(_stand(interaction, await managed(interaction)), Page.OVERVIEW)


async def _used(interaction: Interaction, **where: str) -> None:
    """Something on the card was used, or one of its forms sent: a form is opened, or the card edited in place."""
    spot = Spot.read(**where)
    given = Given.of(interaction)
    setting = named(spot.name)
    asked = None if setting is None or given.typed is not None else _form_of(setting, given)
    if setting is None or asked is None:
        await redraw(interaction, _changed(interaction, spot, given))
        return
    now = _stand(interaction, await _managed(interaction, spot))
    await interaction.response.send_modal(form(now, setting, asked, page=_page(spot.page)))


def _form_of(setting: Setting, given: Given) -> Form | None:
    """The form that this click opens, if it does: a form must be the first answer."""
    match setting.control:
        case Form() as asked:
            return asked
        case Choice(form=asked) if given.asks_for_form:
            return asked
    return None


async def _managed(interaction: Interaction, spot: Spot) -> Moderated:
    """The server, if this person may change its settings now, and if the card is its own."""
    here = await managed(interaction)
    if here.guild_id != spot.guild_id:
        raise RefusalError(words.ANOTHER_SERVERS())
    return here


async def _changed(interaction: Interaction, spot: Spot, given: Given) -> ui.LayoutView:
    """Make the change, and give the card as it is then; or as it was, with the reason."""
    here = await _managed(interaction, spot)
    now = _stand(interaction, here)
    page = _page(given.chosen[0] if spot.name == PAGE and given.chosen else spot.page)
    try:
        changes = _changes(spot, now, given)
    except RefusalError as no:
        return card(now, page, sheet=spot.sheet, notice=no.sentence)
    if not changes:
        return card(now, page, sheet=spot.sheet)
    services = interaction.client.services
    guild = await services.store.desk.change_guild(act(interaction), **changes)
    services.shelf.learn(here.guild_id, guild)
    services.changed.set()
    return card(_stand(interaction, Moderated(here.guild_id, guild)), page, sheet=spot.sheet)


def _changes(spot: Spot, now: Server, given: Given) -> dict[str, object]:
    """The settings that this click changes, by name.

    Raises
    ------
    RefusalError
    """
    match spot.name:
        case "pause" | "resume":
            return {"paused": spot.name == "pause"}
        case "unchecked_known":
            return {spot.name: True}
    setting = named(spot.name)
    return {} if setting is None else {setting.name: read(setting, now, given, sheet=spot.sheet)}


def _page(name: str) -> Page:
    """The page of this name; one that no longer exists is the first."""
    with suppress(ValueError):
        return Page(name)
    return Page.OVERVIEW


def _stand(interaction: Interaction, here: Moderated) -> Server:
    return stand(here, interaction.client.services, interaction.client.get_guild(here.guild_id))


BUTTONS = ((SPOT_TEMPLATE, _used),)
"""All that is on the card, and its forms."""
