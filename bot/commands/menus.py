"""The menus of messages and members: "Animify this" and "Animify avatar", by the server's rule of consent."""

from functools import partial

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot import attachments, policy
from bot.commands.asking import MOST_PICTURES, Picture
from bot.commands.forms import Offered, open_offered
from bot.commands.services import Interaction, RefusalError
from bot.policy import Declared
from bot.store import Store
from bot.ui import forms, words
from bot.values.rules import Origin, Source

_AVATAR_SIDE = 1024


@app_commands.context_menu(name=locale_str("Animify this"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify_this(interaction: Interaction, message: discord.Message) -> None:
    """The pictures of a message and of its embeds: a form asks which of them, and how."""
    pictures = _pictures(message)
    if not pictures:
        raise RefusalError(words.NO_PICTURE_THERE())
    by_a_machine = message.author.bot or message.webhook_id is not None
    whose = partial(_source_of, message.id, None if by_a_machine else message.author.id)
    offer = Offered(pictures=tuple(pictures[:MOST_PICTURES]), found=len(pictures), whose=whose)
    title = forms.TITLE_PICTURE if len(pictures) == 1 else forms.TITLE_PICTURES
    await open_offered(interaction, offer, title=title())


@app_commands.context_menu(name=locale_str("Animify avatar"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify_avatar(interaction: Interaction, member: discord.User | discord.Member) -> None:
    """The member's avatar as this server shows it, still and at 1,024 pixels: a form asks how."""
    avatar = (member.guild_avatar if isinstance(member, discord.Member) else None) or member.avatar
    if avatar is None:
        raise RefusalError(words.NO_AVATAR())
    picture = Picture(
        url=avatar.replace(size=_AVATAR_SIDE, format="png").url,
        declared=Declared(size=0, content_type="image/png"),
    )
    whose = partial(_avatar_of, None if member.bot else member.id)
    await open_offered(interaction, Offered(pictures=(picture,), found=1, whose=whose), title=forms.TITLE_AVATAR())


def _pictures(message: discord.Message) -> list[Picture]:
    """What may be pictures, of Discord's own hosts: files first, then those that embeds show, by Discord's proxy."""
    files = map(Picture.attached, message.attachments)
    shown = [url for embed in message.embeds for url in (embed.image.proxy_url, embed.thumbnail.proxy_url) if url]
    linked = [Picture(url=url, declared=Declared(size=0, content_type=None)) for url in dict.fromkeys(shown)]
    return [
        one for one in (*files, *linked) if policy.declares_a_picture(one.declared) and attachments.is_discords(one.url)
    ]


async def _source_of(message_id: int, author_id: int | None, store: Store) -> Source:
    """Whose picture it is: of our own results, theirs whose picture it was made of, else the requester's.

    Raises
    ------
    RefusalError
        It is hidden, since somebody objects to be in it.
    """
    job = await store.job_by_result(message_id)
    if job is not None and job.hidden_at is not None:
        raise RefusalError(words.NO_PICTURE_THERE())
    if job is not None:
        if job.owner_erased:  # who it shows was erased, and nobody can ask them
            return Source(origin=Origin.MACHINE)
        return Source(origin=Origin.RESULT, owner_id=job.owner_id or job.user_id)
    return Source(origin=Origin.MACHINE) if author_id is None else Source(origin=Origin.MESSAGE, owner_id=author_id)


async def _avatar_of(user_id: int | None, _store: Store) -> Source:
    return Source(origin=Origin.MACHINE) if user_id is None else Source(origin=Origin.AVATAR, owner_id=user_id)
