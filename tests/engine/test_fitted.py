"""FittedEngine: photos of every size through an engine that knows few."""

from contextlib import aclosing

from engine.contract import Picture, Progress
from engine.fitted import FittedEngine
from engine.local import LocalEngine
from tests.engine.fakes import FakeRunner, job, photo


async def test_the_engine_sees_its_canvas_and_the_member_the_photos_shape() -> None:
    seen: list[tuple[int, ...]] = []

    def key(one: object) -> object:
        seen.append(one.pixels.shape)  # type: ignore[attr-defined]  # it is a job
        return None

    engine = FittedEngine(LocalEngine([FakeRunner(key=key)]), lambda size: (64, 64) if size == (128, 96) else (0, 0))
    async with aclosing(engine.stylize(job(pixels=photo(96, 128)))) as events:
        *progress, picture = [event async for event in events]
    assert seen[0] == (64, 64, 3)
    assert isinstance(picture, Picture)
    assert picture.pixels.shape == (96, 128, 3)
    assert all(isinstance(event, Progress) for event in progress)
    await engine.close()
