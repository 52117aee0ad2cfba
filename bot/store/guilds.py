"""Guilds: the zone in which a server counts its days, and the daily limit it set."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.store.database import Transaction
from bot.store.errors import UnknownZoneError


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    """What a server has set.

    Attributes
    ----------
    zone
        An IANA name.
    daily_limit
        Pictures per member and day, 0..1000; None leaves it to the bot's default.
    """

    zone: str = "UTC"
    daily_limit: int | None = None


def get(tx: Transaction, guild_id: int) -> Guild:
    """What the server has set, or what goes where nothing is. Guild 0 is everywhere outside of servers."""
    row = tx.one("SELECT zone, daily_limit FROM guilds WHERE guild_id = :guild_id", guild_id=guild_id)
    return Guild() if row is None else Guild(zone=row["zone"], daily_limit=row["daily_limit"])


def put(tx: Transaction, guild_id: int, guild: Guild) -> None:
    """Replace what the server has set.

    Raises
    ------
    UnknownZoneError
        No zone database knows the zone.
    """
    try:
        ZoneInfo(guild.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a text that is a path is a ValueError, a folder an OSError
        raise UnknownZoneError(guild.zone) from None
    tx.run(
        """
        INSERT INTO guilds VALUES (:guild_id, :zone, :daily_limit)
        ON CONFLICT (guild_id) DO UPDATE SET zone = :zone, daily_limit = :daily_limit
        """,
        guild_id=guild_id,
        zone=guild.zone,
        daily_limit=guild.daily_limit,
    )
