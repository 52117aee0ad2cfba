"""Before and after: a photo that can still be had is fetched once more, and set beside the picture made of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bot.attachments import Attachments, FetchError
from bot.store import Job, Store
from bot.ui.compare import Form
from engine.contract import Medium, Pixels
from engine.encoding import Encoded, Format, encode_photo
from engine.studio import Studio
from engine.wipe import wipe

_AT_ONCE: Final = 2
"""Comparisons in the making: each holds two photos, and one at a time the frames of an animation as well."""


class BusyError(Exception):
    """The member's last comparison is still in the making."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as it is posted; the key to it is never in a repr."""

    url: str = field(repr=False)
    filename: str


class Comparer:
    """Makes comparisons, few at a time and one a member: however often they are asked for, memory stays bounded.

    Parameters
    ----------
    studio
        Opens photos. Nothing is painted.
    """

    def __init__(self, *, store: Store, attachments: Attachments, studio: Studio) -> None:
        self._store = store
        self._attachments = attachments
        self._studio = studio
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._drawing = asyncio.Lock()
        self._served: set[int] = set()

    async def make(self, job: Job, picture: PictureFile, form: Form, *, limit: int) -> tuple[Encoded, ...]:
        """The files of a comparison: photo and picture, or the animation.

        Parameters
        ----------
        limit
            The most bytes that they may have together.

        Raises
        ------
        BusyError
        FetchError
            With `gone` where the photo can't be had any more.
        PhotoError, EngineError, UnknownJobError
        """
        async with self._turn(job.user_id):
            secrets = await self._store.secrets(job.id)
            if secrets.url is None:
                raise FetchError(gone=True)
            before = await self._studio.prepare(await self._attachments.fetch(secrets.url))
            data = await self._attachments.fetch(picture.url)
            after = await self._studio.prepare(data)
            if form is Form.WIPE:
                async with self._drawing:
                    return (await asyncio.to_thread(_wipe, before.pixels, after.pixels, job, limit),)
            height, width, _ = after.pixels.shape
            posted = Encoded(data, picture.filename, Format.JPEG.content_type, (width, height))
            photo = await asyncio.to_thread(
                encode_photo, before.pixels, size=posted.size, limit=limit - len(posted.data)
            )
            return photo, posted

    @asynccontextmanager
    async def _turn(self, user_id: int) -> AsyncIterator[None]:
        if user_id in self._served:
            raise BusyError
        self._served.add(user_id)
        try:
            async with self._room:
                yield
        finally:
            self._served.discard(user_id)


def _wipe(before: Pixels, after: Pixels, job: Job, limit: int) -> Encoded:
    """Where nobody knows how a picture was made, it counts as made by a model."""
    medium = Medium.MODEL if job.medium is None else Medium(job.medium)
    return wipe(before, after, limit=limit, medium=medium, engine=job.engine or "unknown", style=job.style)
