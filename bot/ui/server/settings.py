"""The table of a server's settings, with what each means."""

import discord

from bot.ui import words
from bot.ui.language import Phrase, _
from bot.ui.server import choices
from bot.ui.server.values import Channels, Choice, Form, Page, Roles, Setting, Switches
from bot.values.rules import SafetyMode

_KINDS = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.category,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
)
_WRITABLE = (discord.ChannelType.text, discord.ChannelType.news)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="channels",
        page=Page.WHERE,
        label=Phrase("Channels"),
        meaning=Phrase("Where I can be used, threads included. A category stands for all its channels."),
        control=Channels(kinds=_KINDS, nothing=Phrase("All channels")),
    ),
    Setting(
        name="roles",
        page=Page.WHERE,
        label=Phrase("Members"),
        meaning=Phrase("Who can use me. Moderators always can."),
        control=Roles(nothing=Phrase("Everyone")),
    ),
    Setting(
        name="moderator_roles",
        page=Page.WHERE,
        label=Phrase("Moderators"),
        meaning=Phrase("Roles that moderate me, besides whoever has Manage Server or Timeout Members."),
        control=Roles(nothing=Phrase("By permission alone")),
    ),
    Setting(
        name="new_member_hours",
        page=Page.WHERE,
        label=Phrase("New members"),
        meaning=Phrase("When somebody who is new here can use me."),
        control=Choice(
            options=choices.new_member_hours,
            chosen=lambda server: server.guild.new_member_hours,
            form=Form(
                hint=Phrase("A span such as 12h, 3d or 2w, a year at most; 0 for none."),
                longest=8,
                typed=lambda server: f"{server.guild.new_member_hours}h",
                now=lambda server: words.span(server.guild.new_member_hours),
            ),
        ),
    ),
    Setting(
        name="threads",
        page=Page.PICTURES,
        label=Phrase("Results"),
        meaning=Phrase("Where a finished picture goes."),
        control=Choice(
            options=choices.yes_or_no(Phrase("Into a thread under the request"), Phrase("Onto the request itself")),
            chosen=lambda server: server.guild.threads,
        ),
    ),
    Setting(
        name="default_style",
        page=Page.PICTURES,
        label=Phrase("Default style"),
        meaning=Phrase("What I paint when no style is named."),
        control=Choice(
            options=choices.styles,
            chosen=lambda server: server.guild.default_style,
            unlisted=Phrase("One that can't be had"),
        ),
    ),
    Setting(
        name="styles_off",
        page=Page.PICTURES,
        label=Phrase("Styles"),
        meaning=Phrase("What members can choose from: untick a style to switch it off."),
        control=Switches(),
    ),
    Setting(
        name="retention_hours",
        page=Page.PICTURES,
        label=Phrase("Links to photos"),
        meaning=Phrase("How long I keep the link to a photo, for buttons that need the photo again."),
        control=Choice(
            options=choices.retention,
            chosen=lambda server: server.guild.retention_hours,
            unlisted=Phrase("Another span"),
        ),
    ),
    Setting(
        name="consent",
        page=Page.RULES,
        label=Phrase("Other people's pictures"),
        meaning=Phrase("Whose pictures a member may use besides their own."),
        control=Choice(
            options=choices.consent,
            chosen=lambda server: server.guild.consent,
        ),
    ),
    Setting(
        name="upload_statement",
        page=Page.RULES,
        label=Phrase("Uploaded photos"),
        meaning=Phrase("That photos must be one's own, or used with permission."),
        control=Choice(
            options=choices.yes_or_no(Phrase("Members must agree first"), Phrase("Members are told once")),
            chosen=lambda server: server.guild.upload_statement,
        ),
    ),
    Setting(
        name="safety",
        page=Page.RULES,
        label=Phrase("Unsafe pictures"),
        meaning=Phrase("What becomes of pictures that are not for everybody's eyes."),
        control=Choice(
            options=choices.safety,
            chosen=lambda server: server.guild.safety or (SafetyMode.BLOCK if server.classifier else None),
            unlisted=Phrase("Not checked"),
        ),
    ),
    Setting(
        name="zone",
        page=Page.DAYS,
        label=Phrase("Time zone"),
        meaning=Phrase("When the day begins, and with it everybody's daily pictures."),
        control=Form(
            hint=Phrase("As Region/City, such as Europe/Berlin, or the city alone."),
            longest=60,
            typed=lambda server: server.guild.zone,
            now=lambda server: _("{zone}, where the next day begins <t:{at}:R>").format(
                zone=server.guild.zone, at=server.day_ends_at
            ),
        ),
    ),
    Setting(
        name="language",
        page=Page.DAYS,
        label=Phrase("Language"),
        meaning=Phrase("What the cards that everybody sees are written in."),
        control=Choice(
            options=choices.languages,
            chosen=lambda server: server.guild.language,
        ),
    ),
    Setting(
        name="daily_limit",
        page=Page.DAYS,
        label=Phrase("Daily pictures"),
        meaning=Phrase("How many a member can have a day, where `/quota` has given them nothing else."),
        control=Form(
            hint=Phrase("A number from 0 to 1000; leave it empty for the usual one."),
            longest=4,
            typed=lambda server: "" if server.guild.daily_limit is None else str(server.guild.daily_limit),
            now=choices.daily_limit,
        ),
    ),
    Setting(
        name="log_channel",
        page=Page.LOG,
        label=Phrase("Log channel"),
        meaning=Phrase("Where I write down every change, deletion and report, for moderators to read."),
        control=Channels(kinds=_WRITABLE, nothing=Phrase("None, it is all in /audit"), most=1),
    ),
)
"""Every setting but two that are buttons: `paused` and `unchecked_known`."""


def named(name: str) -> Setting | None:
    """The setting of this name."""
    return next((one for one in SETTINGS if one.name == name), None)
