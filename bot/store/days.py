"""Days as guilds count them: dates in a zone, and the instants at which they end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def today(zone: str, now: int) -> date:
    """The date in `zone` at `now` (epoch seconds)."""
    return datetime.fromtimestamp(now, ZoneInfo(zone)).date()


def ends_at(day: date, zone: str) -> int:
    """When `day` ends in `zone`, in epoch seconds.

    Where a clock change skips midnight, `fold=0` reads the missing hour in the old offset: the moment of the change.
    """
    return int(datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).timestamp())


def end_of(day: str, zone: str) -> int:
    """The same of a day as the database names it."""
    return ends_at(date.fromisoformat(day), zone)
