"""`animify models` at a terminal: what is fetched is told, what is wrong is one line; against a hub on loopback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli import models as command
from engine.diffusion import classifier
from engine.diffusion import hub as our_hub
from engine.diffusion.models import KLEIN, KNOWN, SD15
from tests.cli.terminal import animify
from tests.engine.diffusion.fakehub import FakeHub, a_classifier, index, sd15, serving, tensors, unsettle

NAME = "someone/painter"
STYLE = Path(__file__).resolve().parents[2] / "styles" / "manga.toml"
INK = '[models.sd15.lora]\nrepo = "someone/ink"\nfile = "ink.safetensors"\n'


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    unsettle(monkeypatch)
    monkeypatch.setenv("COLUMNS", "300")
    with serving() as fake:
        for name in ("fetch_model", "fetch_lora", "fetch_classifier"):
            monkeypatch.setattr(our_hub, name, partial(getattr(our_hub, name), endpoint=fake.url))
        yield fake


@pytest.fixture
def ink(an_empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A style of the operator's with a LoRA for Stable Diffusion 1.5."""
    text = STYLE.read_text(encoding="utf-8").replace("[models.sdxl]", f"{INK}\n[models.sdxl]")
    (an_empty_place / "styles").mkdir()
    (an_empty_place / "styles" / "ink.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ANIMIFY_STYLES", "styles")


