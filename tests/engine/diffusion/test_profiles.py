"""Profiles: what is chosen for a device, what the operator may say, and what can't be."""

import pytest

from engine.diffusion.models import KLEIN, KNOWN, SD15, SDXL, Family
from engine.diffusion.profiles import Device, Kind, Profile, ProfileError, Wishes, check, choose, default_model
from engine.diffusion.traits import Offload, Precision
from tests.engine.fakes import catalogue

GIB = 2**30


def gpu(gib: float, capability: tuple[int, int] = (8, 9)) -> Device:
    return Device(kind=Kind.CUDA, name="a GPU", total=round(gib * GIB), free=round(gib * GIB), capability=capability)


CPU = Device(kind=Kind.CPU, name="a CPU", total=16 * GIB, free=8 * GIB)


def chosen(device: Device, **wishes: object) -> Profile:
    said = Wishes(**wishes)  # type: ignore[arg-type]  # as the test says
    model = said.model or default_model(device)
    assert model is not None
    return choose(device, said, model, KNOWN[model].family)


@pytest.mark.parametrize(
    ("gib", "model", "precision", "size", "batch"),
    [
        (23.5, KLEIN.id, Precision.BF16, 1024, 4),
        (11.5, KLEIN.id, Precision.BF16, 1024, 1),
        (7.5, KLEIN.id, Precision.FP8, 768, 1),
        (5.5, SD15.id, Precision.BF16, 512, 1),
    ],
)
def test_the_free_memory_decides(gib: float, model: str, precision: Precision, size: int, batch: int) -> None:
    profile = chosen(gpu(gib))
    assert (profile.model, profile.precision, profile.size, profile.batch) == (model, precision, size, batch)
    assert profile.offload is Offload.NONE
    assert f"{gib} GiB" in profile.why


def test_a_gpu_without_fp8_gets_int8() -> None:
    assert chosen(gpu(7.5, (8, 6))).precision is Precision.INT8


def test_next_to_no_memory_is_the_painters() -> None:
    assert default_model(gpu(1.5)) is None


@pytest.mark.parametrize("model", [KLEIN.id, SDXL.id, SD15.id])
def test_a_model_that_was_named_runs_with_little_memory_too(model: str) -> None:
    assert chosen(gpu(2.5), model=model).offload is not Offload.NONE


def test_the_operator_has_the_last_word_and_the_profile_says_so() -> None:
    profile = chosen(gpu(23.5), precision=Precision.INT8, size=512, batch=2, offload=Offload.MODEL)
    assert (profile.precision, profile.size, profile.batch, profile.offload) == (
        Precision.INT8,
        512,
        2,
        Offload.MODEL,
    )
    assert "precision int8" in profile.why


def test_on_a_cpu_it_computes_in_full_precision_one_photo_at_a_time() -> None:
    profile = chosen(CPU)
    assert (profile.model, profile.precision, profile.batch) == (SD15.id, Precision.FP32, 1)


def test_a_single_photo_gets_a_canvas_made_to_measure_and_photos_that_share_runs_do_not() -> None:
    assert chosen(gpu(11.5)).canvases.free
    assert not chosen(gpu(23.5)).canvases.free


@pytest.mark.parametrize(
    ("device", "wishes", "named"),
    [
        (gpu(24), {"model": SD15.id, "precision": Precision.FP8}, "ANIMIFY_PRECISION"),
        (gpu(24), {"model": SD15.id, "size": 1024}, "ANIMIFY_SIZE"),
        (gpu(24), {"precision": Precision.INT8, "offload": Offload.LAYERS}, "ANIMIFY_OFFLOAD"),
        (CPU, {"offload": Offload.MODEL}, "ANIMIFY_OFFLOAD"),
        (gpu(7), {"precision": Precision.BF16}, "ANIMIFY_PRECISION"),
    ],
)
def test_what_cannot_be_is_named(device: Device, wishes: dict[str, object], named: str) -> None:
    with pytest.raises(ProfileError, match=named):
        chosen(device, **wishes)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ProfileError) as caught:
        check(Wishes(precision=Precision.FP8, size=1024, offload=Offload.LAYERS), Family.SD15)
    assert len(str(caught.value).splitlines()) == 3


def test_jobs_that_may_share_a_run_are_known_by_their_style_and_strength() -> None:
    profile, styles = chosen(gpu(24)), list(catalogue().values())
    assert len({profile.alike(style, 0.5) for style in styles}) == 1  # klein's tunings are the same in all of them
    assert profile.alike(styles[0], 0.5) != profile.alike(styles[0], 0.0)


def test_a_family_that_is_not_known_yet_is_no_problem() -> None:
    check(Wishes(precision=Precision.FP8, size=1024), None)
