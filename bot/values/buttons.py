"""What buttons and selects on the cards of requests and results do. Values only."""

from enum import StrEnum


class Action(StrEnum):
    """What is done to a job, or to the request that it belongs to."""

    # on the card of a request
    CANCEL = "cancel"
    MENTION = "mention"  # call me when it is done, or don't
    RETRY = "retry"  # the same again, since nothing came of it
    # on the card of a result
    AGAIN = "again"  # with another seed
    STYLE = "style"  # a select: the same photo in the style that is chosen
    SUBTLER = "subtler"
    BOLDER = "bolder"
    FOUR = "four"  # at four strengths
    COMPARE = "compare"  # before and after
    WIPE = "wipe"  # the same, as an animation
    SIDES = "sides"  # and side by side again
    POST = "post"  # show the comparison to everybody
    POST_WIPE = "post-wipe"
    DETAILS = "details"
    SAME = "same"  # the same look for a photo of whoever presses it
    PICK = "pick"  # a select: one picture of a gallery
    KEEP = "keep"  # that one, and none of the others
    REPORT = "report"
    DELETE = "delete"
