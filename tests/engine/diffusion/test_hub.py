"""What is fetched, at which commit, and what is told when it was not; against a hub on loopback."""

import errno
import json
import shutil
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import constants

from engine.diffusion import classifier, weights
from engine.diffusion import hub as our_hub
from engine.diffusion.hub import Fetched, HubError, fetch_classifier, fetch_lora, fetch_model
from styles import Lora
from tests.engine.diffusion.fakehub import (
    SIGNATURE,
    FakeHub,
    a_classifier,
    clutter,
    index,
    sd15,
    serving,
    tensors,
    unsettle,
)

NAME = "someone/painter"
SHARD = "unet/diffusion_pytorch_model-00001-of-00002.safetensors"
LORA = Lora(repo="someone/ink", file="ink.safetensors")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    unsettle(monkeypatch)
    with serving() as fake:
        yield fake


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "models"


def fetch(hub: FakeHub, home: Path, *, refresh: bool = False, seen: list[tuple[int, int]] | None = None) -> Fetched:
    told = [] if seen is None else seen
    return fetch_model(
        NAME, home, endpoint=hub.url, on_progress=lambda done, total: told.append((done, total)), refresh=refresh
    )


def lying(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(hub: FakeHub, home: Path) -> str:
    """The one sentence that a fetch ends with."""
    with pytest.raises(HubError) as error:
        fetch(hub, home)
    assert error.value.__suppress_context__ or error.value.__context__ is None  # a chain would print addresses
    text = str(error.value)
    assert "\n" not in text
    assert "http" not in text
    return text


def test_what_is_loaded_is_fetched_and_nothing_else(hub: FakeHub, home: Path) -> None:
    commit = hub.repo(NAME, sd15() | clutter()).main
    fetched = fetch(hub, home)
    files = lying(fetched.folder)
    manifest = json.loads(files.pop("animify.json"))
    assert files == sd15()
    assert fetched.folder == home / "someone--painter"
    assert not fetched.already
    assert manifest["files"] == {path: len(data) for path, data in sd15().items()}
    assert (manifest["repo"], manifest["commit"]) == (NAME, commit)
    assert (manifest["licence"], manifest["gated"]) == ("creativeml-openrail-m", False)
    assert fetched.size == sum(map(len, sd15().values()))
    found = weights.find(NAME, home)
    assert (found.commit, found.licence, found.has_text_encoder) == (commit, "creativeml-openrail-m", True)


def test_the_commit_is_resolved_once_and_stays_when_main_moves(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(NAME, sd15())
    first = repo.main

    def move(*_: int) -> None:
        repo.push(sd15() | {"vae/config.json": b"{}"})

    fetch_model(NAME, home, endpoint=hub.url, on_progress=move)
    assert len(hub.asked("/api/models/")) == 1
    assert {request.path.split("/")[4] for request in hub.asked("/resolve/")} == {first}
    assert repo.main != first
    assert weights.find(NAME, home).commit == first
    hub.requests.clear()
    again = fetch(hub, home)
    assert again.already
    assert again.manifest.commit == first
    assert not hub.requests


def test_a_refresh_takes_the_newest_commit_and_only_what_it_changed(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(NAME, sd15())
    fetch(hub, home)
    changed = {path: data for path, data in sd15().items() if path != "tokenizer/merges.txt"}
    newest = repo.push(changed | {"vae/diffusion_pytorch_model.safetensors": tensors(33)})
    hub.requests.clear()
    fetched = fetch(hub, home, refresh=True)
    assert fetched.manifest.commit == weights.find(NAME, home).commit == newest
    assert [request.path.split("/")[-1] for request in hub.asked("/resolve/")] == [
        "diffusion_pytorch_model.safetensors"
    ]
    assert lying(fetched.folder).keys() - {"animify.json"} == changed.keys()


def test_a_refresh_that_fails_leaves_the_old_model_whole(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(NAME, sd15())
    first = repo.main
    fetch(hub, home)
    repo.push(sd15() | {"vae/config.json": b'{"a": 2}', SHARD: tensors(34, 4096)})
    hub.lies[SHARD] = tensors(35, 4096)
    with pytest.raises(HubError):
        fetch(hub, home, refresh=True)
    found = weights.find(NAME, home)
    assert found.commit == first
    assert (found.folder / "vae/config.json").read_bytes() == sd15()["vae/config.json"]


def test_what_went_missing_is_fetched_at_the_commit_of_the_rest(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(NAME, sd15())
    first = repo.main
    folder = fetch(hub, home).folder
    repo.push(sd15() | {"vae/config.json": b"{}"})
    (folder / "text_encoder/model.safetensors").unlink()
    (folder / SHARD).write_bytes(b"\0" * len(sd15()[SHARD]))
    hub.requests.clear()
    assert fetch(hub, home).manifest.commit == first
    assert len(hub.asked("/resolve/")) == 2
    assert {path: data for path, data in lying(folder).items() if path != "animify.json"} == sd15()


def test_a_cut_connection_goes_on_where_it_was_cut(hub: FakeHub, home: Path) -> None:
    hub.repo(NAME, sd15())
    hub.cuts[SHARD] = [5500]
    seen: list[tuple[int, int]] = []
    assert fetch(hub, home, seen=seen).folder.joinpath(SHARD).read_bytes() == sd15()[SHARD]
    assert [request.range for request in hub.asked("/store/") if SHARD in request.path] == [None, "bytes=5000-"]
    assert seen == sorted(seen)


def test_a_fetch_that_was_ended_goes_on_where_it_stopped(hub: FakeHub, home: Path) -> None:
    hub.repo(NAME, sd15())
    size = len(sd15()[SHARD])

    def end(done: int, total: int) -> None:
        if done > total - size:  # the interrupt of a person
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_model(NAME, home, endpoint=hub.url, on_progress=end)
    with pytest.raises(weights.WeightsError, match="not fetched"):
        weights.find(NAME, home)
    had = hub.asked("/resolve/")
    (part,) = (home / "someone--painter" / ".partial").rglob(Path(SHARD).name)
    have = part.stat().st_size
    assert 0 < have < size
    hub.requests.clear()
    seen: list[tuple[int, int]] = []
    fetch(hub, home, seen=seen)
    assert [request.range for request in hub.asked("/resolve/") if SHARD in request.path] == [f"bytes={have}-"]
    assert len(hub.asked("/resolve/")) == len(sd15()) - len(had) + 1  # what had come whole does not come again
    total = sum(map(len, sd15().values()))
    assert seen[-1] == (total, total)
    assert not (home / "someone--painter" / ".partial").exists()


def test_a_hub_that_always_cuts_is_told_and_what_came_is_kept(hub: FakeHub, home: Path) -> None:
    hub.repo(NAME, sd15())
    hub.cuts[SHARD] = [5000, *([0] * 10)]
    assert "goes on where it stopped" in told(hub, home)
    hub.cuts.clear()
    hub.requests.clear()
    fetch(hub, home)
    assert [request.range for request in hub.asked("/store/") if SHARD in request.path] == ["bytes=5000-"]


def test_where_only_a_variant_is_there_it_is_fetched(hub: FakeHub, home: Path) -> None:
    plain, only = "diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.fp16.safetensors"
    files = sd15()
    files[only] = files.pop(f"vae/{plain}")
    hub.repo(NAME, files)
    folder = fetch(hub, home).folder
    assert (folder / only).exists()
    assert weights.variant(path.name for path in (folder / "vae").iterdir()) == "fp16"
    assert weights.find(NAME, home).size > 0


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ({"license": "apache-2.0"}, "apache-2.0"),
        ({"license": "other", "license_name": "a-licence-of-mine"}, "a-licence-of-mine"),
        ({"license": "other"}, "other"),
        ({}, None),
    ],
)
def test_the_licence_is_the_one_of_the_card(
    card: dict[str, str], licence: str | None, hub: FakeHub, home: Path
) -> None:
    hub.repo(NAME, sd15(), card=card)
    assert fetch(hub, home).manifest.licence == licence


def test_a_lora_is_one_file_and_another_joins_it_at_the_same_commit(hub: FakeHub, home: Path) -> None:
    files = {"ink.safetensors": tensors(1), "wash.safetensors": tensors(2), "more.safetensors": tensors(3)}
    repo = hub.repo(LORA.repo, files)
    first = repo.main
    fetch = partial(fetch_lora, home=home, endpoint=hub.url, on_progress=lambda *_: None)
    assert lying(fetch(LORA).folder).keys() == {"ink.safetensors", "animify.json"}
    repo.push(files | {"wash.safetensors": tensors(4)})
    wash = LORA.model_copy(update={"file": "wash.safetensors"})
    joined = fetch(wash)
    assert joined.manifest.commit == first
    assert joined.manifest.files.keys() == {"ink.safetensors", "wash.safetensors"}
    assert weights.lora_file(wash, home).read_bytes() == tensors(2)
    assert fetch(LORA).already


def test_a_lora_that_the_repository_lacks_is_told(hub: FakeHub, home: Path) -> None:
    hub.repo(LORA.repo, {"other.safetensors": tensors()})
    with pytest.raises(HubError, match=r"someone/ink has no file ink\.safetensors"):
        fetch_lora(LORA, home, endpoint=hub.url, on_progress=lambda *_: None)


def test_a_disk_that_is_too_small_is_told_before_anything_large_is_fetched(
    hub: FakeHub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repo(NAME, sd15())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    assert "0.0 GB are free there" in told(hub, home)
    assert not hub.asked("/store/")
    assert not (home / "someone--painter" / "animify.json").exists()


def test_a_disk_that_gets_full_on_the_way_leaves_no_manifest(
    hub: FakeHub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repo(NAME, sd15())

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(our_hub, "http_get", full)
        assert told(hub, home).startswith(f"the disk of {home / 'someone--painter'} is full; make room")
    assert not (home / "someone--painter" / "animify.json").exists()
    fetch(hub, home)


@pytest.mark.parametrize("path", [SHARD, "vae/config.json"])
def test_other_bytes_than_promised_are_thrown_away(path: str, hub: FakeHub, home: Path) -> None:
    hub.repo(NAME, sd15())
    hub.lies[path] = bytes(len(sd15()[path]))
    assert told(hub, home).startswith(f"{path} of {NAME} came with other bytes")
    assert not (home / "someone--painter" / "animify.json").exists()
    hub.lies.clear()
    assert fetch(hub, home).folder.joinpath(path).read_bytes() == sd15()[path]


def test_pickle_is_never_fetched(hub: FakeHub, home: Path) -> None:
    files = sd15()
    files["vae/diffusion_pytorch_model.bin"] = files.pop("vae/diffusion_pytorch_model.safetensors")
    hub.repo(NAME, files)
    assert "its vae as pickle alone" in told(hub, home)
    assert not hub.asked(".bin")


def test_a_part_that_nobody_pushed_is_told(hub: FakeHub, home: Path) -> None:
    hub.repo(NAME, {path: data for path, data in sd15().items() if not path.startswith("unet/")})
    assert "has no unet" in told(hub, home)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pytorch_lora_weights.safetensors": tensors()}, "has no file model_index.json"),
        (sd15() | {"model_index.json": b"[]"}, "is no diffusers model"),
        (sd15() | {"model_index.json": index("FluxPipeline")}, "is a FluxPipeline, which is not run here"),
    ],
)
def test_what_is_no_model_of_ours_costs_no_gigabytes(
    files: dict[str, bytes], words: str, hub: FakeHub, home: Path
) -> None:
    hub.repo(NAME, files)
    assert words in told(hub, home)
    assert not hub.asked("/store/")


def test_a_gated_model_asks_for_a_token_and_takes_it(hub: FakeHub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.repo(NAME, sd15(), gated="auto")
    assert "is gated: accept its licence" in told(hub, home)
    monkeypatch.setenv("HF_TOKEN", "hf_of_a_person")
    assert fetch(hub, home).manifest.gated
    assert {request.authorization for request in hub.asked("/resolve/")[1:]} == {"Bearer hf_of_a_person"}


def test_a_model_that_is_not_there_is_told(hub: FakeHub, home: Path) -> None:
    assert f"{NAME} is not on the hub" in told(hub, home)
    assert not home.exists()


def test_a_name_that_is_none_is_told(hub: FakeHub, home: Path) -> None:
    with pytest.raises(HubError, match="is no name of a repository"):
        fetch_model("a//b", home, endpoint=hub.url, on_progress=lambda *_: None)


def test_a_commit_that_the_hub_has_lost_is_told(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(NAME, sd15())
    folder = fetch(hub, home).folder
    repo.commits.clear()
    repo.push(sd15())
    (folder / SHARD).unlink()
    assert "--refresh" in told(hub, home)


@pytest.mark.parametrize(("status", "words"), [(503, "answered 503"), (401, "does not take the token")])
def test_a_hub_that_refuses_is_told(status: int, words: str, hub: FakeHub, home: Path) -> None:
    hub.status = status
    assert words in told(hub, home)


def test_a_page_that_answers_for_the_hub_is_told(hub: FakeHub, home: Path) -> None:
    hub.page = b"<html>Welcome to the hotel</html>"
    assert "does this network want a login?" in told(hub, home)


def test_no_network_is_told(hub: FakeHub, home: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listened at
        hub.url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert "the hub can't be reached" in told(hub, home)


def test_the_library_being_offline_is_told(hub: FakeHub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in told(hub, home)


def test_a_folder_that_cannot_be_made_is_told(hub: FakeHub, tmp_path: Path) -> None:
    hub.repo(NAME, sd15())
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in told(hub, tmp_path / "file")


def test_nothing_is_printed_and_no_signed_address_is_logged(
    hub: FakeHub, home: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    hub.repo(NAME, sd15())
    hub.cuts[SHARD] = [5500]
    fetch(hub, home)
    assert hub.asked(SIGNATURE)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert SIGNATURE not in caplog.text


JUDGE = "someone/judge"


def fetch_judge(hub: FakeHub, home: Path, *, refresh: bool = False) -> Fetched:
    return fetch_classifier(JUDGE, home, endpoint=hub.url, on_progress=lambda *_: None, refresh=refresh)


def test_of_a_classifier_what_is_loaded_is_fetched_and_its_licence_is_the_cards(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(JUDGE, a_classifier(), card={"license": "apache-2.0"})
    fetched = fetch_judge(hub, home)
    assert lying(fetched.folder).keys() == {
        "animify.json",
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
    }
    found = classifier.find(JUDGE, home)
    assert (found.commit, found.licence, found.unsafe) == (repo.main, "apache-2.0", frozenset({1}))
    assert found.size == len(tensors(10))
    assert classifier.lies_in(fetched.folder)


def test_a_classifier_is_pinned_until_a_refresh(hub: FakeHub, home: Path) -> None:
    repo = hub.repo(JUDGE, a_classifier())
    first = repo.main
    fetch_judge(hub, home)
    newest = repo.push(a_classifier() | {"model.safetensors": tensors(11)})
    assert fetch_judge(hub, home).manifest.commit == first
    assert fetch_judge(hub, home, refresh=True).manifest.commit == newest


@pytest.mark.parametrize(
    ("gone", "labels", "words"),
    [
        ("config.json", (), "has no file config.json"),
        ("preprocessor_config.json", (), "has no file preprocessor_config.json"),
        ("model.safetensors", (), "has its network as pickle alone"),
        ("README.md", ("cat", "dog"), "does not part safe pictures from unsafe ones"),
    ],
)
def test_what_is_no_safety_classifier_is_refused_before_its_weights_are_fetched(
    gone: str, labels: tuple[str, ...], words: str, hub: FakeHub, home: Path
) -> None:
    files = a_classifier(*labels)
    del files[gone]
    hub.repo(JUDGE, files)
    with pytest.raises(HubError, match=words):
        fetch_judge(hub, home)
    assert not hub.asked("/store/")


def test_a_classifier_whose_bytes_are_others_is_not_kept(hub: FakeHub, home: Path) -> None:
    hub.repo(JUDGE, a_classifier())
    hub.lies["model.safetensors"] = tensors(12)
    with pytest.raises(HubError, match="other bytes than the hub promised"):
        fetch_judge(hub, home)
    with pytest.raises(weights.WeightsError) as error:
        classifier.find(JUDGE, home)
    assert error.value.fault is weights.Fault.NOT_FETCHED
    assert "`animify models fetch --safety someone/judge` fetches it" in str(error.value)
