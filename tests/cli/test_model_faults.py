"""A model that can't paint is told in one clear sentence, the same by `animify transform` and `animify doctor`."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.cli import doctor
from bot.cli.diagnosis import Finding
from engine.diffusion.models import Family
from tests.cli.terminal import TOKEN, animify

UNET = "unet/diffusion_pytorch_model"


def rewritten(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def without_index(model: Path) -> None:
    (model / "model_index.json").unlink()


def without_a_shard(model: Path) -> None:
    shards = [f"diffusion_pytorch_model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    (model / f"{UNET}.safetensors").rename(model / "unet" / shards[0])
    index = {"weight_map": dict(zip("ab", shards, strict=True))}
    (model / f"{UNET}.safetensors.index.json").write_text(json.dumps(index))


def cut_off(model: Path) -> None:
    weights = model / f"{UNET}.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def pickled(model: Path) -> None:
    (model / f"{UNET}.safetensors").rename(model / f"{UNET}.bin")


def of_another_kind(model: Path) -> None:
    rewritten(model / "model_index.json", _class_name="FluxPipeline")


def as_it_was(_: Path) -> None:
    pass


@dataclass(frozen=True)
class Case:
    """What is done to a good model, what is set, and what is said of it; and whether `animify run` refuses to start."""

    spoil: Callable[[Path], None]
    words: str
    settings: dict[str, str] = field(default_factory=dict)
    refused: bool = True


CASES = {
    "no model": Case(without_index, "model is no diffusers model folder: it has no sound model_index.json"),
    "a shard is missing": Case(without_a_shard, "00002-of-00002.safetensors is missing; copy it there anew"),
    "cut off": Case(cut_off, "model.safetensors is cut off or no safetensors file"),
    "pickle": Case(pickled, "are pickle; only safetensors are read"),
    "another kind": Case(of_another_kind, "is a FluxPipeline, which is not run here"),
    "no such precision": Case(as_it_was, "ANIMIFY_PRECISION: input should be", {"ANIMIFY_PRECISION": "fp7"}),
    "the wrong precision": Case(as_it_was, "ANIMIFY_PRECISION: fp8", {"ANIMIFY_PRECISION": "fp8"}),
    "too large": Case(as_it_was, "ANIMIFY_SIZE: 1024 is more than sd15", {"ANIMIFY_SIZE": "1024"}),
    "nowhere to wait": Case(as_it_was, "ANIMIFY_OFFLOAD: model needs", {"ANIMIFY_OFFLOAD": "model"}, refused=False),
}


@pytest.fixture(params=list(CASES))
def case(
    request: pytest.FixtureRequest, checkpoints: Callable[[Family], Path], monkeypatch: pytest.MonkeyPatch
) -> Case:
    chosen = CASES[request.param]
    chosen.spoil(Path(shutil.copytree(checkpoints(Family.SD15), "model")))
    for name, value in chosen.settings.items():
        monkeypatch.setenv(name, value)
    return chosen


def test_it_ends_a_transform(
    case: Case, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "transform", photo, "--style", "ghibli", "--model", "./model", "--output", "out") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("animify: ")
    assert case.words in line
    assert not Path("out").exists()


def test_the_doctor_finds_it(case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def painted(_: object) -> Finding:
        return Finding("painter", fine=True, detail="")

    monkeypatch.setattr(doctor, "_painter", painted)
    monkeypatch.setenv("ANIMIFY_ENGINE", "diffusion")
    monkeypatch.setenv("ANIMIFY_MODEL", "./model")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert animify(monkeypatch, "doctor") == int(case.refused)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if case.words in line]
    assert line[0] == ("✗" if case.refused else "·")


def test_what_only_loading_shows_is_told_once_for_all_photos(
    checkpoints: Callable[[Family], Path],
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = Path(shutil.copytree(checkpoints(Family.SD15), "model"))
    rewritten(model / "unet" / "config.json", layers_per_block=2)
    monkeypatch.setenv("ANIMIFY_SIZE", "256")
    photos = [photo, photo.with_name("other.jpg"), photo.with_name("third.jpg")]
    for copy in photos[1:]:
        shutil.copy(photo, copy)
    assert animify(monkeypatch, "transform", *photos, "--style", "ghibli", "--model", "./model", "--output", "out") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("animify: model was lost: model: the model can't be loaded (ValueError: ")
    assert not Path("out").exists()
