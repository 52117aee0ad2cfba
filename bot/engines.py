"""The engines behind the bot and the command line, put together as the settings say."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from bot.settings import EngineChoice, Settings
from engine.aside import aside
from engine.checked import CheckedEngine
from engine.contract import Engine
from engine.deferred import DeferredEngine
from engine.diffusion import classifier, plan, weights
from engine.diffusion.build import build
from engine.diffusion.models import KLEIN, KNOWN, Family
from engine.diffusion.plan import NoDeviceError, Plan
from engine.diffusion.profiles import Profile, ProfileError, Wishes, check
from engine.diffusion.weights import Fault, WeightsError
from engine.failover import FailoverEngine
from engine.images import MAX_SIDE, Decoder
from engine.local import LocalEngine
from engine.painter.runner import PainterRunner
from engine.safety import LocalChecker, SafetyChecker
from engine.studio import Studio
from styles import Style

PATIENCE: Final = 1.0
"""Seconds that an engine, or a checker, gets to stop: nobody waits for what it is doing by then."""

NO_MODEL = (NoDeviceError, ProfileError, WeightsError)
"""Why no model paints; each has a text for people."""

_LOOK_AGAIN: Final = 10.0  # seconds; to find weights takes a few milliseconds

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diffusion:
    """What was said of the model.

    Attributes
    ----------
    home
        The folder of fetched models.
    styles
        What it is to be prepared for.
    """

    wishes: Wishes
    home: Path
    styles: Sequence[Style]

    @classmethod
    def of(cls, settings: Settings, styles: Sequence[Style], *, model: str | None = None) -> "Diffusion":
        """As the settings say, or with another model."""
        wishes = Wishes(
            model=model or settings.model,
            precision=settings.precision,
            offload=settings.offload,
            size=settings.size,
            batch=settings.batch,
        )
        return cls(wishes=wishes, home=settings.models, styles=styles)

    def problems(self, choice: EngineChoice) -> list[str]:
        """What no waiting helps against, and can be told at once: settings that no device or fetching would mend."""
        if choice is EngineChoice.PAINTER:
            return []
        if not plan.installed():
            wanted = choice is EngineChoice.DIFFUSION
            return [f"ANIMIFY_ENGINE: diffusion is not installed; {plan.INSTALL} does it"] if wanted else []
        try:
            check(self.wishes, self._family())
        except (ProfileError, WeightsError) as error:
            return str(error).splitlines()
        return []

    def _family(self) -> Family | None:
        """Of the model, where that can be known; a folder that is no model raises WeightsError."""
        if self.wishes.model is None or not weights.is_folder(self.wishes.model):
            known = KNOWN.get(self.wishes.model or "")
            return known.family if known else None
        return weights.find(self.wishes.model, self.home).family

    def plans(self, choice: EngineChoice) -> list[Plan]:
        """One for each device; takes seconds, so call it in a thread.

        Raises
        ------
        NoDeviceError, ProfileError, WeightsError
        """
        return plan.make(self.wishes, self.home, on_cpu=choice is EngineChoice.DIFFUSION)


def painter_workers(wanted: int | None) -> int:
    """How many processes paint: as the operator says, else one for each core but one, and at least one."""
    return wanted if wanted is not None else max(1, (os.cpu_count() or 1) - 1)


def wants_a_model(choice: EngineChoice) -> bool:
    """Whether a model comes first, once it is there."""
    match choice:
        case EngineChoice.PAINTER:
            return False
        case EngineChoice.DIFFUSION:
            return True
        case EngineChoice.AUTO:
            return plan.installed() and plan.likely_gpu()


@contextlib.asynccontextmanager
async def studio(
    choice: EngineChoice,
    *,
    workers: int,
    checks: bool = True,
    max_side: int = MAX_SIDE,
    diffusion: Diffusion | None = None,
) -> AsyncIterator[Studio]:
    """The pixel side for one errand: what is asked for paints, and photos wait until it is loaded.

    Processes start with the first photo.

    Parameters
    ----------
    max_side
        Pixels; larger photos are scaled down to it.
    diffusion
        Without it only the painter can be had.

    Raises
    ------
    NoDeviceError, ProfileError, WeightsError
        The model that was asked for can't be had. With `AUTO` the painter paints instead.
    """
    engine = await _engine(choice, workers, checks=checks, diffusion=diffusion)
    decoder = Decoder(max_side=max_side)
    try:
        yield Studio(decoder, engine)
    finally:
        await _close(engine)
        await asyncio.to_thread(decoder.close)


async def _engine(choice: EngineChoice, workers: int, *, checks: bool, diffusion: Diffusion | None) -> Engine:
    painter = _painter(workers, checks=checks)
    if diffusion is None or not wants_a_model(choice):
        return painter
    try:
        plans = await aside(partial(diffusion.plans, choice), "planning")
    except NO_MODEL as error:
        if choice is EngineChoice.DIFFUSION:
            raise
        _log.warning("the painter paints", reason=str(error))
        return painter
    model = _checked(await build(plans, diffusion.styles, waits=True), checks=checks)
    return model if choice is EngineChoice.DIFFUSION else FailoverEngine(model, painter)


def _painter(workers: int, *, checks: bool) -> Engine:
    return _checked(LocalEngine([PainterRunner() for _ in range(workers)]), checks=checks)


def _checked(engine: Engine, *, checks: bool) -> Engine:
    return CheckedEngine(engine) if checks else engine


async def _close(engine: Engine | SafetyChecker) -> None:
    """A runner that never returns must not keep the process: its thread is a daemon, and its child ends with us."""
    try:
        async with asyncio.timeout(PATIENCE):
            await engine.close()
    except TimeoutError:
        _log.warning("an engine did not stop", engine=engine.name, seconds=PATIENCE)


@dataclass(slots=True, eq=False)
class _Coming:
    """A model on its way; `profile` is known from when its weights are found."""

    engine: DeferredEngine
    choice: EngineChoice
    diffusion: Diffusion
    profile: Profile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The pixel side of the bot, which serves at once, with the painter as long as there is nothing better.

    Attributes
    ----------
    painter
        The painter alone, for who would not wait; None where nothing comes before it.
    """

    studio: Studio
    painter: Studio | None = None
    _coming: _Coming | None = None

    def alike(self, style: Style, strength: float) -> Hashable:
        """What requests have in common whose photos may share a run; None where none may, or nothing is known yet."""
        profile = self._coming.profile if self._coming else None
        return profile.alike(style, strength) if profile and profile.batch > 1 else None

    @contextlib.asynccontextmanager
    async def arriving(
        self, *, on_change: Callable[[], None], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> AsyncIterator[None]:
        """Let the model come meanwhile: look for its weights until they are there, load it, and let it paint.

        Parameters
        ----------
        on_change
            Called on the event loop when there are more slots, or fewer.
        """
        if self._coming is None:
            yield
            return

        def changed() -> None:
            if isinstance(self.studio.engine, FailoverEngine):
                _ = self.studio.engine.health  # a change is logged when somebody looks
            on_change()

        task = asyncio.create_task(_bring(self._coming, changed, pause), name="model")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})


