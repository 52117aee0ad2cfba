"""What somebody is told, alone, who presses a button of a request or a result."""

from bot.ui.language import Phrase, ngettext

NOT_YOURS = Phrase(
    "Only the person who asked for this picture can do that. “Same for my photo” paints yours in the same way."
)
HIDDEN = Phrase(
    "That picture is hidden, since somebody objects to it. Nothing can be made of it until that is decided."
)
OWNER_ERASED = Phrase("I no longer know whose photo that picture was made of, so I make nothing else of it.")
STYLE_GONE = Phrase("I don't have that style any more. Please choose another one.")
SUBTLEST = Phrase("It can't be subtler than this: its strength is 0. This cost you nothing.")
BOLDEST = Phrase("It can't be bolder than this: its strength is 1. This cost you nothing.")
NOTHING_FAILED = Phrase("There is nothing to try again: that request has its pictures, or is still under way.")

BUSY = Phrase("I have a lot to do just now. Please press that again in a moment.")
ALL_DELETED = Phrase("The pictures are deleted. They still count toward the daily limit.")

OVER = Phrase("That request is over already, so there is nothing to cancel or to wait for.")
CALLED = Phrase("I will mention you when it is done. Press it once more, and I won't.")
NOT_CALLED = Phrase("I won't mention you when it is done.")

NOT_YET = Phrase("Other pictures of that request are still under way. Please choose when all of them have ended.")
NOTHING_TO_DROP = Phrase("There is no other picture in that message that I can take away.")
NOT_CHANGED = Phrase("Discord did not let me change that message. Please try again in a moment.")
KEPT = Phrase("📌 This picture is the one that stays: {link}")


def would_charge(count: int) -> str:
    """What it costs to cancel now."""
    return ngettext(
        "Three pictures a day can be cancelled free of charge while they are being painted. If you cancel this request"
        " now, {count} picture of it still counts toward your daily limit.",
        "Three pictures a day can be cancelled free of charge while they are being painted. If you cancel this request"
        " now, {count} pictures of it still count toward your daily limit.",
        count,
    ).format(count=count)
