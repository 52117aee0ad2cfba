"""What a member is told when no picture comes of a request, and how a quota stands."""

from functools import partial

from bot.attachments import FetchError
from bot.delivery import DeliveryError, Trouble, WayOut
from bot.policy import Ask
from bot.safety import UnsafePictureError
from bot.store import NotAdmittedError, OverCapError, OverQuotaError, Usage
from bot.ui import words
from bot.ui.status import Allowance, Failed, FirstFew, QuotaCard, Saying, Statement
from bot.values.rules import Refusal
from engine.errors import EncodeError, EngineError, PhotoError, UnfitError


class TurnedDownError(Exception):
    """A request is not taken: the reason for statistics, what the member is told, and what they may do about it."""

    def __init__(self, reason: str, why: Saying, way_out: WayOut | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.why = why
        self.way_out = way_out


def turned_down(
    error: NotAdmittedError | OverQuotaError | OverCapError, ask: Ask, *, interaction_id: int, pictures: int = 1
) -> TurnedDownError:
    """The store's refusal of so many pictures, as the member and the statistics hear it."""
    match error:
        case NotAdmittedError(refusal=refusal, standing=found):
            asker, in_server = ask.actor, bool(ask.place.guild_id)
            why = partial(words.refusal, refusal, found, joined_at=asker.joined_at, in_server=in_server)
            return TurnedDownError(refusal, why, Statement() if refusal is Refusal.STATEMENT else None)
        case OverQuotaError(usage=usage, left=0):
            return TurnedDownError("over_quota", partial(words.over_quota, allowance(usage)))
        case OverCapError(cap=cap, left=0):
            return TurnedDownError("over_cap", partial(words.over_cap, cap.scope, cap.amount, cap.resets_at))
        case OverQuotaError(left=left) | OverCapError(left=left):
            reason = "over_cap" if isinstance(error, OverCapError) else "over_quota"
            why = partial(words.MORE_THAN_LEFT, asked=pictures, left=left)
            return TurnedDownError(reason, why, FirstFew(interaction_id, left))


def failed(error: Exception) -> Failed:
    """How a promise ends of which no picture came; it is refunded."""
    return Failed(refunded(_why(error)), retry=_may_retry(error))


def refunded(why: Saying) -> Saying:
    """The same sentence, and that it cost nothing."""
    return lambda: words.refunded(why())


def allowance(usage: Usage) -> Allowance:
    """What a card says of a quota."""
    return Allowance(limit=usage.limit, left=usage.left, resets_at=usage.resets_at)


def standing(usage: Usage) -> QuotaCard:
    """What /usage and /quota show tell of a quota."""
    return QuotaCard(
        allowance=allowance(usage),
        layer=usage.layer,
        day_left=usage.day_left,
        grants=usage.grants_left,
        cap=None if usage.cap is None else (usage.cap.left, usage.cap.resets_at),
    )


def _why(error: Exception) -> Saying:
    match error:
        case PhotoError(fault=fault, limit=limit):
            return partial(words.photo_fault, fault, limit)
        case FetchError(gone=gone):
            return words.PHOTO_GONE if gone else words.PHOTO_UNREACHABLE
        case UnfitError():
            return words.NOT_REDRAWN
        case EncodeError():
            return words.TOO_LARGE_TO_SEND
        case EngineError():
            return words.ENGINE_FAILED
        case DeliveryError(trouble=Trouble.GONE):
            return words.PICTURES_DELETED
        case DeliveryError():
            return words.NO_RESULT_PLACE
        case UnsafePictureError(judged=judged):
            return words.UNSAFE if judged else words.NOT_JUDGED
        case NotAdmittedError(refusal=refusal, standing=found):
            return partial(words.refusal, refusal, found)
        case _:
            return words.OUR_FAULT


def _may_retry(error: Exception) -> bool:
    """Whether the same photo may come out well another time: it was not the photo, nor a rule."""
    match error:
        case (
            PhotoError() | EncodeError() | NotAdmittedError() | FetchError(gone=True) | UnsafePictureError(judged=True)
        ):
            return False
        case _:
            return True
