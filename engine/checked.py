"""CheckedEngine: an Engine that shows no picture which the checks refuse."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from engine.around import EngineAround
from engine.contract import Job, Picture, Progress
from engine.errors import UnfitError


class CheckedEngine(EngineAround):
    """An Engine around an Engine: what is unfit is painted once more with another seed, then refused.

    To leave the checks out, do not wrap.
    """

    async def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """Paint as the contract says; the Picture names the seed that it was made with.

        Raises
        ------
        UnfitError
            Neither the job's seed nor `next_seed` gave a picture that is fit; with the last verdict.
        EngineError
            What the engine raised.
        """
        verdict = ""
        for seed in (job.seed, next_seed(job.seed)):
            try:
                async with aclosing(self._examined(replace(job, seed=seed))) as events:
                    async for event in events:
                        yield event
            except UnfitError as error:
                verdict = error.verdict
            else:
                return
        raise UnfitError(verdict)

    async def _examined(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """What the engine makes; UnfitError where the checks refuse it, as where the engine itself does."""
        async with aclosing(self._engine.stylize(job)) as events:
            async for event in events:
                if isinstance(event, Picture) and (refusal := await asyncio.to_thread(_refusal, job, event)):
                    raise UnfitError(refusal)
                yield event


def next_seed(seed: int) -> int:
    """The seed of the second try: the first four bytes, big-endian, of the SHA-256 of the seed's decimal digits."""
    return int.from_bytes(hashlib.sha256(b"%d" % seed).digest()[:4], "big")


def _refusal(job: Job, picture: Picture) -> str:
    """The verdict of a picture that must not be shown, empty for one that may."""
    from engine.checks import Verdict, examine  # noqa: PLC0415 - an idle bot does without OpenCV

    verdict = examine(job.pixels, picture.pixels, job.style.checks)
    return "" if verdict is Verdict.FIT else verdict
