"""The values that cards show: where a request stands, and what came out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.ui.language import ENGLISH
from engine.contract import Detour, Medium, Pixels

Saying = Callable[[], str]
"""A sentence, in the language that is spoken where it is called."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """In the queue.

    Attributes
    ----------
    place, yours
        So many pictures are served before it, and so many of those are the same member's.
    ready_at
        When it is expected, in epoch seconds.
    """

    place: int
    ready_at: int
    yours: int = 0


@dataclass(frozen=True, slots=True)
class Preparing:
    """The photo is being fetched and decoded; its turn is near."""


@dataclass(frozen=True, slots=True)
class Painting:
    """The engine has done `step` of `steps`; `preview` is what it has come to, small and rough."""

    step: int
    steps: int
    preview: Pixels | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Finishing:
    """The picture is being checked, encoded and posted."""


@dataclass(frozen=True, slots=True)
class Done:
    """The picture is posted: by which engine and in how many seconds, if it was in this run of the bot."""

    engine: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Failed:
    """No picture comes of it.

    Attributes
    ----------
    why
        What happened, and what it did to the quota.
    retry
        Whether the same request may well succeed now.
    called_off
        Somebody wanted none.
    """

    why: Saying
    retry: bool = False
    called_off: bool = False


Status = Waiting | Preparing | Painting | Finishing | Done | Failed
"""Where one picture of a request stands."""

Statuses = tuple[Status, ...]
"""Where a request stands: a status a picture, in their order."""


def ended(status: Status) -> bool:
    """Whether nothing follows."""
    return isinstance(status, Done | Failed)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a refused member may do about it: say that uploads are theirs."""


@dataclass(frozen=True, slots=True)
class FirstFew:
    """What a refused member may do about it: have the first `count` pictures of this interaction's request."""

    interaction_id: int
    count: int


WayOut = Statement | FirstFew


@dataclass(frozen=True, slots=True)
class Choice:
    """A style as a select offers it; `label` in English."""

    style_id: str
    label: str
    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the cards of a request always say: who asked for how many pictures in which style.

    Attributes
    ----------
    job_id
        The first of its jobs.
    style
        Its English label.
    menu
        The other styles that the same photo can be had in.
    language
        What the card is written in.
    long_wait
        Whether it is worth a mention when it is done.
    private
        Whether the member alone sees it.
    """

    job_id: str
    user_id: int
    style: str
    emoji: str
    menu: tuple[Choice, ...] = ()
    count: int = 1
    language: str = ENGLISH
    long_wait: bool = False
    private: bool = False

    @property
    def interaction_id(self) -> int:
        """The request's own name."""
        return int(self.job_id.partition("-")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a member has left. `limit` and `left` are None where there is no limit; `resets_at` is in epoch seconds."""

    limit: int | None
    left: int | None
    resets_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture as its card tells of it.

    Attributes
    ----------
    position
        Which of its request's pictures it is, from 0.
    filename
        Its file's name in the message.
    engine, medium, seconds
        Who made it, how, and in which time; None where an earlier run of the bot died before it could say so.
    strength
        0..1, as the member asked.
    several_frames
        The source was animated; only its first frame was painted, and the card says so.
    detour
        Set where another engine painted than the one that comes first.
    spoiler
        It is shown behind a click.
    """

    position: int
    filename: str
    engine: str | None
    medium: Medium | None
    seed: int
    strength: float
    seconds: float | None
    several_frames: bool = False
    detour: Detour | None = None
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A finished picture: the encoded file (never in a repr, so never in a log), and what its card says."""

    order: Order
    shown: Shown
    data: bytes = field(repr=False)
    allowance: Allowance

    @property
    def job_id(self) -> str:
        """The job that it came of."""
        return f"{self.order.interaction_id}-{self.shown.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCard:
    """Where a member stands, for /usage and /quota show.

    Attributes
    ----------
    layer
        Who set the limit: "member", "role", "server" or "default".
    day_left, grants
        What is left of the day's limit (None: no limit), and of extra pictures.
    cap
        What the operator's caps leave, and when their day turns; None where there is no cap.
    """

    allowance: Allowance
    layer: str
    day_left: int | None
    grants: int
    cap: tuple[int, int] | None
