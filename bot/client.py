"""The discord.py client: exact intents, closed mentions, commands synced only when they changed, one error handler."""

import asyncio
import hashlib
import json
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.commands import (
    audit,
    cancelling,
    compare,
    fewer,
    forms,
    picking,
    privacy,
    purge,
    queue,
    removal,
    report,
    server,
    styles,
    variations,
    verdicts,
)
from bot.commands.animify import animify
from bot.commands.block import block, unblock
from bot.commands.buttons import Buttons
from bot.commands.herald import Herald
from bot.commands.menus import animify_avatar, animify_this
from bot.commands.quota import quota
from bot.commands.resume import resume
from bot.commands.services import RefusalError, ServiceClient, Services
from bot.commands.stats import stats
from bot.commands.translator import Translator
from bot.commands.usage import usage
from bot.delivery import rights
from bot.store import Recovery
from bot.ui import language, words

INVITE_SCOPES: Final = ("bot", "applications.commands")
INVITE_PERMISSIONS: Final = rights.INVITE_PERMISSIONS

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here: nothing to warn of

_BUTTONS: Final = Buttons(
    (
        *removal.BUTTONS,
        *report.BUTTONS,
        *compare.BUTTONS,
        *variations.BUTTONS,
        *picking.BUTTONS,
        *cancelling.BUTTONS,
        *forms.BUTTONS,
        *fewer.BUTTONS,
        *verdicts.BUTTONS,
        *audit.BUTTONS,
        *purge.BUTTONS,
        *privacy.BUTTONS,
        *server.BUTTONS,
        *styles.BUTTONS,
        *queue.BUTTONS,
    ),
)

_log = structlog.stdlib.get_logger(__name__)


def invite_url(application_id: int) -> str:
    """The link by which a server's owner invites the bot."""
    return discord.utils.oauth_url(application_id, permissions=INVITE_PERMISSIONS, scopes=INVITE_SCOPES)


class LoginError(Exception):
    """Discord did not let us in; the text says why."""


class Tree(app_commands.CommandTree["AnimifyClient"]):
    """The command tree; what goes wrong in a command is answered by the client."""

    async def interaction_check(self, interaction: discord.Interaction["AnimifyClient"], /) -> bool:
        """Answer in the reader's language; who may do what is for the commands to say."""
        language.speak(language.nearest(interaction.locale.value))
        return True

    async def on_error(
        self, interaction: discord.Interaction["AnimifyClient"], error: app_commands.AppCommandError, /
    ) -> None:
        await interaction.client.answer_failure(interaction, error)


class AnimifyClient(ServiceClient):
    """The bot on Discord.

    Attributes
    ----------
    servers_known
        Set once the store knows which servers the bot is in.
    """

    def __init__(self, services: Services) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # nothing reads a message cache
            max_ratelimit_timeout=30.0,  # a longer one is told as a failure instead of blocking a journey in silence
        )
        self.services = services
        self.servers_known = asyncio.Event()
        self.tree = Tree(self)
        self._recovery: Recovery | None = None
        self._herald = Herald(self)

    @property
    def connected(self) -> bool:
        """Whether the gateway is open and servers are known; a connection that is lost is sought again by itself."""
        return self.is_ready() and self.ws.open

    async def serve(self, token: str) -> None:
        """Log in and stay until closed. The boundary where discord.py's reasons not to start become ours.

        Raises
        ------
        LoginError
        """
        try:
            await self.start(token)
        except discord.LoginFailure:
            raise LoginError("DISCORD_TOKEN: Discord does not know this token; copy it anew") from None
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise LoginError(f"Discord can't be reached: {type(error).__name__}") from None

    async def setup_hook(self) -> None:
        """Register every way in, and tell Discord of the commands if they changed."""
        self.tree.add_command(animify)
        self.tree.add_command(animify_this)
        self.tree.add_command(animify_avatar)
        self.tree.add_command(usage)
        self.tree.add_command(styles.styles)
        self.tree.add_command(queue.queue)
        self.tree.add_command(quota)
        self.tree.add_command(server.server)
        self.tree.add_command(stats)
        self.tree.add_command(privacy.privacy)
        self.tree.add_command(block)
        self.tree.add_command(unblock)
        self.tree.add_command(purge.purge)
        self.tree.add_command(removal.delete_picture)
        self.tree.add_command(audit.audit)
        # Before the gateway: what is under way now is the last run's. A moment later it may be this one's.
        self._recovery = await self.services.store.requeue_interrupted()
        await self.services.shelf.fill()
        await self._sync_if_changed()

    async def on_ready(self) -> None:
        """What the last run left goes on, now that channels are known. Discord sends this again after each session."""
        _log.info("online", application=self.application_id, guilds=len(self.guilds))
        self._herald.start()
        for guild in self.guilds:
            self._warn_of_missing_permissions(guild)
        recovery, self._recovery = self._recovery, None
        if recovery is not None:
            parts = self.services
            await resume(self, recovery, journey=parts.journey, store=parts.store, catalogue=parts.catalogue)
        await self.services.store.desk.present(frozenset(guild.id for guild in self.guilds))
        self.servers_known.set()

    async def close(self) -> None:
        """Tell nobody anything any more, and leave."""
        await self._herald.close()
        await self.services.shelf.close()
        await super().close()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Our components are known by their custom ids alone: discord.py forgets forms when the process ends."""
        language.speak(language.nearest(interaction.locale.value))
        await _BUTTONS.used(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say early what would fail late."""
        await self.services.store.desk.joined(guild.id)
        self._warn_of_missing_permissions(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """What the server has left here is forgotten after a while, unless it comes back."""
        await self.services.store.desk.left(guild.id)

    async def answer_failure(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """The one error handler, for commands and components.

        1. A refusal is told to the member alone.
        2. Anything else is ours: it goes to the log with its traceback, and the member is told that it did.
        3. If even that can't be told, the interaction is over; there is nobody left to tell.
        """
        sentence = error.sentence if isinstance(error, RefusalError) else words.OUR_FAULT()
        if not isinstance(error, RefusalError):
            _log.error("an interaction failed", guild=interaction.guild_id, exc_info=error)
        try:
            if interaction.response.is_done():
                await interaction.followup.send(sentence, ephemeral=True)
            else:
                await interaction.response.send_message(sentence, ephemeral=True)
        except discord.HTTPException as late:
            _log.info("nobody to tell", code=late.code)

    async def _sync_if_changed(self) -> None:
        """New commands count against 200 creations a day, so an unchanged tree is not sent."""
        translator = Translator()
        await self.tree.set_translator(translator)
        definitions = [await one.get_translated_payload(self.tree, translator) for one in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(definitions, sort_keys=True).encode()).hexdigest()
        fact = f"commands:{self.application_id}"
        if await self.services.store.fact(fact) == digest:
            return
        await self.tree.sync()
        await self.services.store.remember(fact, digest)
        _log.info("told Discord of the commands", commands=len(definitions))

    def _warn_of_missing_permissions(self, guild: discord.Guild) -> None:
        me = None if self.user is None else guild.get_member(self.user.id)
        if me is None:  # Discord has an outage there: nothing is known of it now
            return
        missing = [name for name, needed in INVITE_PERMISSIONS if needed and not getattr(me.guild_permissions, name)]
        if missing:
            _log.warning("permissions are missing: invite me again", guild=guild.id, missing=",".join(missing))
