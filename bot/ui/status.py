"""The values that cards show: where a request stands, and what came out of it."""

from dataclasses import dataclass, field

from engine.contract import Detour


@dataclass(frozen=True, slots=True)
class Waiting:
    """In the queue: `place` requests are served before it; its picture is expected at `ready_at` (epoch seconds)."""

    place: int
    ready_at: int


@dataclass(frozen=True, slots=True)
class Preparing:
    """The photo is being fetched and decoded; its turn is near."""


@dataclass(frozen=True, slots=True)
class Painting:
    """The engine has done `step` of `steps`."""

    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Finishing:
    """The picture is being checked, encoded and posted."""


Status = Waiting | Preparing | Painting | Finishing


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a request card always says: who asked for which style."""

    job_id: str
    user_id: int
    style: str
    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a member has left. `limit` and `left` are None where there is no limit; `resets_at` is in epoch seconds."""

    limit: int | None
    left: int | None
    resets_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A finished picture with everything its card says.

    Attributes
    ----------
    data
        The encoded picture: never in a repr, so never in a log.
    strength
        0..1, as the member asked.
    seconds
        Engine time.
    several_frames
        The source was animated; only its first frame was painted, and the card says so.
    detour
        Set where another engine painted than the one that comes first.
    spoiler
        It is shown behind a click.
    """

    order: Order
    data: bytes = field(repr=False)
    filename: str
    engine: str
    made_by_model: bool
    seed: int
    strength: float
    seconds: float
    several_frames: bool
    allowance: Allowance
    detour: Detour | None = None
    spoiler: bool = False


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
