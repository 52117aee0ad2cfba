"""Why requests were refused: counts a server, a day and a reason, and nothing of anybody."""

from bot.store import caps
from bot.store.database import Transaction


def count(tx: Transaction, guild_id: int, reason: str) -> None:
    """One more; days are those of UTC."""
    tx.run(
        """
        INSERT INTO refusals VALUES (:guild_id, :day, :reason, 1)
        ON CONFLICT (guild_id, day, reason) DO UPDATE SET count = count + 1
        """,
        guild_id=guild_id,
        day=caps.day_of(tx.now),
        reason=reason,
    )