def error(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("animify: ")
    return line


def klein() -> dict[str, bytes]:
    files = {f"transformer/{path.partition('/')[2]}": data for path, data in sd15().items() if path.startswith("unet/")}
    files |= {path: data for path, data in sd15().items() if not path.startswith("unet/")}
    return files | {"model_index.json": index("Flux2KleinPipeline", transformer="A", vae="B", scheduler="C")}


def test_what_was_fetched_is_told(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = hub.repo(NAME, sd15()).main
    assert animify(monkeypatch, "models", "fetch", NAME) == 0
    told = capsys.readouterr()
    assert told.out == (
        f"{NAME}: fetched, creativeml-openrail-m, 0.0 MB, commit {commit[:8]}, in models/someone--painter\n"
    )
    assert told.err == ""
    assert animify(monkeypatch, "models", "fetch", NAME) == 0
    assert capsys.readouterr().out.startswith(f"{NAME}: already fetched")


def test_without_a_name_the_best_known_model_is_fetched(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.repo(KLEIN.id, klein(), card={"license": "apache-2.0"})
    assert animify(monkeypatch, "models", "fetch") == 0
    assert capsys.readouterr().out.startswith(f"{KLEIN.id}: fetched, apache-2.0")


def test_without_a_name_the_configured_model_is_fetched_into_the_configured_folder(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repo(NAME, sd15())
    monkeypatch.setenv("ANIMIFY_MODEL", NAME)
    monkeypatch.setenv("ANIMIFY_MODELS", "elsewhere")
    assert animify(monkeypatch, "models", "fetch") == 0
    assert Path("elsewhere/someone--painter/animify.json").exists()


@pytest.mark.usefixtures("ink")
def test_the_loras_of_the_model_and_of_the_styles_come_with_it(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert SD15.few_steps
    hub.repo(SD15.id, sd15())
    hub.repo(SD15.few_steps.repo, {SD15.few_steps.file: tensors(1)}, card={"license": "openrail++"})
    hub.repo("someone/ink", {"ink.safetensors": tensors(2)}, card={})
    assert animify(monkeypatch, "models", "fetch", SD15.id) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        SD15.id,
        f"{SD15.few_steps.repo} ({SD15.few_steps.file})",
        "someone/ink (ink.safetensors)",
        "note",
    ]
    assert "no licence named" in lines[2]
    assert "someone/ink is under a licence that its card does not name" in lines[3]


@pytest.mark.usefixtures("ink")
def test_a_configured_folder_gets_the_loras_alone(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.repo("someone/ink", {"ink.safetensors": tensors(2)})
    for path, data in sd15().items():
        Path("mine", path).parent.mkdir(parents=True, exist_ok=True)
        Path("mine", path).write_bytes(data)
    monkeypatch.setenv("ANIMIFY_MODEL", "mine")
    assert animify(monkeypatch, "models", "fetch") == 0
    assert capsys.readouterr().out.startswith("someone/ink (ink.safetensors): fetched")


@pytest.mark.parametrize("arguments", [["--safety"], [classifier.DEFAULT], ["--safety", classifier.DEFAULT]])
def test_the_safety_classifier_is_fetched_and_its_licence_told(
    arguments: list[str], hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = hub.repo(classifier.DEFAULT, a_classifier(), card={"license": "a-licence-of-its-own"}).main
    assert animify(monkeypatch, "models", "fetch", *arguments) == 0
    fetched, note = capsys.readouterr().out.splitlines()
    assert fetched.startswith(f"{classifier.DEFAULT}: fetched, a-licence-of-its-own, 0.0 MB, commit {commit[:8]}, in")
    assert (
        note
        == f"note: {classifier.DEFAULT} is under the licence a-licence-of-its-own; read its terms before you use it"
    )
    assert classifier.find(classifier.DEFAULT, Path("models")).commit == commit


@pytest.mark.parametrize("arguments", [["--safety"], ["someone/judge"]])
def test_another_safety_classifier_is_fetched_where_it_is_configured(
    arguments: list[str], hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repo("someone/judge", a_classifier("sfw", "porn"))
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "someone/judge")
    assert animify(monkeypatch, "models", "fetch", *arguments) == 0
    assert classifier.find("someone/judge", Path("models")).unsafe == {1}


@pytest.mark.parametrize(
    ("setting", "arguments", "words"),
    [
        ("none", [], "ANIMIFY_SAFETY_MODEL is none, so there is nothing to fetch"),
        ("./mine", [], "./mine is a local folder, so there is nothing to fetch"),
        ("none", ["./mine"], "./mine is a local folder, so there is nothing to fetch"),
        ("none", ["someone/dogs"], "someone/dogs does not part safe pictures from unsafe ones (its labels: cat, dog)"),
        ("none", [NAME], f"{NAME} has no file preprocessor_config.json"),
    ],
)
def test_what_can_not_be_fetched_as_a_safety_classifier_is_one_line(
    setting: str,
    arguments: list[str],
    words: str,
    hub: FakeHub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hub.repo("someone/dogs", a_classifier("cat", "dog"))
    hub.repo(NAME, sd15())
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", setting)
    assert animify(monkeypatch, "models", "fetch", "--safety", *arguments) == 1
    assert words in error(capsys)


def test_the_list_tells_safety_classifiers_from_models(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = hub.repo(classifier.DEFAULT, a_classifier(), card={"license": "apache-2.0"}).main
    assert animify(monkeypatch, "models", "fetch", "--safety") == 0
    Path("models/by-hand").mkdir()
    for path in ("config.json", "preprocessor_config.json"):
        Path("models/by-hand", path).write_bytes(a_classifier()[path])
    capsys.readouterr()
    assert animify(monkeypatch, "models", "list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[classifier.DEFAULT] == {
        "name": classifier.DEFAULT,
        "family": "safety",
        "size": len(tensors()),
        "licence": "apache-2.0",
        "state": "fetched",
        "commit": commit,
        "problem": None,
        "configured": True,
    }
    assert (rows["models/by-hand"]["family"], rows["models/by-hand"]["state"]) == ("safety", "incomplete")
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "none")
    assert animify(monkeypatch, "models", "list") == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(classifier.DEFAULT)]
    assert line.split()[1:] == ["safety", "0.0", "MB", "apache-2.0", "fetched", commit[:8]]


def test_a_licence_that_is_not_open_and_a_gate_are_noted(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = {"license": "other", "license_name": "[red]of-the-house[/]"}
    hub.repo(NAME, sd15(), card=card, gated="manual")
    monkeypatch.setenv("HF_TOKEN", "hf_of_a_person")
    assert animify(monkeypatch, "models", "fetch", NAME) == 0
    told = capsys.readouterr().out
    assert f"note: {NAME} is gated and under the licence [red]of-the-house[/]; read its terms" in told
    assert "hf_of_a_person" not in told


def test_a_terminal_gets_a_bar(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.repo(NAME, sd15())
    monkeypatch.setattr(command, "Console", partial(Console, force_terminal=True, width=100))
    assert animify(monkeypatch, "models", "fetch", NAME) == 0
    told = capsys.readouterr().err
    size = sum(map(len, sd15().values())) / 1000
    assert NAME in told
    assert f"{size:.1f}/{size:.1f} kB" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fetch", "."], ". is a local folder, so there is nothing to fetch"),
        (["fetch", "/nowhere"], "/nowhere is a local folder, so there is nothing to fetch"),
        (["fetch", "someone/gone"], "someone/gone is not on the hub"),
        (["fetch", "a name"], "a name is no name of a repository"),
        (["fetch", "someone/flux"], "is a FluxPipeline, which is not run here"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    arguments: list[str],
    words: str,
    hub: FakeHub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hub.repo("someone/flux", {"model_index.json": index("FluxPipeline")})
    assert animify(monkeypatch, "models", *arguments) == 1
    assert words in error(capsys)


@pytest.mark.parametrize("subcommand", ["fetch", "list"])
def test_without_the_libraries_the_way_to_them_is_told(
    subcommand: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    assert animify(monkeypatch, "models", subcommand) == 1
    assert "pip install -e '.[diffusion]'" in error(capsys)


def test_the_list_names_the_known_the_configured_and_what_lies_here(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = hub.repo(NAME, sd15()).main
    assert animify(monkeypatch, "models", "fetch", NAME) == 0
    Path("models/half--fetched/.partial").mkdir(parents=True)
    Path("models/by-hand").mkdir()
    monkeypatch.setenv("ANIMIFY_MODEL", "./mine")
    capsys.readouterr()
    assert animify(monkeypatch, "models", "list") == 0
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in capsys.readouterr().out.splitlines()[1:]}
    assert lines == {
        **{
            known.id: f"{known.family} {known.download / 1e9:.1f} GB {known.licence} not fetched"
            for known in KNOWN.values()
        },
        classifier.DEFAULT: f"(configured) safety {classifier.DOWNLOAD / 1e9:.1f} GB not fetched",
        "./mine": "(configured) ./mine: there is no such folder; "
        "mend its path, or name a model on the hub (owner/name)",
        "models/by-hand": "models/by-hand is no diffusers model folder: it has no sound model_index.json",
        "half/fetched": "not fetched",
        NAME: f"sd15 0.0 MB creativeml-openrail-m fetched {commit[:8]}",
    }


def test_the_list_is_told_to_programs_too(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lora = SD15.few_steps
    assert lora
    commit = hub.repo(lora.repo, {lora.file: tensors()}).main
    hub.repo(SD15.id, sd15())
    monkeypatch.setenv("ANIMIFY_MODEL", SD15.id)
    assert animify(monkeypatch, "models", "fetch") == 0
    Path("models/stable-diffusion-v1-5--stable-diffusion-v1-5/vae/config.json").unlink()
    capsys.readouterr()
    assert animify(monkeypatch, "models", "list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[lora.repo] == {
        "name": lora.repo,
        "family": "lora",
        "size": len(tensors()),
        "licence": "creativeml-openrail-m",
        "state": "fetched",
        "commit": commit,
        "problem": None,
        "configured": False,
    }
    assert (rows[KLEIN.id]["state"], rows[KLEIN.id]["configured"]) == ("not_fetched", False)
    broken = rows[SD15.id]
    assert (broken["state"], broken["configured"]) == ("incomplete", True)
    assert "vae/config.json is missing" in broken["problem"]


def test_a_lora_that_lost_a_byte_is_told_in_the_list(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lora = SD15.few_steps
    assert lora
    hub.repo(lora.repo, {lora.file: tensors()})
    folder = our_hub.fetch_lora(lora, Path("models"), on_progress=lambda *_: None).folder
    (folder / lora.file).write_bytes(tensors()[:-1])
    assert animify(monkeypatch, "models", "list") == 0
    assert f"{folder} is not whole; `animify models fetch` mends it" in capsys.readouterr().out


def test_no_other_command_waits_for_the_hubs_library() -> None:
    program = "import sys, bot.cli; print([name for name in ('huggingface_hub', 'torch') if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
