"""Taking a request: its rules, charge and jobs are one transaction, so that all of it is promised or nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from bot.store import quota, standing, subjects, vault
from bot.store.database import Transaction
from bot.store.errors import DuplicateRequestError, InFlightError
from bot.store.limits import Usage
from bot.store.sealed import Sealer
from bot.values.rules import Origin, Place, Refusal, Standing

MOST_JOBS: Final = 10
"""Pictures that one request may ask for: a message holds as many files."""

_INSERT_REQUEST: Final = """
    INSERT INTO requests (
        interaction_id, guild_id, place_id, channel_id, age_restricted, private, roles, token, received_at, language
    )
    VALUES (
        :interaction_id, :guild_id, :place_id, :channel_id, :age_restricted, :private, :roles, :token, :now,
        CASE WHEN :private OR :guild_id = 0 THEN :language
            ELSE coalesce((SELECT language FROM guilds WHERE guild_id = :guild_id), 'en') END
    )
    ON CONFLICT (interaction_id) DO NOTHING
    RETURNING language
"""

_INSERT_JOB: Final = """
    INSERT INTO jobs (
        id, interaction_id, position, subject, origin, owner, state, style, strength, seed, url, url_expires_at,
        created_at
    )
    VALUES (
        :id, :interaction_id, :position, :subject, :origin, :owner, 'queued', :style, :strength, :seed, :url,
        :url_expires_at, :now
    )
"""

# By itself SQLite would look through all that the member has ever asked for.
_COUNT_UNDER_WAY: Final = """
    SELECT count(DISTINCT interaction_id) AS requests FROM jobs INDEXED BY jobs_under_way
    WHERE subject = :subject AND state IN ('queued', 'running')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """One picture that a request asks for.

    Attributes
    ----------
    origin
        Where its photo comes from.
    owner_id
        Whose picture it is made of; None for uploads and machines.
    strength
        0..1.
    seed
        0 <= seed < 2**32.
    photo_url, url_expires_at
        The attachment's signed URL, and when Discord's signature ends, in epoch seconds.
    """

    origin: Origin = Origin.UPLOAD
    owner_id: int | None = None
    strength: float
    seed: int
    photo_url: str = field(repr=False)
    url_expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What a member asks for with one interaction.

    Attributes
    ----------
    place
        Where it was asked; its `guild_id` is the one that pays.
    roles
        Ids of the member's roles there: they may set the limit.
    private
        Whether only the member sees what comes of it.
    language
        The member's own; cards that others see are written in the server's.
    token
        The interaction's token.
    jobs
        The pictures, 1..10, in their order.

    Raises
    ------
    ValueError
        No pictures, or too many.
    """

    interaction_id: int
    place: Place
    user_id: int
    roles: frozenset[int] = frozenset()
    style: str
    private: bool = False
    language: str = "en"
    token: str = field(repr=False)
    jobs: tuple[NewJob, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.jobs) <= MOST_JOBS:
            raise ValueError(f"a request is for 1..{MOST_JOBS} pictures, not {len(self.jobs)}")

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids that its jobs get."""
        return tuple(f"{self.interaction_id}-{position}" for position in range(len(self.jobs)))


JudgeOfEach = Callable[[int, Standing], Refusal | None]
"""The rules, asked of each picture of a request by its position."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise: jobs that will be painted or refunded.

    Attributes
    ----------
    job_ids
        In the order of their positions.
    usage
        What is left after the charge.
    language
        What the card is written in.
    """

    job_ids: tuple[str, ...]
    usage: Usage
    language: str


def submit(
    tx: Transaction,
    request: NewRequest,
    *,
    judge: JudgeOfEach,
    sealer: Sealer,
    default_limit: int,
    in_flight_limit: int,
) -> Receipt:
    """Charge the member for every picture, and write the jobs."""
    subject = subjects.ensure(tx, request.user_id, sealer)
    language = _insert_request(tx, request, sealer)
    _admit(tx, request, subject, judge, sealer)
    under_way = tx.all(_COUNT_UNDER_WAY, subject=subject)[0]["requests"]
    if under_way >= in_flight_limit:
        raise InFlightError(under_way)
    holder = quota.account(
        tx, request.place.guild_id, request.user_id, default_limit=default_limit, roles=request.roles
    )
    usage = quota.charge(tx, holder, request.job_ids)
    _insert_jobs(tx, request, subject, sealer)
    return Receipt(request.job_ids, usage, language)


def _insert_request(tx: Transaction, request: NewRequest, sealer: Sealer) -> str:
    """Write the request down; the language of its card."""
    taken = tx.one(
        _INSERT_REQUEST,
        interaction_id=request.interaction_id,
        guild_id=request.place.guild_id,
        place_id=request.place.server_id,
        channel_id=request.place.channel_id,
        age_restricted=request.place.age_restricted,
        private=request.private,
        language=request.language,
        roles=json.dumps(sorted(request.roles)),
        token=vault.seal_token(sealer, request.interaction_id, request.token),
        now=tx.now,
    )
    if taken is None:
        raise DuplicateRequestError(request.interaction_id)
    return str(taken["language"])


def _admit(tx: Transaction, request: NewRequest, subject: int, judge: JudgeOfEach, sealer: Sealer) -> None:
    place = request.place
    found = standing.read(tx, guild_id=place.guild_id, server_id=place.server_id, subject=subject)
    for position, job in enumerate(request.jobs):
        said = None
        if job.owner_id not in (None, request.user_id):
            said = standing.pictures_of(tx, sealer, job.owner_id)
        standing.require(partial(judge, position), replace(found, owner=said))


def _insert_jobs(tx: Transaction, request: NewRequest, subject: int, sealer: Sealer) -> None:
    for position, (job_id, job) in enumerate(zip(request.job_ids, request.jobs, strict=True)):
        tx.run(
            _INSERT_JOB,
            id=job_id,
            interaction_id=request.interaction_id,
            position=position,
            subject=subject,
            origin=job.origin,
            owner=None if job.owner_id is None else subjects.ensure(tx, job.owner_id, sealer),
            style=request.style,
            strength=job.strength,
            seed=job.seed,
            url=vault.seal_url(sealer, job_id, job.photo_url),
            url_expires_at=job.url_expires_at,
            now=tx.now,
        )
