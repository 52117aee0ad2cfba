"""EngineAround: what an Engine around another one has in common with it, which is everything but how it paints."""

from engine.contract import Engine


class EngineAround:
    """Name, slots, life and end are the inner engine's; `stylize` is what a subclass is for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        """The engine's own."""
        return self._engine.name

    @property
    def slots(self) -> int:
        """The engine's own."""
        return self._engine.slots

    @property
    def alive(self) -> bool:
        """The engine's own."""
        return self._engine.alive

    async def close(self) -> None:
        """Close the engine."""
        await self._engine.close()