@contextlib.asynccontextmanager
async def serving(
    choice: EngineChoice, *, workers: int, diffusion: Diffusion, checks: bool = True
) -> AsyncIterator[Serving]:
    """The pixel side of the bot. Processes start with the first photo."""
    decoder = Decoder()
    engine = painter = _painter(workers, checks=checks)
    serving = Serving(studio=Studio(decoder, painter))
    if wants_a_model(choice):
        coming = _Coming(DeferredEngine(plan.short(diffusion.wishes.model or KLEIN.id)), choice, diffusion)
        engine = FailoverEngine(_checked(coming.engine, checks=checks), painter)
        serving = Serving(studio=Studio(decoder, engine), painter=Studio(decoder, painter), _coming=coming)
    try:
        yield serving
    finally:
        await _close(engine)
        await asyncio.to_thread(decoder.close)


@contextlib.asynccontextmanager
async def safety(model: str | None, home: Path) -> AsyncIterator[SafetyChecker | None]:
    """Who looks at photos and pictures for the bot; None where that is turned off, or nothing lies here to do it.

    One that lies here loads meanwhile, in its own thread, and whatever keeps it from judging counts as unsafe. Enter
    this before a large model is brought: models are loaded one at a time, and checks would wait for it.

    Parameters
    ----------
    model
        A repository on the hub or a local folder; None for no checks.
    home
        The folder of fetched models.
    """
    checker = _checker(model, home)
    if checker is None:
        yield None
        return
    checker.start()
    try:
        yield checker
    finally:
        await _close(checker)


def safety_problems(model: str | None, home: Path) -> list[str]:
    """What no fetching helps against, and can be told at once: a folder that was named, and can't be used."""
    if model is None:
        return []
    if weights.is_folder(model) and not classifier.installed():
        return [f"ANIMIFY_SAFETY_MODEL: what runs it is not installed; {plan.INSTALL} does it"]
    try:
        classifier.find(model, home)
    except WeightsError as error:
        if weights.is_folder(model) or error.fault is Fault.NO_FOLDER:
            return [f"ANIMIFY_SAFETY_MODEL: {error}"]
    except ImportError:  # without the libraries there is none, whatever lies here
        pass
    return []


def _checker(model: str | None, home: Path) -> LocalChecker | None:
    if model is None:
        _log.info("photos are not checked", reason="ANIMIFY_SAFETY_MODEL is none")
        return None
    if not classifier.installed():
        _log.info("photos are not checked", reason=f"the libraries are not installed; {plan.INSTALL} does it")
        return None
    name = plan.short(model)
    try:
        licence = classifier.find(model, home).licence or "not known here"
        _log.info("loading the safety checker", model=name, licence=licence)
    except WeightsError as error:
        if error.fault is Fault.NOT_FETCHED:
            _log.warning("photos are not checked", reason=str(error))
            return None
        # anything else the checker says itself, and lets nothing through
    return LocalChecker(name, partial(classifier.load, model, home))


async def _bring(coming: _Coming, on_change: Callable[[], None], pause: Callable[[float], Awaitable[None]]) -> None:
    try:
        if plans := await _found(coming, pause):
            await _load(coming, plans, on_change)
    except Exception:  # noqa: BLE001 - the boundary of a task that nobody awaits
        _log.exception("the painter serves until a restart: the model could not be prepared")


async def _load(coming: _Coming, plans: Sequence[Plan], on_change: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def changed(*_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for slots any more
            loop.call_soon_threadsafe(on_change)

    coming.profile = profile = plans[0].profile
    licence = plans[0].weights.licence or "not known here"
    _log.info("loading a model", model=plans[0].name, precision=profile.precision, size=profile.size, licence=licence)
    await coming.engine.arrive(await build(plans, coming.diffusion.styles, waits=False, observer=changed))


async def _found(coming: _Coming, pause: Callable[[float], Awaitable[None]]) -> Sequence[Plan]:
    """Wait for the weights; nothing where no waiting helps."""
    told = ""
    while True:
        try:
            return await aside(partial(coming.diffusion.plans, coming.choice), "planning")
        except WeightsError as error:
            if (sentence := str(error)) != told:
                _log.warning("the painter serves until the model is there", reason=sentence)
                told = sentence
        except (NoDeviceError, ProfileError) as error:
            _log.error("the painter serves", reason=str(error))
            return ()
        await pause(_LOOK_AGAIN)
