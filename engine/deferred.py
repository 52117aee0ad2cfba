"""DeferredEngine: an Engine that is still being made, and takes nothing on until it is there."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from engine.contract import Engine, Job, Picture, Progress
from engine.errors import BusyError


class DeferredEngine:
    """An Engine with no slots, until another arrives and takes its place for good.

    Parameters
    ----------
    name
        What it is called until then.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._engine: Engine | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """The engine's own, once it is there."""
        return self._name if self._engine is None else self._engine.name

    @property
    def slots(self) -> int:
        """The engine's own, once it is there."""
        return 0 if self._engine is None else self._engine.slots

    @property
    def alive(self) -> bool:
        """The engine's own, once it is there; until then it may come."""
        return not self._closed if self._engine is None else self._engine.alive

    async def arrive(self, engine: Engine) -> None:
        """Be this engine from here on. Called once; what arrives after the close is closed at once."""
        if self._closed:
            await engine.close()
            return
        self._engine = engine

    async def stylize(self, job: Job) -> AsyncGenerator[Progress | Picture, None]:
        """Paint as the contract says.

        Raises
        ------
        BusyError
            The engine is not there yet.
        EngineError
            What the engine raised.
        """
        if self._engine is None:
            raise BusyError(f"{self._name} is not there yet")
        async with aclosing(self._engine.stylize(job)) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        """Close the engine, now or when it arrives."""
        self._closed = True
        if self._engine is not None:
            await self._engine.close()
