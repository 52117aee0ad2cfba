"""A Discord on loopback, for people who develop Discord bots.

It starts an HTTP and websocket server on 127.0.0.1 that plays Discord for one bot: REST, gateway and attachments, with
guilds, channels, threads, people, permissions, commands and interactions in memory. An unmodified client library logs
in to it (`playground.launch`, or `redirect` within a test), a scripted `Member` uses the bot, and everything that the
bot does wrong is refused as Discord would refuse it and recorded in `Playground.violations`::

    async with Playground() as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        with redirect(playground.origin):
            ...                                     # start the bot with playground.token
            await playground.connected
            interaction = await mika.slash(channel, "animify", photo=Upload("me.jpg", data), style="ghibli")
            response = await interaction.response()
            print(response.message.text)

`playground.page` shows it to a person, in a browser.

What it enforces: the first answer within 3 s, once, of a fitting type; tokens of 15 minutes; who sees which answer;
attachments (count, size, 25 MiB a request, what an edit keeps); components, Components V2, modals with all their
fields, uploads among them, autocompletion, command definitions and their translations, embeds, mentions, nonces;
permissions, threads, archives and locks; rate limits with their headers; signed addresses of 24 h, and formats and
sizes of avatars; intents, and what they withhold of others' messages; heartbeats, resume with replay, and the gateway's
own limits; and where the bot is not (`Playground.foreign_guild`, `Playground.private_channel`), that an interaction's
own calls are all it has, with five follow-ups, and hidden answers where the person may not show any.
Rules come from Discord's documentation; rate limits of single routes, the life of a nonce and an application's
permissions in foreign guilds are guesses, since Discord publishes none; and that in an archived thread nothing is
deleted is what bots report, in spite of the documentation.

What goes wrong on demand (`Playground.faults`): errors, storms of 429 and those of Cloudflare's, acknowledgements that
get lost, uploads cut in the middle, files that are slow, cut or gone.

What it does not do: more than one application or shard, voice, forums, stages, private threads, reactions, polls,
stickers, pins, invites, bans, webhooks of its own, forwarded messages, audit logs, scheduled events, monetisation,
OAuth2, visibility of commands by permission, automatic archiving, link previews other than of pictures
(`Playground.publish`), a person's own limit for uploads, animated pictures other than GIF, and the zstd and ETF
transports (a client that asks for zstd gets plain text, which discord.py accepts). Nothing is stored on disk.
"""

from playground.clock import ShiftingClock
from playground.events import Event, EventKind, EventLog, Violation
from playground.faults import Faults
from playground.guild import Guild
from playground.interactions import AnswerKind, Choice, Interaction, InteractionKind, NoAnswerError, Response
from playground.layout import Media
from playground.member import Member
from playground.permissions import BOT_DEFAULT, MEMBER_DEFAULT, Permissions
from playground.playground import Playground
from playground.ratelimits import Limit
from playground.redirect import NotLoopbackError, redirect
from playground.stage import Channel, Webhook
from playground.uploads import Upload
from playground.values import Attachment, ChannelKind, Message, MessageFlags, Role, User

__all__ = [
    "BOT_DEFAULT",
    "MEMBER_DEFAULT",
    "AnswerKind",
    "Attachment",
    "Channel",
    "ChannelKind",
    "Choice",
    "Event",
    "EventKind",
    "EventLog",
    "Faults",
    "Guild",
    "Interaction",
    "InteractionKind",
    "Limit",
    "Media",
    "Member",
    "Message",
    "MessageFlags",
    "NoAnswerError",
    "NotLoopbackError",
    "Permissions",
    "Playground",
    "Response",
    "Role",
    "ShiftingClock",
    "Upload",
    "User",
    "Violation",
    "Webhook",
    "redirect",
]
