"""What a member is told when no picture comes of a request, and how a quota stands."""

from bot.attachments import FetchError
from bot.delivery import DeliveryError
from bot.safety import UnsafePictureError
from bot.store import InFlightError, NotAdmittedError, OverCapError, OverQuotaError, Usage
from bot.ui import words
from bot.ui.status import Allowance, QuotaCard
from engine.errors import EncodeError, EngineError, PhotoError, UnfitError


class TurnedDownError(Exception):
    """A request is not taken: the reason for statistics, and the sentence for the member."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence


def turned_down(error: NotAdmittedError | OverQuotaError | OverCapError | InFlightError) -> TurnedDownError:
    """The store's refusal of a charge, as the member and the statistics hear it."""
    match error:
        case NotAdmittedError(refusal=refusal, standing=found):
            return TurnedDownError(refusal, words.refusal(refusal, found))
        case OverQuotaError(usage=usage):
            return TurnedDownError("over_quota", words.over_quota(allowance(usage)))
        case OverCapError(cap=cap):
            return TurnedDownError("over_cap", words.over_cap(cap.scope, cap.amount, cap.resets_at))
        case InFlightError(count=count):
            return TurnedDownError("in_flight", words.too_many_in_flight(count))


def sentence(error: Exception) -> str:
    """What the member is told when no picture came of a promise."""
    match error:
        case PhotoError(fault=fault, limit=limit):
            return words.photo_fault(fault, limit)
        case FetchError(gone=gone):
            return words.PHOTO_GONE() if gone else words.PHOTO_UNREACHABLE()
        case UnfitError():
            return words.NOT_REDRAWN()
        case EncodeError():
            return words.TOO_LARGE_TO_SEND()
        case EngineError():
            return words.ENGINE_FAILED()
        case DeliveryError():
            return words.NO_RESULT_PLACE()
        case UnsafePictureError(judged=judged):
            return words.UNSAFE() if judged else words.NOT_JUDGED()
        case NotAdmittedError(refusal=refusal, standing=found):
            return words.refusal(refusal, found)
        case _:
            return words.OUR_FAULT()


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
