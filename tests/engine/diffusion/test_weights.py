"""What lies on disk is found, and what is wrong with it is told in one sentence that names file and mend."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from engine.diffusion import weights
from engine.diffusion.models import Family
from engine.diffusion.weights import Fault, Manifest, WeightsError, find, lora_file, place, revision
from styles import Lora
from tests.engine.diffusion.fakehub import clutter, index, sd15, tensors

NAME = "someone/painter"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FIRST, SECOND = (f"unet/diffusion_pytorch_model-0000{number}-of-00002.safetensors" for number in (1, 2))
FP16 = "vae/diffusion_pytorch_model.fp16.safetensors"
ENCODER = "text_encoder/model.safetensors"
SHARDS = "unet/diffusion_pytorch_model.safetensors.index.json"
VAE = "vae/diffusion_pytorch_model.safetensors"
LORA = Lora(repo="someone/ink", file="ink.safetensors")


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def fetched(home: Path, files: Mapping[str, bytes], repo: str = NAME) -> Path:
    folder = write(place(repo, home), files)
    manifest = Manifest(
        repo=repo,
        commit=COMMIT,
        licence="mit",
        gated=False,
        fetched=date(2026, 1, 2),
        files={path: len(data) for path, data in files.items()},
    )
    (folder / weights.MANIFEST).write_text(manifest.model_dump_json())
    return folder


def fault(look: Callable[[], object]) -> tuple[Fault, str]:
    with pytest.raises(WeightsError) as error:
        look()
    assert "\n" not in str(error.value)
    return error.value.fault, str(error.value)


def test_a_fetched_model_is_found_by_its_name(tmp_path: Path) -> None:
    folder = fetched(tmp_path, sd15())
    found = find(NAME, tmp_path)
    assert (found.name, found.folder, found.family) == (NAME, folder, Family.SD15)
    assert (found.commit, found.licence, revision(found)) == (COMMIT, "mit", COMMIT)
    assert found.size == sum(len(data) for path, data in sd15().items() if path.endswith(".safetensors"))
    assert found.has_text_encoder


def test_a_folder_of_the_operators_is_found_whatever_else_lies_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = find(str(write(tmp_path / "mine", sd15())), tmp_path)
    write(tmp_path / "mine", clutter())
    for name in ("mine", "./mine", str(tmp_path / "mine")):
        found = find(name, tmp_path / "models")
        assert (found.name, found.family, found.commit, found.licence) == (name, Family.SD15, None, None)
        assert found.size == plain.size
        assert revision(found) == revision(plain)


@pytest.mark.parametrize(
    ("kind", "net", "family"),
    [
        ("Flux2KleinPipeline", "transformer", Family.EDIT),
        ("Flux2KleinInpaintPipeline", "transformer", Family.EDIT),
        ("StableDiffusionImg2ImgPipeline", "unet", Family.SD15),
        ("LatentConsistencyModelPipeline", "unet", Family.SD15),
        ("StableDiffusionXLPipeline", "unet", Family.SDXL),
    ],
)
def test_the_family_is_that_of_the_pipelines_class(kind: str, net: str, family: Family, tmp_path: Path) -> None:
    files = {
        "model_index.json": index(kind, **{net: "A", "vae": "B", "scheduler": "C"}),
        f"{net}/config.json": b"{}",
        f"{net}/diffusion_pytorch_model.safetensors": tensors(),
        "vae/config.json": b"{}",
        VAE: tensors(),
        "scheduler/scheduler_config.json": b"{}",
    }
    found = find(str(write(tmp_path / "mine", files)), tmp_path)
    assert found.family is family
    assert not found.has_text_encoder


def test_a_name_that_was_never_fetched_is_told_with_the_command(tmp_path: Path) -> None:
    kind, text = fault(lambda: find(NAME, tmp_path))
    assert kind is Fault.NOT_FETCHED
    assert f"`animify models fetch {NAME}`" in text
    assert str(tmp_path) in text


def test_files_without_a_manifest_are_not_fetched(tmp_path: Path) -> None:
    write(place(NAME, tmp_path), sd15())
    assert fault(lambda: find(NAME, tmp_path))[0] is Fault.NOT_FETCHED


@pytest.mark.parametrize(
    "name", ["/nowhere/at/all", "./nowhere", "~/nowhere/at/all", "~nosuchuser/x", "nowhere", "a/b/c"]
)
def test_a_folder_that_is_not_there_is_told(name: str, tmp_path: Path) -> None:
    kind, text = fault(lambda: find(name, tmp_path))
    assert kind is Fault.NO_FOLDER
    assert name in text


@pytest.mark.parametrize("text", [None, b"", b"[]", b'{"no": "class"}', b"\xff"])
def test_a_folder_that_is_no_model_is_told(text: bytes | None, tmp_path: Path) -> None:
    files = {"a.txt": b""} if text is None else {"model_index.json": text}
    kind, told = fault(lambda: find(str(write(tmp_path / "mine", files)), tmp_path))
    assert kind is Fault.NO_MODEL
    assert "is no diffusers model folder" in told
    assert "mine" in told


def test_another_architecture_is_told_with_those_that_are_run(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", {"model_index.json": index("FluxPipeline")})
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.UNKNOWN
    assert "FluxPipeline" in text
    assert set(weights.ARCHITECTURES) <= set(text.replace(",", "").split())


@pytest.mark.parametrize("ending", sorted(weights.PICKLES))
def test_pickle_is_told_and_never_read(ending: str, tmp_path: Path) -> None:
    files = sd15()
    files[f"vae/diffusion_pytorch_model{ending}"] = files.pop(VAE)
    kind, text = fault(lambda: find(str(write(tmp_path / "mine", files)), tmp_path))
    assert kind is Fault.PICKLE
    assert "pickle; only safetensors are read" in text
    assert str(tmp_path / "mine" / "vae") in text


@pytest.mark.parametrize(
    "gone", [FIRST, SHARDS, VAE, "vae/config.json", "unet/config.json", "scheduler/scheduler_config.json"]
)
@pytest.mark.parametrize("by_hand", [True, False])
def test_what_is_missing_is_named(by_hand: bool, gone: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15()) if by_hand else fetched(tmp_path, sd15())
    (folder / gone).unlink()
    kind, text = fault(lambda: find(str(folder) if by_hand else NAME, tmp_path))
    assert kind is Fault.INCOMPLETE
    assert str((folder / gone).parent if gone in {VAE, SHARDS} and by_hand else folder / gone) in text
    assert ("copy it there anew" if by_hand else f"`animify models fetch {NAME}`") in text


@pytest.mark.parametrize("part", ["unet", "vae", "scheduler"])
def test_a_part_that_is_missing_is_named(part: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15())
    shutil.rmtree(folder / part)
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.INCOMPLETE
    assert str(folder / part) in text


@pytest.mark.parametrize(
    "data",
    [
        sd15()[SECOND][:-1],
        sd15()[SECOND][:30],
        sd15()[SECOND] + b"x",
        b"",
        b"<html>not found</html>",
        b"\xff" * 100,
    ],
)
def test_weights_that_are_cut_off_or_none_are_told(data: bytes, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15() | {SECOND: data})
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.DAMAGED
    assert str(folder / SECOND) in text


def test_an_index_of_shards_that_is_none_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15() | {SHARDS: b'{"weight_map": 3}'})
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.DAMAGED
    assert str(folder / SHARDS) in text


@pytest.mark.parametrize(
    "name",
    ["/etc/hostname", f"../{VAE}", "..", ".", "", f"../unet/{FIRST}", "sub/a.safetensors", "config.json", 5, None, 1.5],
)
def test_an_index_that_names_anything_but_files_beside_it_is_told(name: object, tmp_path: Path) -> None:
    told = json.dumps({"weight_map": {"a": FIRST.removeprefix("unet/"), "b": name}})
    folder = write(tmp_path / "mine", sd15() | {SHARDS: told.encode()})
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.DAMAGED
    assert text == f"{folder / SHARDS} names shards that are no safetensors files beside it; copy it there anew"


def test_a_file_of_another_size_than_was_fetched_is_told(tmp_path: Path) -> None:
    folder = fetched(tmp_path, sd15())
    (folder / "vae/config.json").write_bytes(b"{}")
    kind, text = fault(lambda: find(NAME, tmp_path))
    assert kind is Fault.DAMAGED
    assert "has 2 bytes and not 8" in text


@pytest.mark.parametrize("by_hand", [True, False])
def test_text_encoders_may_be_taken_away_and_the_revision_stays(by_hand: bool, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15()) if by_hand else fetched(tmp_path, sd15())
    name = str(folder) if by_hand else NAME
    before = find(name, tmp_path)
    (folder / ENCODER).unlink()
    half = find(name, tmp_path)
    for part in ("text_encoder", "tokenizer"):
        shutil.rmtree(folder / part)
    after = find(name, tmp_path)
    assert [before.has_text_encoder, half.has_text_encoder, after.has_text_encoder] == [True, False, False]
    assert before.size > half.size == after.size
    assert len({revision(each) for each in (before, half, after)}) == 1


@pytest.mark.parametrize("data", [tensors(4)[:-1], tensors(4)[:30], b"<html>not found</html>"])
@pytest.mark.parametrize("by_hand", [True, False])
def test_a_text_encoder_that_is_damaged_does_not_matter_to_what_paints(
    by_hand: bool, data: bytes, tmp_path: Path
) -> None:
    folder = write(tmp_path / "mine", sd15()) if by_hand else fetched(tmp_path, sd15())
    name = str(folder) if by_hand else NAME
    before = find(name, tmp_path)
    (folder / ENCODER).write_bytes(data)
    after = find(name, tmp_path)
    assert revision(after) == revision(before)
    assert after.has_text_encoder is by_hand  # whose sizes nobody has written down


def test_a_text_encoder_is_looked_for_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "mine", sd15() | encoder_in_shards())
    opened: list[Path] = []
    for owner, name in ((weights, "_is_sound"), (Path, "read_bytes")):
        monkeypatch.setattr(owner, name, noted(opened, getattr(owner, name)))
    assert find(str(folder), tmp_path).has_text_encoder
    assert {path.relative_to(folder).parts[0] for path in opened} == {"model_index.json", "unet", "vae"}


def noted(opened: list[Path], read: Callable[[Path], object]) -> Callable[[Path], object]:
    def reading(path: Path) -> object:
        opened.append(path)
        return read(path)

    return reading


def encoder_in_shards() -> dict[str, bytes]:
    names = [f"text_encoder_2/model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    made_of = dict.fromkeys(("unet", "vae", "scheduler", "text_encoder", "tokenizer", "text_encoder_2"), "A")
    return {
        "model_index.json": index("StableDiffusionPipeline", **made_of),
        "text_encoder_2/config.json": b"{}",
        "text_encoder_2/model.safetensors.index.json": b"{}",
        **dict.fromkeys(names, tensors()),
    }


@pytest.mark.parametrize(
    "gone",
    [
        ENCODER,
        "text_encoder/config.json",
        "text_encoder_2/model-00001-of-00002.safetensors",
        "text_encoder_2/model-00002-of-00002.safetensors",
        "text_encoder_2/model.safetensors.index.json",
    ],
)
def test_a_text_encoder_that_lacks_a_file_is_not_there(gone: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15() | encoder_in_shards())
    assert find(str(folder), tmp_path).has_text_encoder
    (folder / gone).unlink()
    assert not find(str(folder), tmp_path).has_text_encoder


def test_a_text_encoder_in_pickle_or_without_a_byte_is_not_there(tmp_path: Path) -> None:
    files = sd15() | {ENCODER: b""}
    assert not find(str(write(tmp_path / "empty", files)), tmp_path).has_text_encoder
    files["text_encoder/pytorch_model.bin"] = files.pop(ENCODER)
    assert not find(str(write(tmp_path / "pickle", files)), tmp_path).has_text_encoder


def test_a_text_encoder_that_the_system_does_not_let_us_see_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "mine", sd15())
    iterdir = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "text_encoder":
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert not find(str(folder), tmp_path).has_text_encoder


def test_what_one_part_is_there_in_only_is_taken_of_every_part_that_has_it(tmp_path: Path) -> None:
    net = "unet/diffusion_pytorch_model"
    files = {path: data for path, data in sd15().items() if not path.startswith(net)} | {
        f"{net}.safetensors": tensors(1),
        FP16: tensors(3, 16),
    }
    del files[VAE]
    plain = find(str(write(tmp_path / "plain", files)), tmp_path)
    assert plain.size == sum(len(files[path]) for path in (f"{net}.safetensors", FP16, ENCODER))
    files[f"{net}.fp16.safetensors"] = tensors(2, 16)
    both = find(str(write(tmp_path / "both", files)), tmp_path)
    assert both.size == sum(len(files[path]) for path in (f"{net}.fp16.safetensors", FP16, ENCODER))
    files[f"{net}.safetensors"] = tensors(99)
    assert revision(find(str(write(tmp_path / "other", files)), tmp_path)) == revision(both) != revision(plain)


def test_parts_that_are_there_in_different_variants_only_are_told(tmp_path: Path) -> None:
    files = {path: data for path, data in sd15().items() if not path.startswith("unet/diffusion")}
    files |= {"unet/diffusion_pytorch_model.ema.safetensors": tensors(), FP16: files.pop(VAE)}
    folder = write(tmp_path / "mine", files)
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.INCOMPLETE
    assert text == f"{folder} has parts as ema and fp16 only, which are not loaded together; copy it there anew"


@pytest.mark.parametrize("changed", ["model_index.json", FIRST, VAE, "unet/config.json"])
def test_the_revision_of_a_folder_changes_with_what_paints(changed: str, tmp_path: Path) -> None:
    first = find(str(write(tmp_path / "first", sd15())), tmp_path)
    data = tensors(99) if changed.endswith(".safetensors") else sd15()[changed].replace(b"}", b" }")
    second = find(str(write(tmp_path / "second", sd15() | {changed: data})), tmp_path)
    assert len(revision(first)) == 64
    assert revision(first) != revision(second)
    assert revision(first) == revision(find(str(write(tmp_path / "third", sd15())), tmp_path))


@pytest.mark.parametrize(
    ("names", "variant", "loaded"),
    [
        (["model.safetensors", "model.fp16.safetensors"], None, ["model.safetensors"]),
        (["model.fp16.safetensors", "model.bin"], "fp16", ["model.fp16.safetensors"]),
        (
            [
                "model.fp16-00001-of-00001.safetensors",
                "model.safetensors.index.fp16.json",
                "model-00001-of-00001.safetensors",
                "model.safetensors.index.json",
            ],
            None,
            ["model-00001-of-00001.safetensors", "model.safetensors.index.json"],
        ),
        (
            ["model-00001-of-00001.fp16.safetensors", "model.safetensors.index.fp16.json", "model.non_ema.safetensors"],
            "fp16",
            ["model-00001-of-00001.fp16.safetensors", "model.safetensors.index.fp16.json"],
        ),
        (["config.json", "model.bin"], None, []),
    ],
)
def test_one_variant_is_loaded_and_the_plain_one_first(
    names: list[str], variant: str | None, loaded: list[str]
) -> None:
    assert weights.variant(names) == variant
    assert weights.loaded(names) == loaded


def test_the_variant_of_the_other_parts_goes_before_plain_files() -> None:
    names = ["model.safetensors", "model.fp16.safetensors"]
    assert weights.loaded(names, "fp16") == names[1:]
    assert weights.loaded(names, "ema") == names[:1]


def test_a_fetched_lora_is_found(tmp_path: Path) -> None:
    folder = fetched(tmp_path, {LORA.file: tensors()}, LORA.repo)
    assert lora_file(LORA, tmp_path) == folder / LORA.file


def test_a_lora_that_is_not_here_is_told_with_the_command(tmp_path: Path) -> None:
    assert fault(lambda: lora_file(LORA, tmp_path))[0] is Fault.NOT_FETCHED
    fetched(tmp_path, {"other.safetensors": tensors()}, LORA.repo)
    kind, text = fault(lambda: lora_file(LORA, tmp_path))
    assert kind is Fault.NOT_FETCHED
    assert "ink.safetensors of someone/ink is not fetched; `animify models fetch`" in text


@pytest.mark.parametrize(
    ("data", "kind"), [(None, Fault.INCOMPLETE), (tensors()[:-1], Fault.DAMAGED), (bytes(328), Fault.DAMAGED)]
)
def test_a_lora_that_is_not_whole_is_told(data: bytes | None, kind: Fault, tmp_path: Path) -> None:
    file = fetched(tmp_path, {LORA.file: tensors()}, LORA.repo) / LORA.file
    file.unlink()
    if data is not None:
        file.write_bytes(data)
    found, text = fault(lambda: lora_file(LORA, tmp_path))
    assert found is kind
    assert str(file) in text


def test_what_the_system_does_not_let_us_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "mine", sd15())

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder / "unet"))

    monkeypatch.setattr(Path, "iterdir", refuse)
    kind, text = fault(lambda: find(str(folder), tmp_path))
    assert kind is Fault.UNREADABLE
    assert text == f"{folder / 'unet'}: Permission denied"


def test_a_manifest_that_is_damaged_counts_as_none(tmp_path: Path) -> None:
    folder = fetched(tmp_path, sd15())
    (folder / weights.MANIFEST).write_text(json.dumps({"repo": NAME}))
    assert weights.manifest(folder) is None
    assert fault(lambda: find(NAME, tmp_path))[0] is Fault.NOT_FETCHED


def test_looking_needs_neither_torch_nor_the_hubs_library(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", sd15())
    program = (
        "import sys; from pathlib import Path; from engine.diffusion.weights import find, revision;"
        f"revision(find({str(folder)!r}, Path()));"
        "print([name for name in ('torch', 'huggingface_hub', 'diffusers') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
