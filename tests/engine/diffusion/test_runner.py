"""DiffusionRunner on tiny checkpoints of every family, through the loading code that real ones take."""

import gc
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import Flux2KleinPipeline, StableDiffusionImg2ImgPipeline, StableDiffusionXLImg2ImgPipeline
from PIL import Image

from engine.contract import CancelledRunError, Job, Medium, Picture, Pixels
from engine.diffusion import loading
from engine.diffusion.devices import UnknownMemory
from engine.diffusion.families import family_model
from engine.diffusion.foreign import ONE_AT_A_TIME
from engine.diffusion.models import Family
from engine.diffusion.plan import Plan
from engine.diffusion.runner import PREVIEWED, DiffusionRunner
from engine.diffusion.traits import Precision
from engine.errors import DeclinedError, LostError, UnfitError
from styles import Style, Tuning
from tests.engine.diffusion.conftest import Planner
from tests.engine.fakes import catalogue

STYLES = list(catalogue().values())


@pytest.fixture(scope="module")
def runner(family: Family, planned: Planner) -> Iterator[DiffusionRunner]:
    made = DiffusionRunner(planned(family), STYLES)
    made.load()
    yield made
    made.close()


def canvas(seed: int = 0, *, width: int = 256, height: int = 256) -> Pixels:
    """A few soft colours, and another few for every seed."""
    colours = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC))


def job(
    name: str = "job", *, style: Style | None = None, seed: int = 7, strength: float = 0.5, pixels: Pixels | None = None
) -> Job:
    return Job(
        id=name,
        pixels=canvas() if pixels is None else pixels,
        style=style or catalogue()["ghibli"],
        strength=strength,
        seed=seed,
    )


def tuned(family: Family, **changes: object) -> Style:
    """Ghibli with another tuning for the family."""
    style = catalogue()["ghibli"]
    tuning = family.tuning(style.models)
    assert tuning is not None
    models = style.models.model_copy(update={family.value: Tuning(**{**tuning.model_dump(), **changes})})
    return style.model_copy(update={"models": models})


def worded(name: str) -> Style:
    """Ghibli with another style's words: its tunings may differ, and then it shares no run."""
    return catalogue()["ghibli"].model_copy(update={"prompt": catalogue()[name].prompt})


def painted(runner: DiffusionRunner, *jobs: Job) -> list[Pixels]:
    results = runner.run(jobs, lambda *_: None)
    assert all(isinstance(result, Picture) for result in results), results
    return [result.pixels for result in results if isinstance(result, Picture)]


