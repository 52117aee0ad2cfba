"""`animify doctor`: what is set up, what is missing and how to mend it, for people and for programs."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.cli import doctor
from bot.cli.diagnosis import Finding
from engine.diffusion import classifier, plan, weights
from engine.diffusion.models import KLEIN, SD15, Family
from engine.diffusion.plan import NoDeviceError
from engine.diffusion.profiles import Device, Kind
from engine.diffusion.weights import Manifest
from tests.cli.terminal import TOKEN, animify
from tests.engine.diffusion.fakehub import a_classifier

GIB = 2**30
CARD = Device(kind=Kind.CUDA, name="NVIDIA [Test]", total=24 * GIB, free=23 * GIB, capability=(8, 9))
CPU = Device(kind=Kind.CPU, name="CPU, 2 cores", total=8 * GIB, free=4 * GIB)

Devices = Callable[..., None]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Devices:
    """Let these devices be all that there are."""

    def find(*devices: Device) -> None:
        monkeypatch.setattr(plan, "survey", lambda: list(devices))
        monkeypatch.setattr(plan, "likely_gpu", lambda: devices[0].kind is not Kind.CPU)

    find(CPU)
    return find


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[str, str]]:
    """What is said, by what it is about; without the painter, which takes a second."""

    async def painted(_: object) -> Finding:
        return Finding("painter", fine=True, detail="")

    monkeypatch.setattr(doctor, "_painter", painted)

    def examine() -> dict[str, str]:
        animify(monkeypatch, "doctor")
        lines = capsys.readouterr().out.splitlines()
        return {line.split()[1]: f"{line[0]} {line[12:]}" for line in lines}

    return examine


def test_it_names_what_is_missing_and_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "doctor") == 1
    report = " ".join(capsys.readouterr().out.split())
    assert "✗ token" in report
    assert ".env.example" in report
    assert "✓ engine" in report
    assert not list(Path().iterdir())


def test_it_is_content_with_a_token_and_prints_the_invite(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert animify(monkeypatch, "doctor") == 0
    report = "".join(capsys.readouterr().out.split())
    assert "client_id=123456789012345678" in report
    assert "permissions=309237746688" in report
    assert "GAbcde" not in report


def test_it_opens_a_database_that_is_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    sqlite3.connect("animify.db").close()
    Path("animify.db").write_bytes(b"this is no database, and long enough to be read as one")
    assert animify(monkeypatch, "doctor") == 1
    assert "✗ database" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("gib", "capability", "words"),
    [
        (23, (8, 9), f"{KLEIN.id} in bf16, 1024 px, batch 4, offload none, since 23.0 GiB are free on it"),
        (11.5, (8, 9), f"{KLEIN.id} in bf16, 1024 px, batch 1, offload none"),
        (7.5, (8, 9), f"{KLEIN.id} in fp8, 768 px, batch 1, offload none"),
        (7.5, (7, 5), f"{KLEIN.id} in int8, 768 px, batch 1, offload none"),
        (5, (8, 9), f"{SD15.id} in bf16, 512 px, batch 1, offload none"),
    ],
)
def test_how_a_model_would_run_follows_from_what_is_free(
    gib: float, capability: tuple[int, int], words: str, found: Devices, report: Callable[[], dict[str, str]]
) -> None:
    found(replace(CARD, free=int(gib * GIB), capability=capability))
    told = report()
    assert told["devices"] == f"✓ NVIDIA [Test], {gib:.1f} of 24.0 GiB free"
    assert words in told["profile"]
    assert told["profile"].endswith("; not measured on a GPU yet")


def test_of_two_cards_the_fuller_one_decides(found: Devices, report: Callable[[], dict[str, str]]) -> None:
    found(CARD, replace(CARD, index=1, free=7 * GIB))
    told = report()
    assert told["devices"].count("GiB free") == 2
    assert "768 px" in told["profile"]


def test_a_card_that_is_too_small_is_left_to_the_painter(found: Devices, report: Callable[[], dict[str, str]]) -> None:
    found(replace(CARD, free=GIB))
    told = report()
    assert told["profile"].endswith("1.0 of 24.0 GiB free: too little for any model")
    assert told["engine"] == "· the painter, since no model can"


@pytest.mark.usefixtures("found")
def test_without_a_gpu_the_painter_serves_and_the_model_is_named_all_the_same(
    report: Callable[[], dict[str, str]],
) -> None:
    told = report()
    assert told["devices"] == "✓ no GPU; CPU, 2 cores, 4.0 of 8.0 GiB free"
    assert told["profile"] == "✓ none without a GPU"
    assert told["engine"] == "✓ the painter; with a GPU a model would paint"
    assert told["model"].startswith(f"· {KLEIN.id} is not fetched into models; `animify models fetch {KLEIN.id}`")
    assert told["model"].endswith("(edit, 16.0 GB, licence apache-2.0)")


@pytest.mark.usefixtures("found")
def test_a_model_on_the_cpu_is_called_slow(
    monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    monkeypatch.setenv("ANIMIFY_ENGINE", "diffusion")
    told = report()
    assert told["profile"].startswith(f"✓ {SD15.id} in fp32, 512 px")
    assert told["profile"].endswith("it is slow")
    assert told["engine"] == "· the painter, until the model is there"


@pytest.mark.usefixtures("found")
def test_the_painter_needs_no_model(monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]) -> None:
    monkeypatch.setenv("ANIMIFY_ENGINE", "painter")
    monkeypatch.setenv("ANIMIFY_MODEL", "./gone")
    told = report()
    assert told["model"].startswith("· ./gone: there is no such folder")
    assert told["engine"] == "✓ the painter, as ANIMIFY_ENGINE says"


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("auto", "✓ the painter; with the libraries and a GPU a model would paint"),
        ("diffusion", "✗ none: `animify run` does not start like this"),
    ],
)
def test_without_the_libraries_one_line_says_what_installs_them(
    engine: str, words: str, monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    monkeypatch.setattr(plan, "installed", lambda: False)
    monkeypatch.setenv("ANIMIFY_ENGINE", engine)
    told = report()
    assert [what for what, line in told.items() if "pip install -e '.[diffusion]'" in line] == ["devices"]
    assert "profile" not in told
    assert KLEIN.id in told["model"]
    assert told["engine"] == words


def test_libraries_that_do_not_work_leave_all_to_the_painter(
    monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    def broken() -> list[Device]:
        raise NoDeviceError("torch can't be imported (no such symbol)")

    monkeypatch.setattr(plan, "survey", broken)
    monkeypatch.setenv("ANIMIFY_ENGINE", "diffusion")
    told = report()
    assert told["devices"] == "· torch can't be imported (no such symbol)"
    assert told["engine"] == "· the painter, since no model can"


def test_a_model_that_lies_here_is_named_even_where_its_files_can_not_be_read(
    checkpoints: Callable[[Family], Path], monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    def unread(_: Path) -> bool:
        raise ModuleNotFoundError

    monkeypatch.setattr(plan, "installed", lambda: False)
    monkeypatch.setattr(weights, "_is_sound", unread)
    monkeypatch.setenv("ANIMIFY_MODEL", model := str(checkpoints(Family.SD15)))
    assert report()["model"] == f"· {model} can't be looked into before the libraries are installed"


def test_what_was_fetched_tells_its_licence_and_commit(
    checkpoints: Callable[[Family], Path],
    found: Devices,
    monkeypatch: pytest.MonkeyPatch,
    report: Callable[[], dict[str, str]],
) -> None:
    found(CARD)
    folder = Path(shutil.copytree(checkpoints(Family.EDIT), weights.place("someone/painter", Path("models"))))
    manifest = Manifest(
        repo="someone/painter",
        commit="0123456789abcdef",
        licence="[b]mine",
        gated=False,
        fetched=date(2026, 11, 25),
        files={},
    )
    (folder / weights.MANIFEST).write_text(manifest.model_dump_json())
    monkeypatch.setenv("ANIMIFY_MODEL", "someone/painter")
    told = report()
    assert told["model"] == "✓ someone/painter (edit, 0.6 MB, licence [b]mine), commit 01234567"
    assert told["engine"] == "✓ someone/painter, with the painter behind it"


def test_a_model_that_nobody_knows_yet_has_no_profile(
    found: Devices, monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    found(CARD)
    monkeypatch.setenv("ANIMIFY_MODEL", "someone/painter")
    assert report()["profile"] == "✓ not known before someone/painter is there"


def test_without_a_safety_classifier_it_says_what_fetches_one(report: Callable[[], dict[str, str]]) -> None:
    assert report()["safety"] == (
        f"· nothing is checked: {classifier.DEFAULT} is not fetched into models; "
        f"`animify models fetch --safety {classifier.DEFAULT}` fetches it"
    )


def test_a_safety_classifier_may_be_turned_off(
    monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "none")
    assert report()["safety"] == "✓ off, as ANIMIFY_SAFETY_MODEL says: nothing is checked"


def test_without_the_libraries_nothing_is_checked(
    monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    monkeypatch.setattr(classifier, "installed", lambda: False)
    assert report()["safety"] == "· nothing is checked: the libraries are not installed"
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "./judge")
    assert report()["safety"].startswith("✗ ANIMIFY_SAFETY_MODEL: what runs it is not installed")


def judge(folder: Path, *labels: str, fetched: bool) -> None:
    """A safety classifier that is there as far as can be told without loading it."""
    files = {path: data for path, data in a_classifier(*labels).items() if path.endswith((".json", ".safetensors"))}
    folder.mkdir(parents=True)
    for path, data in files.items():
        if "/" not in path:
            (folder / path).write_bytes(data)
    manifest = Manifest(
        repo="someone/judge",
        commit="0123456789abcdef",
        licence="[b]mine",
        gated=False,
        fetched=date(2026, 11, 25),
        files={},
    )
    if fetched:
        (folder / weights.MANIFEST).write_text(manifest.model_dump_json())


def test_the_safety_classifier_tells_its_licence_and_commit(
    monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    judge(Path("models/someone--judge"), fetched=True)
    judge(Path("mine"), fetched=False)
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "someone/judge")
    assert report()["safety"] == "✓ someone/judge (safety, 0.0 MB, licence [b]mine), commit 01234567"
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "./mine")
    assert report()["safety"] == "✓ ./mine (safety, 0.0 MB, licence unknown), a local folder"


def test_a_safety_classifier_that_can_not_judge_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, report: Callable[[], dict[str, str]]
) -> None:
    judge(Path("models/someone--judge"), "cat", "dog", fetched=True)
    judge(Path("mine"), "cat", "dog", fetched=False)
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "someone/judge")
    assert report()["safety"].startswith("✗ every photo is refused: someone/judge does not part safe pictures")
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "./mine")
    assert report()["safety"].startswith("✗ ANIMIFY_SAFETY_MODEL: ./mine does not part safe pictures")
    monkeypatch.setenv("ANIMIFY_SAFETY_MODEL", "no name")
    assert report()["safety"].startswith("✗ ANIMIFY_SAFETY_MODEL: no name is neither a folder nor a model on the hub")


def test_programs_are_told_the_same_and_nothing_else(
    checkpoints: Callable[[Family], Path],
    found: Devices,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found(CARD)
    model = str(checkpoints(Family.SD15))
    monkeypatch.setenv("ANIMIFY_MODEL", model)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert animify(monkeypatch, "doctor", "--json") == 0
    out = capsys.readouterr().out
    report: dict[str, Any] = json.loads(out)
    assert (report["ok"], report["engine"]) == (True, "auto")
    assert {"what", "fine", "needed", "detail"} == set(report["findings"][0])
    assert report["devices"][0]["free"] == 23 * GIB
    assert (report["profile"]["precision"], report["profile"]["size"]) == ("bf16", 512)
    size = report["model"].pop("size")
    assert 100_000 < size < 1_000_000
    assert report["model"] == {
        "name": model,
        "family": "sd15",
        "state": "local",
        "licence": None,
        "commit": None,
        "problem": None,
    }
    assert report["safety"] == {
        "name": classifier.DEFAULT,
        "family": "safety",
        "state": "not_fetched",
        "size": classifier.DOWNLOAD,
        "licence": None,
        "commit": None,
        "problem": f"{classifier.DEFAULT} is not fetched into models; "
        f"`animify models fetch --safety {classifier.DEFAULT}` fetches it",
    }
    assert "GAbcde" not in out


def test_programs_are_told_what_is_missing_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plan, "installed", lambda: False)
    assert animify(monkeypatch, "doctor", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["devices"], report["profile"]) == (False, [], None)
    assert (report["model"]["name"], report["model"]["state"]) == (KLEIN.id, "not_fetched")
