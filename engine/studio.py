"""From a photo's bytes to an encoded picture: the same three steps for the bot, the command line and the benchmarks."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.contract import Engine, Job, Picture, Progress
from engine.encoding import Encoded, Format, encode
from engine.errors import LostError
from engine.images import Decoder, Photo
from styles import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What to make of a photo; strength and seed as in `engine.contract.Job`."""

    style: Style
    strength: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished picture: encoded for the world, with the pixels it was made from and of.

    Attributes
    ----------
    photo
        The prepared photo, for a before/after.
    """

    encoded: Encoded
    picture: Picture
    photo: Photo = field(repr=False)


class Studio:
    """The pixel side of a journey.

    Parameters
    ----------
    decoder
        Opens strangers' bytes in a process of its own. The studio does not close it.
    engine
        Paints; checks its own pictures where that is wanted. The studio does not close it.
    """

    def __init__(self, decoder: Decoder, engine: Engine) -> None:
        self._decoder = decoder
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The engine that paints here."""
        return self._engine

    async def prepare(self, data: bytes) -> Photo:
        """A safe, upright photo that fits the engine.

        Raises
        ------
        PhotoError
        """
        return await self._decoder.decode(data)

    async def paint(self, name: str, photo: Photo, look: Look, on_progress: Callable[[Progress], None]) -> Picture:
        """Let the engine paint; cancelling the await cancels the job.

        Raises
        ------
        EngineError
        """
        job = Job(id=name, pixels=photo.pixels, style=look.style, strength=look.strength, seed=look.seed)
        async with contextlib.aclosing(self._engine.stylize(job)) as events:
            async for event in events:
                if isinstance(event, Picture):
                    return event
                on_progress(event)
        raise LostError("the engine ended without a picture")

    async def finish(self, picture: Picture, look: Look, *, limit: int, image_format: Format = Format.JPEG) -> Encoded:
        """Encode, in a thread: Pillow lets the event loop run meanwhile.

        Raises
        ------
        EncodeError
        """
        return await asyncio.to_thread(
            encode,
            picture.pixels,
            limit=limit,
            medium=picture.medium,
            engine=picture.engine,
            style=look.style.id,
            image_format=image_format,
        )

    async def render(
        self,
        name: str,
        data: bytes,
        look: Look,
        *,
        limit: int,
        image_format: Format = Format.JPEG,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Rendered:
        """Bytes to encoded picture, as one call.

        Raises
        ------
        EngineError
        """
        photo = await self.prepare(data)
        picture = await self.paint(name, photo, look, on_progress)
        encoded = await self.finish(picture, look, limit=limit, image_format=image_format)
        return Rendered(encoded=encoded, picture=picture, photo=photo)
