"""Models and LoRAs are fetched from the hub, at one commit, checked, and kept only when everything is there."""

import errno
import hashlib
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Final, Self

import httpx2  # what huggingface_hub speaks with, and whose errors it lets through
from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.hf_api import ModelInfo, RepoSibling
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # public, but not to the types
from huggingface_hub.utils.tqdm import silent_tqdm

from engine.diffusion import classifier, weights
from engine.diffusion.weights import INDEX, MANIFEST, PICKLES, Manifest, WeightsError
from styles import Lora

OnBytes = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes that there will be."""

_PARTIAL: Final = ".partial"  # a folder beside the files; what is cut off goes on from there
_RULES: Final = frozenset({".json", ".txt", ".model", ".jinja"})  # configurations and what tokenizers read
_TIMEOUT: Final = 30.0  # seconds for the question what a repository holds
_AGAIN: Final = "run the command again, and it goes on where it stopped"


class HubError(Exception):
    """Something was not fetched; the text is one sentence that says why and, where it can, how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What lies here now.

    Attributes
    ----------
    already
        It lay here before, and nothing was fetched.
    """

    folder: Path
    manifest: Manifest
    already: bool

    @property
    def size(self) -> int:
        """The bytes of all its files."""
        return sum(self.manifest.files.values())


def fetch_model(
    repo: str, home: Path, *, endpoint: str | None = None, on_progress: OnBytes, refresh: bool = False
) -> Fetched:
    """Fetch what is loaded of a model, or what is missing of it; `refresh` takes the newest commit.

    Raises
    ------
    HubError
        It was not fetched. What lay here before still does.
    """
    asked = _Asked(repo, weights.place(repo, home), INDEX, _parts, endpoint, on_progress)
    return asked.fetch(refresh=refresh)


def fetch_lora(
    lora: Lora, home: Path, *, endpoint: str | None = None, on_progress: OnBytes, refresh: bool = False
) -> Fetched:
    """Fetch one file of a LoRA's repository, at the commit that its others were fetched at.

    Raises
    ------
    HubError
        It was not fetched. What lay here before still does.
    """
    asked = _Asked(lora.repo, weights.place(lora.repo, home), lora.file, lambda _: [lora.file], endpoint, on_progress)
    return asked.fetch(refresh=refresh)


def fetch_classifier(
    repo: str, home: Path, *, endpoint: str | None = None, on_progress: OnBytes, refresh: bool = False
) -> Fetched:
    """Fetch a safety classifier, or what is missing of it; `refresh` takes the newest commit.

    Raises
    ------
    HubError
        It was not fetched. What lay here before still does.
    """
    asked = _Asked(repo, weights.place(repo, home), classifier.PROCESSOR, _classifier, endpoint, on_progress)
    return asked.fetch(refresh=refresh)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is wanted of a repository.

    Attributes
    ----------
    mark
        The file whose presence in the manifest says that `choose` has had its way before.
    """

    repo: str
    folder: Path
    mark: str
    choose: Callable[["_Snapshot"], Iterable[str]]
    endpoint: str | None
    on_progress: OnBytes

    def fetch(self, *, refresh: bool) -> Fetched:
        old = weights.manifest(self.folder)
        if old and not refresh and self.mark in old.files and weights.whole(self.folder, old.files):
            return Fetched(folder=self.folder, manifest=old, already=True)
        with _told(self.repo, self.folder):
            snapshot = _Snapshot.resolve(
                self.repo, None if refresh or not old else old.commit, self.folder, self.endpoint
            )
            kept = [path for path in (old.files if old else ()) if path in snapshot.files]
            files = [snapshot.file(path) for path in dict.fromkeys([*kept, *self.choose(snapshot)])]
            snapshot.download(files, self.on_progress)
            return Fetched(folder=self.folder, manifest=snapshot.keep(files, old), already=False)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the repository, and what it must hash to: the SHA-256 of a large one, the git id of others."""

    path: str
    size: int
    sha256: str | None
    git: str | None

    @classmethod
    def of(cls, sibling: RepoSibling) -> Self:
        return cls(sibling.rfilename, sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else None, sibling.blob_id)

    @property
    def key(self) -> str:
        """Part of a file goes on only to the same file's end, at whatever commit."""
        return (self.sha256 or self.git or "unnamed")[:16]

    def lies(self, path: Path) -> bool:
        """Whether it lies there, byte for byte."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        with path.open("rb") as file:
            if self.sha256:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
            return not self.git or hashlib.file_digest(file, self._git).hexdigest() == self.git

    def _git(self) -> "hashlib._Hash":
        return hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """A repository at one commit, and the folder that it is fetched to."""

    repo: str
    commit: str
    licence: str | None
    gated: bool
    files: Mapping[str, _File] = field(repr=False)
    folder: Path
    endpoint: str | None

    @classmethod
    def resolve(cls, repo: str, commit: str | None, folder: Path, endpoint: str | None) -> Self:
        """Ask once what the branch points at; everything else is asked of that commit."""
        api = HfApi(endpoint=endpoint)
        info = api.model_info(repo, revision=commit, files_metadata=True, timeout=_TIMEOUT)
        if not info.sha:
            raise HubError(f"{repo} is empty")
        return cls(
            repo=repo,
            commit=info.sha,
            licence=_licence(info),
            gated=bool(info.gated),
            files={sibling.rfilename: _File.of(sibling) for sibling in info.siblings or ()},
            folder=folder,
            endpoint=endpoint,
        )

    def file(self, path: str) -> _File:
        if path not in self.files or ".." in PurePosixPath(path).parts:
            raise HubError(f"{self.repo} has no file {path}")
        return self.files[path]

    def obtain(self, file: _File, report: Callable[[int], None]) -> Path:
        """Where the whole file lies: at its place if it already did, else among the partial ones."""
        target, part = self.folder / file.path, self._part(file)
        if file.lies(target):
            return target
        part.parent.mkdir(parents=True, exist_ok=True)
        have = _size(part)
        if have > file.size:
            part.unlink()
            have = 0
        # snapshot_download would throw away what it has of a file when it is cut off; http_get appends to it
        with part.open("ab") as end:
            http_get(
                hf_hub_url(self.repo, file.path, revision=self.commit, endpoint=self.endpoint),
                end,
                resume_size=have,
                headers={**build_hf_headers(), "Accept-Encoding": "identity"},  # a range of packed bytes is no use
                expected_size=file.size,
                tqdm_class=_bar(report),
            )
        if not file.lies(part):
            part.unlink()
            raise HubError(f"{file.path} of {self.repo} came with other bytes than the hub promised; {_AGAIN}")
        return part

    def download(self, files: list[_File], on_progress: OnBytes) -> None:
        total = sum(file.size for file in files)
        missing = [file for file in files if not file.lies(self.folder / file.path)]
        self._need(sum(file.size - _size(self._part(file)) for file in missing))
        done = total - sum(file.size for file in missing)
        on_progress(done, total)
        for file in missing:
            self.obtain(file, partial(_add, on_progress, done, total))
            done += file.size
            on_progress(done, total)

    def _need(self, size: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free
        if size > free:
            raise HubError(f"{self.repo} needs {_gb(size)} more in {self.folder}, and {_gb(free)} are free there")

    def keep(self, files: list[_File], old: Manifest | None) -> Manifest:
        """Put everything at its place, and write the manifest last: where it lies, nothing is missing."""
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for gone in set(old.files if old else ()) - {file.path for file in files}:
            (self.folder / gone).unlink(missing_ok=True)
        for file in files:
            if (part := self._part(file)).exists() and _size(part) == file.size:
                (self.folder / file.path).parent.mkdir(parents=True, exist_ok=True)
                part.replace(self.folder / file.path)
        manifest = Manifest(
            repo=self.repo,
            commit=self.commit,
            licence=self.licence,
            gated=self.gated,
            fetched=datetime.now(UTC).date(),
            files={file.path: file.size for file in files},
        )
        written = self.folder / _PARTIAL / MANIFEST
        written.parent.mkdir(exist_ok=True)
        written.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        written.replace(self.folder / MANIFEST)
        shutil.rmtree(self.folder / _PARTIAL, ignore_errors=True)
        return manifest

    def _part(self, file: _File) -> Path:
        return self.folder / _PARTIAL / file.key / file.path


def _licence(info: ModelInfo) -> str | None:
    """The licence as the card says it; the name of one that is "other"."""
    card = info.card_data
    if card is None or not card.license:
        return None
    return str(card.license_name or card.license) if card.license == "other" else str(card.license)


def _parts(snapshot: _Snapshot) -> Iterator[str]:
    """Of each part that is loaded: its rules, and its weights in one variant and in safetensors."""
    file = snapshot.obtain(snapshot.file(INDEX), lambda _: None)
    try:
        index = weights.read_index(file, snapshot.repo)
    except WeightsError as error:
        raise HubError(str(error)) from None  # known before gigabytes were fetched for nothing
    yield INDEX
    for part in (*index.paints, *index.reads):
        names = [path.name for path in map(PurePosixPath, snapshot.files) if str(path.parent) == part]
        chosen = weights.loaded(names)
        if weights.has_weights(part) and not chosen:
            raise HubError(_no_weights(snapshot.repo, part, names))
        rules = [name for name in names if PurePosixPath(name).suffix in _RULES and ".index." not in name]
        yield from (f"{part}/{name}" for name in (*rules, *chosen))


def _classifier(snapshot: _Snapshot) -> Iterator[str]:
    """Its labels, what prepares pictures for it, and its weights in one variant and in safetensors."""
    processor = snapshot.file(classifier.PROCESSOR)
    config = snapshot.obtain(snapshot.file(classifier.CONFIG), lambda _: None)
    try:
        classifier.unsafe_labels(config, snapshot.repo)
    except WeightsError as error:
        raise HubError(str(error)) from None  # known before the weights were fetched for nothing
    yield from (classifier.CONFIG, processor.path)
    names = [path for path in snapshot.files if "/" not in path]
    chosen = weights.loaded(names)
    if not chosen:
        raise HubError(_no_weights(snapshot.repo, "network", names))
    yield from chosen


def _no_weights(repo: str, part: str, names: Iterable[str]) -> str:
    if any(PurePosixPath(name).suffix in PICKLES for name in names):
        return f"{repo} has its {part} as pickle alone, and only safetensors are read; choose another model"
    return f"{repo} has no {part} in safetensors files; choose another model"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _add(on_progress: OnBytes, before: int, total: int, here: int) -> None:
    on_progress(before + here, total)


def _bar(report: Callable[[int], None]) -> type[silent_tqdm]:
    """What `http_get` takes for its progress bar."""

    class Bar(silent_tqdm):
        def __init__(self, *, initial: int = 0, **_: object) -> None:
            self.here = initial

        def update(self, n: float | None = 1) -> None:
            self.here += int(n or 0)
            report(self.here)

    return Bar


@contextmanager
def _told(repo: str, folder: Path) -> Iterator[None]:
    """Where the errors of the hub, of the network and of the disk are translated.

    None is chained and no warning is let through: they name addresses, and a signed one is a key.
    """
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        yield
    except OfflineModeIsEnabled:
        raise HubError(f"{repo} can't be fetched while HF_HUB_OFFLINE is set") from None
    except HfHubHTTPError as error:
        raise HubError(_of_the_hub(error, repo)) from None
    except httpx2.HTTPError:
        raise HubError(f"{repo} can't be fetched: the hub can't be reached; see to the network and {_AGAIN}") from None
    except HFValidationError:
        raise HubError(f"{repo} is no name of a repository on the hub (owner/name)") from None
    except OSError as error:
        raise HubError(_of_the_disk(error, repo, folder)) from None
    except ValueError:  # a page where JSON should be
        raise HubError(
            f"what answers for the hub about {repo} is not the hub; does this network want a login?"
        ) from None


def _of_the_hub(error: HfHubHTTPError, repo: str) -> str:
    match error:
        case GatedRepoError():
            return f"{repo} is gated: accept its licence on its page, and put a token of that account into HF_TOKEN"
        case RepositoryNotFoundError():
            return f"{repo} is not on the hub, or is shown only to those whose token is in HF_TOKEN"
        case RevisionNotFoundError():
            return f"{repo} has lost the commit that was fetched; --refresh takes the newest one"
    if error.response.status_code == HTTPStatus.UNAUTHORIZED:
        return f"the hub does not take the token in HF_TOKEN, not even for {repo}"
    return f"the hub answered {error.response.status_code} when asked for {repo}; try again later"


def _of_the_disk(error: OSError, repo: str, folder: Path) -> str:
    if error.errno is None:
        return f"{repo} came only in part; {_AGAIN}"  # http_get's own check of the size
    if error.errno == errno.ENOSPC:
        return f"the disk of {folder} is full; make room and {_AGAIN}"
    return f"{error.filename or folder}: {error.strerror}"