def bare(family: Family, folder: Path, one: Job, share: float) -> Pixels:
    """What diffusers makes of a job without us: from the words themselves, with the plain pipelines."""
    tuning, prompt = family.tuning(one.style.models), one.style.prompt
    assert tuning is not None
    photo, seed = Image.fromarray(one.pixels), torch.Generator().manual_seed(one.seed)
    if family is Family.EDIT:
        pipe = Flux2KleinPipeline.from_pretrained(folder, dtype=torch.float32)
        pipe.set_progress_bar_config(disable=True)
        made = pipe(
            prompt=prompt.instruction, image=photo, num_inference_steps=tuning.steps, guidance_scale=1.0, generator=seed
        )
        return np.asarray(made.images[0])
    plain = {Family.SD15: StableDiffusionImg2ImgPipeline, Family.SDXL: StableDiffusionXLImg2ImgPipeline}[family]
    pipe = plain.from_pretrained(folder, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    family_model(family).schedule(pipe)
    made = pipe(
        prompt=prompt.positive,
        negative_prompt=prompt.negative,
        image=photo,
        strength=share,
        num_inference_steps={Family.SD15: 11, Family.SDXL: 8}[family],  # 6 / .55 and 4 / .55, rounded up
        guidance_scale=tuning.guidance,
        generator=seed,
    )
    return np.asarray(made.images[0])


def test_the_picture_is_the_one_that_diffusers_makes(
    runner: DiffusionRunner, family: Family, checkpoints: Callable[[Family], Path]
) -> None:
    one = job()
    assert np.array_equal(painted(runner, one)[0], bare(family, checkpoints(family), one, 0.55))


def test_a_picture_says_that_a_model_made_it_and_which(runner: DiffusionRunner, family: Family) -> None:
    (result,) = runner.run([job(seed=3)], lambda *_: None)
    assert isinstance(result, Picture)
    assert (result.engine, result.medium, result.seed) == (family, Medium.MODEL, 3)
    assert result.seconds > 0


def test_every_row_of_a_batch_is_as_if_it_were_alone(runner: DiffusionRunner) -> None:
    names = ("ghibli", "manga", "shinkai", "cyberpunk")
    jobs = [
        job(name, style=worded(name), seed=number, pixels=canvas(number), strength=0.25)
        for number, name in enumerate(names)
    ]
    assert len({runner.key(each) for each in jobs}) == 1
    together = painted(runner, *jobs)
    for row, alone in zip(together, (painted(runner, each)[0] for each in jobs), strict=True):
        assert np.abs(row.astype(int) - alone).max() <= 1
    assert not np.array_equal(together[0], together[1])


@pytest.mark.parametrize(
    "changes", [{"strength": 0.0}, {"pixels": canvas(height=320, width=192)}, {"style": "guided"}, {"style": "stepped"}]
)
def test_only_like_jobs_share_a_run(runner: DiffusionRunner, family: Family, changes: dict[str, object]) -> None:
    other = {"guided": tuned(family, guidance=3.0), "stepped": tuned(family, steps=2)}
    if isinstance(changes.get("style"), str):
        changes = {"style": other[str(changes["style"])]}
    assert runner.key(job(**changes)) != runner.key(job())  # type: ignore[arg-type]  # as the parameters say


def test_the_seed_and_the_words_decide_the_picture(runner: DiffusionRunner) -> None:
    first, again, seeded, reworded = (
        painted(runner, each)[0]
        for each in (
            job(),
            job(),
            job(seed=8),
            job(style=worded("manga")),
        )
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, seeded)
    assert not np.array_equal(first, reworded)


def test_the_less_strength_the_nearer_to_the_photo(runner: DiffusionRunner) -> None:
    photo = canvas()
    far = [
        float(np.abs(painted(runner, job(strength=strength, pixels=photo))[0].astype(int) - photo).mean())
        for strength in (0.0, 0.5)
    ]
    assert far[0] < far[1]


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_run_ends_within_the_step_at_which_it_is_cancelled_and_the_next_one_is_as_ever(
    runner: DiffusionRunner, step: int
) -> None:
    before = painted(runner, job())[0]
    taken: list[int] = []

    def cancel(done: int, _steps: int, _previews: Sequence[Pixels] = ()) -> None:
        taken.append(done)
        if done == step:
            raise CancelledRunError

    with pytest.raises(CancelledRunError):
        runner.run([job("unwanted"), job("unwanted too")], cancel)
    assert taken == list(range(1, step + 1))
    assert np.array_equal(painted(runner, job())[0], before)


def test_every_step_is_told_once_whatever_the_strength(runner: DiffusionRunner, family: Family) -> None:
    tuning = family.tuning(catalogue()["ghibli"].models)
    assert tuning is not None
    for strength in (0.0, 0.125, 0.5, 1.0):
        told: list[tuple[int, int]] = []
        runner.run([job(strength=strength)], lambda step, steps, _=(): told.append((step, steps)))  # noqa: B023 - called within the round
        assert told == [(step, tuning.steps) for step in range(1, tuning.steps + 1)]


def test_a_long_run_shows_what_is_coming_and_a_short_one_does_not(runner: DiffusionRunner, family: Family) -> None:
    def previews(steps: int) -> list[Pixels]:
        shown: list[Pixels] = []
        style = tuned(family, steps=steps)
        runner.run([job(style=style), job(style=style, seed=1)], lambda _step, _steps, some=(): shown.extend(some))
        return shown

    assert previews(PREVIEWED) == []
    long = previews(PREVIEWED + 1)
    assert len(long) == 2 * 2  # two photos, after the fourth and the eighth step
    assert all(preview.dtype == np.uint8 and preview.shape == (256, 256, 3) for preview in long)


def test_broken_numbers_cost_their_own_photo_only(runner: DiffusionRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    good = painted(runner, job("good"))[0]
    decode = runner._loaded.pipe.vae.decode  # type: ignore[union-attr]  # it is loaded

    def poisoned(latents: torch.Tensor, **options: object) -> object:
        latents = latents.clone()
        latents[1] = float("nan")
        return decode(latents, **options)

    monkeypatch.setattr(runner._loaded.pipe.vae, "decode", poisoned)  # type: ignore[union-attr]  # it is loaded
    first, second = runner.run([job("good"), job("bad", seed=9)], lambda *_: None)
    assert isinstance(first, Picture)
    assert np.abs(first.pixels.astype(int) - good).max() <= 1
    assert isinstance(second, UnfitError)


def test_a_photo_that_breaks_its_run_leaves_its_neighbours_alone(
    runner: DiffusionRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = painted(runner, job("good"))[0]
    poison = canvas(5)
    paint = runner._family.paint

    def picky(pipe: object, rows: Sequence[object], *rest: object) -> torch.Tensor:
        if any(np.array_equal(row.pixels, poison) for row in rows):  # type: ignore[attr-defined]  # rows of a run
            raise ValueError("pixels 1 2 3")
        return paint(pipe, rows, *rest)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(runner._family, "paint", picky)
    results = runner.run([job("good"), job("bad", pixels=poison), job("good too")], lambda *_: None)
    assert [type(result) for result in results] == [Picture, LostError, Picture]
    assert isinstance(results[2], Picture)
    assert np.abs(results[2].pixels.astype(int) - good).max() <= 1
    assert "1 2 3" not in str(results[1])


def test_an_error_of_the_device_loses_the_runner(runner: DiffusionRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> torch.Tensor:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered", 700)

    monkeypatch.setattr(runner._family, "paint", broken)
    with pytest.raises(LostError, match="restart"):
        runner.run([job(), job("other")], lambda *_: None)


def test_memory_that_is_short_for_four_does_for_two_and_the_runner_remembers(
    family: Family, planned: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = DiffusionRunner(planned(family), STYLES)
    runner.load()
    jobs = [job(str(number), seed=number, pixels=canvas(number)) for number in range(4)]
    alone = [painted(runner, each)[0] for each in jobs]
    decode = runner._loaded.pipe.vae.decode  # type: ignore[union-attr]  # it is loaded
    runs: list[int] = []

    def short(latents: torch.Tensor, **options: object) -> object:
        runs.append(len(latents))
        if len(latents) > 2:
            raise torch.OutOfMemoryError("injected")
        return decode(latents, **options)

    monkeypatch.setattr(runner._loaded.pipe.vae, "decode", short)  # type: ignore[union-attr]  # it is loaded
    before = living_tensors()
    together = painted(runner, *jobs)
    assert runs == [4, 2, 2]
    assert runner.batch == 2
    assert living_tensors() == before
    for row, single in zip(together, alone, strict=True):
        assert np.abs(row.astype(int) - single).max() <= 1
    runner.close()


def living_tensors() -> int:
    gc.collect()
    return sum(issubclass(type(each), torch.Tensor) for each in gc.get_objects())


def test_the_text_encoder_is_not_opened_again_and_pictures_stay_the_same(
    family: Family, checkpoints: Callable[[Family], Path], planned: Planner, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoints(family), folder)

    def start() -> Pixels:
        runner = DiffusionRunner(planned(family, folder=folder, home=tmp_path), STYLES)
        runner.load()
        try:
            return painted(runner, job())[0]
        finally:
            runner.close()

    first = start()
    for part in [*folder.glob("text_encoder*"), *folder.glob("tokenizer*")]:
        shutil.rmtree(part)
    assert np.array_equal(start(), first)
    for kept in (tmp_path / ".embeddings").iterdir():
        kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(LostError, match="text encoder is not there"):
        start()


def test_a_tiled_decoder_decodes_in_tiles_on_every_canvas(
    family: Family, planned: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = DiffusionRunner(planned(family), STYLES)
    runner.load()
    assert runner._loaded is not None
    vae = runner._loaded.pipe.vae
    tiles: list[torch.Tensor] = []
    decode = vae.tiled_decode

    def watched(latents: torch.Tensor, **options: object) -> object:
        tiles.append(latents)
        return decode(latents, **options)

    monkeypatch.setattr(vae, "tiled_decode", watched)
    whole = painted(runner, job())[0]
    assert not tiles
    loading.tile(vae, 256)
    assert painted(runner, job())[0].shape == whole.shape
    assert tiles
    runner.close()


def test_a_model_that_cannot_paint_is_lost_when_it_is_loaded(
    family: Family, planned: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = DiffusionRunner(planned(family), STYLES)

    def broken(*_: object) -> torch.Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(runner._family, "paint", broken)
    with pytest.raises(LostError, match="a first run of the model failed"):
        runner.load()


class TellingMemory(UnknownMemory):
    """A device with room for so many photos."""

    def __init__(self, room: int) -> None:
        self._room = room

    def free(self) -> int:
        return 1000 * self._room

    def peak(self) -> int:
        return 900


@pytest.mark.parametrize(("room", "batch"), [(2, 2), (1, 1), (8, 4)])
def test_what_one_photo_takes_says_how_many_share_a_run(
    family: Family, planned: Planner, monkeypatch: pytest.MonkeyPatch, room: int, batch: int
) -> None:
    monkeypatch.setattr("engine.diffusion.runner.memory", lambda _device: TellingMemory(room))
    runner = DiffusionRunner(planned(family, batch=4), STYLES)
    runner.load()
    assert runner.batch == batch
    runner.close()


def test_models_are_loaded_one_at_a_time(planned: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    opened = loading.open_painting

    def watched(*arguments: object) -> object:
        held.append(ONE_AT_A_TIME.locked())
        return opened(*arguments)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(loading, "open_painting", watched)
    runner = DiffusionRunner(planned(Family.SD15), STYLES)
    runner.load()
    runner.close()
    assert held == [True]
    assert not ONE_AT_A_TIME.locked()
    assert torch.nn.Linear(2, 2).weight.device.type == "cpu"


def test_a_style_that_has_nothing_for_the_family_is_declined(runner: DiffusionRunner, family: Family) -> None:
    style = catalogue()["ghibli"]
    bare_style = style.model_copy(update={"models": style.models.model_copy(update={family.value: None})})
    foreign = style.model_copy(update={"prompt": style.prompt.model_copy(update={"instruction": "x", "positive": "x"})})
    for one in (job(style=bare_style), job(style=foreign)):
        (result,) = runner.run([one], lambda *_: None)
        assert isinstance(result, DeclinedError)


def test_closing_gives_the_model_back(family: Family, planned: Planner) -> None:
    runner = DiffusionRunner(planned(family), STYLES)
    runner.load()
    painted(runner, job())
    assert runner._loaded is not None
    network = weakref.ref(getattr(runner._loaded.pipe, runner._family.network))
    runner.close()
    assert network() is None


def test_a_model_that_cannot_be_loaded_says_why_in_one_sentence(
    family: Family, checkpoints: Callable[[Family], Path], planned: Planner, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoints(family), folder)
    plan: Plan = planned(family, folder=folder, home=tmp_path)
    (folder / "vae" / "config.json").write_text("{}")
    with pytest.raises(LostError) as caught:
        DiffusionRunner(plan, STYLES).load()
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("precision", [Precision.INT8, Precision.FP8, Precision.BF16])
def test_klein_paints_in_every_precision(planned: Planner, precision: Precision) -> None:
    runner = DiffusionRunner(planned(Family.EDIT, precision=precision), STYLES)
    runner.load()
    assert painted(runner, job())[0].std() > 0
    runner.close()


def test_a_batch_in_bf16_is_as_exact_as_bf16(planned: Planner) -> None:
    runner = DiffusionRunner(planned(Family.EDIT, precision=Precision.BF16), STYLES)
    runner.load()
    jobs = [job(str(number), seed=number, pixels=canvas(number)) for number in range(4)]
    for row, each in zip(painted(runner, *jobs), jobs, strict=True):
        assert np.abs(row.astype(int) - painted(runner, each)[0]).max() <= 16  # a unit in bf16's last place is 1/128
    runner.close()
