"""/privacy: what is kept of oneself, taken along, narrowed, or erased."""

import gzip
import io
import json
import time
from contextlib import suppress
from functools import partial
from typing import Any, Final

import discord
import structlog
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.answers import refunded
from bot.commands.services import Interaction, RefusalError, whisper
from bot.delivery import DeliveryError
from bot.delivery.calls import already_gone, call
from bot.delivery.card import EDIT_INTERVAL, TOKEN_LIFE
from bot.delivery.place import Posted, remove, rename
from bot.store import Plan, Post
from bot.ui import links, words
from bot.ui import privacy as cards
from bot.ui.language import _, speaking
from bot.ui.privacy import Choice
from bot.values.rules import PicturesOfMe
from engine.aside import aside

BATCH: Final = 20
"""Messages that are deleted between two notes of how far it is: so many at most are looked for twice."""

_log = structlog.stdlib.get_logger(__name__)

privacy = app_commands.Group(
    name="privacy",
    description=locale_str("What I keep of you, and how to have it erased."),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
)


@privacy.command(description=locale_str("See what I keep of you, why, and how long."))
async def show(interaction: Interaction) -> None:
    await whisper(interaction, _shown(interaction))


@privacy.command(description=locale_str("Get everything that I keep of you as a file."))
async def export(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await interaction.client.services.store.privacy.export(interaction.user.id)
    file = await aside(partial(_file, found, interaction.filesize_limit), "export")
    await interaction.followup.send(cards.EXPORTED(), file=file, ephemeral=True)


@privacy.command(description=locale_str("Erase what I keep of you, and delete your pictures."))
async def delete(interaction: Interaction) -> None:
    await whisper(interaction, _asked(interaction))


@privacy.command(description=locale_str("Say who else may have your avatar and your messages' pictures painted."))
@app_commands.describe(pictures=locale_str("Who may use pictures of you, in all servers."))
@app_commands.choices(
    pictures=[
        app_commands.Choice(name=locale_str("nobody"), value=PicturesOfMe.NOBODY.value),
        app_commands.Choice(name=locale_str("anyone"), value=PicturesOfMe.ANYONE.value),
        app_commands.Choice(name=locale_str("as each server has it"), value="server"),
    ]
)
async def optout(interaction: Interaction, pictures: app_commands.Choice[str]) -> None:
    said = None if pictures.value == "server" else PicturesOfMe(pictures.value)
    await whisper(interaction, _said(interaction, said))


async def _pressed(interaction: Interaction, *, choice: str, user: str) -> None:
    """Delete for good, or keep: for the person who was asked."""
    if interaction.user.id != int(user):
        raise RefusalError(cards.NOT_YOURS())
    if choice == Choice.KEEP:
        await interaction.response.edit_message(view=cards.kept())
    else:
        await _Erasure(interaction).carry_out()


BUTTONS: Final = ((cards.BUTTON, _pressed),)
"""The two of an erasure."""


class _Erasure:
    """One person's erasure: messages first, while the store still knows them; then the name."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._services = interaction.client.services
        self._tried: dict[int, Post] = {}
        self._refused: list[Post] = []
        self._edited_at = 0.0

    async def carry_out(self) -> None:
        """Cancel, delete, erase, and delete what came in between."""
        user_id = self._interaction.user.id
        await self._interaction.response.edit_message(view=cards.erasing(0, 0))
        plan = await self._services.store.privacy.begin_erasure(user_id)
        awake = self._awake(plan)
        await self._take_down(plan)
        left = await self._services.store.privacy.erase(user_id)
        self._services.shelf.forget(user_id)
        self._services.pending.forget(user_id)
        await self._take_down(left, known=False)
        await self._forget_threads(awake)
        _log.info("somebody was erased", messages=len(self._tried), refused=len(self._refused))
        deleted = len(self._tried) - len(self._refused)
        await self._show(cards.erased(deleted, [_link(post) for post in self._refused]))

    async def _take_down(self, plan: Plan, *, known: bool = True) -> None:
        """Delete in batches; what is gone is noted after each, while the store still `known`s whose it is."""
        self._services.journey.recall(plan.cancelled, refunded(cards.CALLED_OFF))
        posts = [post for post in plan.posts if post.message_id not in self._tried]
        for start in range(0, len(posts), BATCH):
            batch = posts[start : start + BATCH]
            gone = [post for post in batch if await self._delete(post)]
            if known:
                await self._services.store.privacy.gone(gone)
            await self._progress(len(self._tried), len(posts))

    async def _delete(self, post: Post) -> bool:
        self._tried[post.message_id] = post
        posted = Posted(post.channel_id, post.message_id)
        try:
            with already_gone():
                await remove(self._interaction.client, posted, guild_id=post.server_id)
        except DeliveryError as error:
            _log.info("a message was not deleted", job=post.job_id, reason=str(error))
            self._refused.append(post)
            return False
        return True

    async def _progress(self, done: int, of: int) -> None:
        if time.monotonic() >= self._edited_at + EDIT_INTERVAL:
            self._edited_at = time.monotonic()
            await self._show(cards.erasing(done, of))

    async def _show(self, view: ui.LayoutView) -> None:
        """On the card, for as long as it can be edited; the erasure does not hang on it."""
        if time.time() < self._interaction.created_at.timestamp() + TOKEN_LIFE:
            with suppress(DeliveryError):
                await call(lambda: self._interaction.edit_original_response(view=view))

    def _awake(self, plan: Plan) -> frozenset[int]:
        """Threads that are in use: discord.py knows no other ones."""
        client = self._interaction.client
        found = {post.channel_id: client.get_channel(post.channel_id) for post in plan.posts}
        return frozenset(one for one, channel in found.items() if isinstance(channel, discord.Thread))

    async def _forget_threads(self, awake: frozenset[int]) -> None:
        """A thread is called after its member; those that had gone to sleep go to sleep again."""
        client = self._interaction.client
        places = {post.channel_id: post.server_id for post in self._tried.values()}
        for channel_id, server_id in places.items():
            with speaking((await self._services.store.desk.guild(server_id)).language):
                name = words.thread_name(None)
            with suppress(DeliveryError):
                await rename(client, channel_id, name, guild_id=server_id, close=channel_id not in awake)


async def _shown(interaction: Interaction) -> ui.LayoutView:
    kept = await interaction.client.services.store.privacy.summary(interaction.user.id)
    return cards.shown(kept, partial(_name, interaction.client))


async def _asked(interaction: Interaction) -> str | ui.LayoutView:
    kept = await interaction.client.services.store.privacy.summary(interaction.user.id)
    if kept.nothing:
        return cards.NOTHING()
    name = partial(_name, interaction.client)
    return cards.shown(kept, name) if kept.erased else cards.confirmation(kept, name, user_id=interaction.user.id)


async def _said(interaction: Interaction, said: PicturesOfMe | None) -> str:
    services = interaction.client.services
    cancelled = await services.store.privacy.say(interaction.user.id, said)
    services.journey.recall(cancelled, refunded(cards.OWNER_SAYS_NOBODY))
    return cards.said(said, len(cancelled))


def _file(found: dict[str, Any], limit: int) -> discord.File:
    """The file, packed where it would be too large to send."""
    data = json.dumps(found, indent=2, ensure_ascii=False).encode()
    if len(data) <= limit:
        return discord.File(io.BytesIO(data), cards.FILE_NAME)
    return discord.File(io.BytesIO(gzip.compress(data)), f"{cards.FILE_NAME}.gz")


def _name(client: discord.Client, guild_id: int) -> str:
    guild = client.get_guild(guild_id)
    return _("server {number}").format(number=guild_id) if guild is None else guild.name


def _link(post: Post) -> str:
    return links.message(post.server_id, post.channel_id, post.message_id)
