"""The menus of messages and members: "Animify this" and "Animify avatar", by the server's rule of consent."""

import discord
from discord import app_commands

from bot import policy
from bot.commands.asking import Pointed, ask
from bot.commands.services import Interaction, RefusalError
from bot.policy import Declared
from bot.store import Store
from bot.ui import words
from bot.values.rules import Origin, Source

_AVATAR_SIDE = 1024


@app_commands.context_menu(name="Animify this")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify_this(interaction: Interaction, message: discord.Message) -> None:
    """The message's first picture, in the server's usual style."""
    found = [
        (file, declared)
        for file in message.attachments
        if policy.declares_a_picture(declared := Declared(size=file.size, content_type=file.content_type))
    ]
    if not found:
        raise RefusalError(words.NO_PICTURE_THERE())
    file, declared = found[0]

    async def pointed() -> Pointed:
        source = await _source_of(message, interaction.client.services.store)
        return Pointed(url=file.url, declared=declared, source=source)

    await ask(interaction, pointed())


@app_commands.context_menu(name="Animify avatar")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def animify_avatar(interaction: Interaction, member: discord.User | discord.Member) -> None:
    """The member's avatar as this server shows it, still and at 1,024 pixels, in the server's usual style."""
    avatar = (member.guild_avatar if isinstance(member, discord.Member) else None) or member.avatar
    if avatar is None:
        raise RefusalError(words.NO_AVATAR())
    picture = Pointed(
        url=avatar.replace(size=_AVATAR_SIDE, static_format="png").url,
        declared=Declared(size=0, content_type="image/png"),
        source=Source(origin=Origin.MACHINE) if member.bot else Source(origin=Origin.AVATAR, owner_id=member.id),
    )
    await ask(interaction, picture)


async def _source_of(message: discord.Message, store: Store) -> Source:
    """Whose picture it is: of our own results, theirs whose picture it was made of, else the requester's.

    Raises
    ------
    RefusalError
        It is hidden, since somebody objects to be in it.
    """
    job = await store.job_by_result(message.id)
    if job is not None and job.hidden_at is not None:
        raise RefusalError(words.NO_PICTURE_THERE())
    if job is not None:
        if job.owned and job.owner_id is None:  # who it shows was erased, and nobody can ask them
            return Source(origin=Origin.MACHINE)
        return Source(origin=Origin.RESULT, owner_id=job.owner_id or job.user_id)
    if message.author.bot or message.webhook_id is not None:
        return Source(origin=Origin.MACHINE)
    return Source(origin=Origin.MESSAGE, owner_id=message.author.id)
