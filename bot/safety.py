"""Looks at photos before they are painted and at pictures before they are shown, and says what becomes of them."""

from bot import policy
from bot.policy import Showing
from bot.request import Trip
from bot.store import Store
from bot.values.rules import House, Place, SafetyMode
from engine.contract import Pixels
from engine.safety import NOT_JUDGED, SafetyChecker


class UnsafePictureError(Exception):
    """The server's rule does not let this be shown.

    Attributes
    ----------
    judged
        False where the classifier failed or was late, which counts as unsafe.
    """

    def __init__(self, *, judged: bool) -> None:
        super().__init__("a picture is unsafe" if judged else "a picture could not be judged")
        self.judged = judged


class Safety:
    """The classifier, if one is installed, and the servers' rules for what it says.

    Parameters
    ----------
    unchecked_direct
        Whether direct messages and user installs are served without a classifier.
    """

    def __init__(self, checker: SafetyChecker | None, store: Store, *, unchecked_direct: bool = False) -> None:
        self._checker = checker
        self._store = store
        self.house = House(classifier=checker is not None, unchecked_direct=unchecked_direct)

    async def looks_away(self, place: Place) -> bool:
        """Whether pictures there are shown as they are, whatever is in them."""
        return policy.safety_mode(await self._store.desk.guild(place.guild_id), place, self.house) is SafetyMode.OFF

    async def look(self, pixels: Pixels, trip: Trip) -> Showing:
        """What becomes of a photo or a picture of this trip: plain, or behind a click.

        The rule is read each time, since a moderator may have changed it meanwhile.

        Raises
        ------
        UnsafePictureError
            Neither.
        """
        mode = policy.safety_mode(await self._store.desk.guild(trip.place.guild_id), trip.place, self.house)
        if mode is SafetyMode.OFF:
            return Showing.PLAIN
        verdict = NOT_JUDGED if self._checker is None else await self._checker.check(pixels)
        showing = policy.shows(mode, unsafe=verdict.unsafe, age_restricted=trip.place.age_restricted)
        if showing is Showing.NOT:
            raise UnsafePictureError(judged=verdict.judged)
        return showing
