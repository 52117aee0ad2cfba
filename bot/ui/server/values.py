"""What the card of /server is made of: the server as it stands, its settings, and the ways to change one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import discord

from bot.ui.language import Phrase
from bot.values.rules import Guild, SafetyMode
from styles import Style

MOST_CHOSEN = 25
"""How many channels or roles Discord lets one select choose."""

OTHER = "other"
"""The key of the option that opens a form for a value of one's own."""

UNLISTED = Phrase("Something that can't be chosen any more")


class Page(StrEnum):
    """The pages of the card."""

    OVERVIEW = "overview"
    WHERE = "where"
    PICTURES = "pictures"
    RULES = "rules"
    DAYS = "days"
    LOG = "log"


TITLES = {
    Page.OVERVIEW: Phrase("📋 Overview"),
    Page.WHERE: Phrase("📍 Where and who"),
    Page.PICTURES: Phrase("🖼️ Pictures"),
    Page.RULES: Phrase("⚖️ Rules"),
    Page.DAYS: Phrase("🕛 Days and words"),
    Page.LOG: Phrase("📓 Log"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not work as it is set: the page where it is mended, and a sentence."""

    page: Page
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as its card shows it.

    Attributes
    ----------
    guild
        What it has set.
    catalogue
        Every style that the bot has.
    modes
        The safety modes that can be chosen.
    classifier
        Whether a safety classifier is installed.
    usual_limit
        Pictures per member and day where the server has set nothing.
    day_ends_at
        When its day ends, in epoch seconds.
    channels, roles
        Ids of those that exist; None where Discord has not told.
    faults
        What does not work as it is set.
    """

    guild_id: int
    guild: Guild
    catalogue: Sequence[Style]
    modes: Sequence[SafetyMode]
    classifier: bool
    usual_limit: int
    day_ends_at: int
    channels: frozenset[int] | None = None
    roles: frozenset[int] | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values; `key` stands for it in the select, `hint` says more in up to 100 characters."""

    key: str
    label: str
    value: object
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A value that is typed; `typed` is what holds now as one would type it, `now` is how the card shows it."""

    hint: Phrase
    longest: int
    typed: Callable[[Server], str]
    now: Callable[[Server], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a few values. `options` gives them, `chosen` the one that holds; `form` is for a value of one's own."""

    options: Callable[[Server], list[Option]]
    chosen: Callable[[Server], object]
    unlisted: Phrase = UNLISTED
    form: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Some channels of these kinds, `most` at most; `nothing` says what it means to choose none."""

    kinds: tuple[discord.ChannelType, ...]
    nothing: Phrase
    most: int = MOST_CHOSEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Some roles; `nothing` says what it means to choose none."""

    nothing: Phrase


@dataclass(frozen=True, slots=True)
class Switches:
    """Every style, on or off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting: its name among `Guild`'s fields, its page, and a short sentence of what it means."""

    name: str
    page: Page
    label: Phrase
    meaning: Phrase
    control: Channels | Roles | Choice | Switches | Form
