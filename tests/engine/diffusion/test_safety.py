"""Safety classifiers: tiny ones in a true class, found and loaded as real ones are."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.diffusion import classifier
from engine.diffusion.foreign import ONE_AT_A_TIME
from engine.diffusion.weights import Fault, WeightsError
from engine.errors import LostError
from engine.safety import NOT_JUDGED, LocalChecker, State
from tests.engine.diffusion.tiny import build_classifier
from tests.engine.fakes import photo

SURE = 20.0  # of a logit, so that its label has all of the share


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier that looks, and knows nothing; not to be changed."""
    return build_classifier(tmp_path_factory.mktemp("classifiers") / "seeing")


@pytest.fixture
def copy(seeing: Path, tmp_path: Path) -> Path:
    """One that a test may spoil."""
    return Path(shutil.copytree(seeing, tmp_path / "copy"))


def rewritten(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def checker_of(folder: Path) -> LocalChecker:
    return LocalChecker(folder.name, partial(classifier.load, str(folder), folder))


async def verdict_of(folder: Path) -> tuple[bool, float | None]:
    checker = checker_of(folder)
    verdict = await checker.check(photo())
    await checker.close()
    return verdict.unsafe, verdict.score


@pytest.mark.parametrize(("normal", "nsfw", "share"), [(SURE, 0, 0.0), (0, SURE, 1.0), (0, 0, 0.5), (1, 0, 0.268941)])
async def test_the_share_of_the_unsafe_label_decides(normal: float, nsfw: float, share: float, tmp_path: Path) -> None:
    unsafe, score = await verdict_of(build_classifier(tmp_path / "tiny", normal, nsfw))
    assert unsafe is (share >= 0.5)
    assert score == pytest.approx(share, abs=1e-6)


async def test_all_labels_that_are_unsafe_count_together(tmp_path: Path) -> None:
    labels = ("drawings", " Hentai", "neutral", "PORN", "sexy")
    folder = build_classifier(tmp_path / "tiny", 0, 0, 0, 0, 0, labels=labels)
    unsafe, score = await verdict_of(folder)
    assert unsafe
    assert score == pytest.approx(0.6)


async def test_photos_of_every_shape_are_seen_as_transformers_own_pipeline_sees_them(seeing: Path) -> None:
    from PIL import Image  # noqa: PLC0415 - only here
    from transformers import ViTForImageClassification  # noqa: PLC0415 - only here

    model = ViTForImageClassification.from_pretrained(seeing).eval()
    score = classifier.load(str(seeing), seeing)
    seen = set()
    for height, width in ((1600, 1067), (64, 1024), (3, 3), (32, 32)):
        pixels = photo(height, width)
        pixels.flags.writeable = False
        small = np.asarray(Image.fromarray(pixels).resize((32, 32), Image.Resampling.BILINEAR), np.float32)
        with torch.inference_mode():
            logits = model(torch.from_numpy(small / 255 * 2 - 1).permute(2, 0, 1)[None]).logits
        assert score(pixels) == pytest.approx(logits.softmax(-1)[0, 1].item(), abs=1e-5)
        seen.add(score(pixels))
    assert len(seen) > 1


async def test_the_network_that_loses_its_numbers_judges_nothing(copy: Path) -> None:
    tensors = load_file(copy / "model.safetensors")
    tensors["classifier.bias"][:] = torch.nan
    save_file(tensors, copy / "model.safetensors", {"format": "pt"})
    assert await verdict_of(copy) == (True, None)


def test_it_is_loaded_while_nothing_else_is(seeing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.diffusion import safety  # noqa: PLC0415 - what is watched is loaded late

    held: list[bool] = []
    opened = safety._opened

    def watched(found: classifier.Classifier) -> object:
        held.append(ONE_AT_A_TIME.locked())
        return opened(found)

    monkeypatch.setattr(safety, "_opened", watched)
    classifier.load(str(seeing), seeing)
    assert held == [True]
    assert not ONE_AT_A_TIME.locked()


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def cut_off(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def labelled(*labels: str, **more: object) -> Callable[[Path], None]:
    named = {str(number): label for number, label in enumerate(labels)}
    return lambda folder: rewritten(folder / "config.json", id2label=named, **more)


def garbled(folder: Path) -> None:
    (folder / "config.json").write_bytes(b"\xff{")


FOUND = {
    "no config": (without("config.json"), Fault.INCOMPLETE, "config.json is missing"),
    "no processor": (without("preprocessor_config.json"), Fault.INCOMPLETE, "preprocessor_config.json is missing"),
    "no weights": (without("model.safetensors"), Fault.INCOMPLETE, "has no safetensors file in it"),
    "cut off": (cut_off, Fault.DAMAGED, "is cut off or no safetensors file"),
    "pickle": (pickled, Fault.PICKLE, "only safetensors are read"),
    "garbled": (garbled, Fault.NO_MODEL, "is no classifier: it has no config.json that names labels"),
    "other labels": (labelled("cat", "dog"), Fault.UNKNOWN, "does not part safe pictures from unsafe ones"),
    "labels of their own": (labelled("LABEL_0", "LABEL_1"), Fault.UNKNOWN, "(its labels: LABEL_0, LABEL_1)"),
    "nothing is safe": (labelled("nsfw", "porn"), Fault.UNKNOWN, "(its labels: nsfw, porn); choose another"),
    "several at once": (
        labelled("normal", "nsfw", problem_type="multi_label_classification"),
        Fault.UNKNOWN,
        "does not part",
    ),
}


@pytest.mark.parametrize("case", FOUND)
async def test_what_can_be_known_without_loading_is_one_sentence(
    case: str, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spoil, fault, words = FOUND[case]
    spoil(copy)
    with pytest.raises(WeightsError) as error:
        classifier.find(str(copy), copy.parent)
    assert error.value.fault is fault
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    checker = checker_of(copy)
    assert await checker.check(photo()) == NOT_JUDGED
    assert checker.state is State.FAILED
    assert str(error.value) in caplog.text
    await checker.close()


def of_another_kind(folder: Path) -> None:
    rewritten(folder / "config.json", model_type="bert")


def of_nobodys_kind(folder: Path) -> None:
    rewritten(folder / "config.json", model_type="nobody-knows", auto_map={"AutoConfig": "code.Config"})
    (folder / "code.py").write_text("raise SystemExit('this code must not run')")


def of_another_size(folder: Path) -> None:
    rewritten(folder / "config.json", hidden_size=32)


def without_a_head(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})


def prepared_by_nobody(folder: Path) -> None:
    rewritten(folder / "preprocessor_config.json", image_processor_type="Nobody")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (of_another_kind, "the model can't be loaded (ValueError"),
        (of_nobodys_kind, "the model can't be loaded (ValueError"),
        (of_another_size, "the model can't be loaded (RuntimeError"),
        (without_a_head, "tensors are missing in the files, classifier.bias among them"),
        (prepared_by_nobody, "the model can't be loaded (ValueError"),
    ],
)
def test_what_only_loading_shows_is_one_sentence_too(spoil: Callable[[Path], None], words: str, copy: Path) -> None:
    spoil(copy)
    with pytest.raises(LostError) as error:
        classifier.load(str(copy), copy.parent)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def in_a_variant(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model.fp16.safetensors")


def in_shards(folder: Path) -> None:
    from transformers import ViTForImageClassification  # noqa: PLC0415 - only here

    model = ViTForImageClassification.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="10KB")
    assert (folder / "model.safetensors.index.json").exists()


@pytest.mark.parametrize("split", [in_a_variant, in_shards])
def test_weights_may_come_in_other_files(split: Callable[[Path], None], seeing: Path, copy: Path) -> None:
    split(copy)
    assert classifier.load(str(copy), copy)(photo()) == classifier.load(str(seeing), seeing)(photo())


def test_a_classifier_is_told_from_a_diffusion_model(copy: Path, tmp_path: Path) -> None:
    assert classifier.lies_in(copy)
    (copy / "model_index.json").write_text("{}")
    assert not classifier.lies_in(copy)
    assert not classifier.lies_in(tmp_path / "gone")


def test_a_classifier_needs_no_diffusers_and_no_torchvision(seeing: Path) -> None:
    program = """
import sys
from pathlib import Path
from engine.diffusion import classifier
assert "torch" not in sys.modules
assert classifier.installed()
classifier.load(sys.argv[1], Path())
print([name for name in ("diffusers", "torchvision") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program, str(seeing)], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_libraries_that_do_not_work_are_one_sentence(seeing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "engine.diffusion.safety", None)
    with pytest.raises(LostError, match=r"its libraries can't be imported \(ModuleNotFoundError\)"):
        classifier.load(str(seeing), seeing)


async def test_pictures_that_come_at_once_are_all_judged(seeing: Path) -> None:
    checker = checker_of(seeing)
    verdicts = await asyncio.gather(*(checker.check(photo(height)) for height in (64, 96, 128)))
    assert all(verdict.judged for verdict in verdicts)
    await checker.close()
