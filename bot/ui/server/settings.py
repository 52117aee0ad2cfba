"""The table of a server's settings, with what each means."""

import discord

from bot.ui import words
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
        label="Channels",
        meaning="Where I can be used, threads included. A category stands for all its channels.",
        control=Channels(kinds=_KINDS, nothing="All channels"),
    ),
    Setting(
        name="roles",
        page=Page.WHERE,
        label="Members",
        meaning="Who can use me. Moderators always can.",
        control=Roles(nothing="Everyone"),
    ),
    Setting(
        name="moderator_roles",
        page=Page.WHERE,
        label="Moderators",
        meaning="Roles that moderate me, besides whoever has Manage Server or Timeout Members.",
        control=Roles(nothing="By permission alone"),
    ),
    Setting(
        name="new_member_hours",
        page=Page.WHERE,
        label="New members",
        meaning="When somebody who is new here can use me.",
        control=Choice(
            options=choices.new_member_hours,
            chosen=lambda server: server.guild.new_member_hours,
            form=Form(
                hint="A span such as 12h, 3d or 2w, a year at most; 0 for none.",
                longest=8,
                typed=lambda server: f"{server.guild.new_member_hours}h",
                now=lambda server: words.span(server.guild.new_member_hours),
            ),
        ),
    ),
    Setting(
        name="threads",
        page=Page.PICTURES,
        label="Results",
        meaning="Where a finished picture goes.",
        control=Choice(
            options=choices.yes_or_no("Into a thread under the request", "Onto the request itself"),
            chosen=lambda server: server.guild.threads,
        ),
    ),
    Setting(
        name="default_style",
        page=Page.PICTURES,
        label="Default style",
        meaning="What I paint when no style is named.",
        control=Choice(
            options=choices.styles, chosen=lambda server: server.guild.default_style, unlisted="One that can't be had"
        ),
    ),
    Setting(
        name="styles_off",
        page=Page.PICTURES,
        label="Styles",
        meaning="What members can choose from: untick a style to switch it off.",
        control=Switches(),
    ),
    Setting(
        name="retention_hours",
        page=Page.PICTURES,
        label="Links to photos",
        meaning="How long I keep the link to a photo, for buttons that need the photo again.",
        control=Choice(
            options=choices.retention,
            chosen=lambda server: server.guild.retention_hours,
            unlisted="Another span",
        ),
    ),
    Setting(
        name="consent",
        page=Page.RULES,
        label="Other people's pictures",
        meaning="Whose pictures a member may use besides their own.",
        control=Choice(
            options=choices.consent,
            chosen=lambda server: server.guild.consent,
        ),
    ),
    Setting(
        name="upload_statement",
        page=Page.RULES,
        label="Uploaded photos",
        meaning="That photos must be one's own, or used with permission.",
        control=Choice(
            options=choices.yes_or_no("Members must agree first", "Members are told once"),
            chosen=lambda server: server.guild.upload_statement,
        ),
    ),
    Setting(
        name="safety",
        page=Page.RULES,
        label="Unsafe pictures",
        meaning="What becomes of pictures that are not for everybody's eyes.",
        control=Choice(
            options=choices.safety,
            chosen=lambda server: server.guild.safety or (SafetyMode.BLOCK if server.classifier else None),
            unlisted="Not checked",
        ),
    ),
    Setting(
        name="zone",
        page=Page.DAYS,
        label="Time zone",
        meaning="When the day begins, and with it everybody's daily pictures.",
        control=Form(
            hint="As Region/City, such as Europe/Berlin, or the city alone.",
            longest=60,
            typed=lambda server: server.guild.zone,
            now=lambda server: f"{server.guild.zone}, where the next day begins <t:{server.day_ends_at}:R>",
        ),
    ),
    Setting(
        name="language",
        page=Page.DAYS,
        label="Language",
        meaning="What the cards that everybody sees are written in.",
        control=Choice(
            options=choices.languages,
            chosen=lambda server: server.guild.language,
        ),
    ),
    Setting(
        name="daily_limit",
        page=Page.DAYS,
        label="Daily pictures",
        meaning="How many a member can have a day, where `/quota` has given them nothing else.",
        control=Form(
            hint="A number from 0 to 1000; leave it empty for the usual one.",
            longest=4,
            typed=lambda server: "" if server.guild.daily_limit is None else str(server.guild.daily_limit),
            now=choices.daily_limit,
        ),
    ),
    Setting(
        name="log_channel",
        page=Page.LOG,
        label="Log channel",
        meaning="Where I write down every change, deletion and report, for moderators to read.",
        control=Channels(kinds=_WRITABLE, nothing="None, it is all in /audit", most=1),
    ),
)
"""Every setting but two that are buttons: `paused` and `unchecked_known`."""


def named(name: str) -> Setting | None:
    """The setting of this name."""
    return next((one for one in SETTINGS if one.name == name), None)
