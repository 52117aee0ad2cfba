"""What of a model lies on disk, and whether it is whole: told from small JSON files and the heads of the weights."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from engine.diffusion.models import Family
from engine.diffusion.traits import TRAITS
from styles import Lora
from styles.value import Value

MANIFEST: Final = "animify.json"
INDEX: Final = "model_index.json"
PICKLES: Final = frozenset({".bin", ".ckpt", ".pt", ".pth"})
"""Endings of files that can run code when they are read, so they never are."""

ARCHITECTURES: Final[Mapping[str, Family]] = MappingProxyType(
    {pipeline: family for family, traits in TRAITS.items() for pipeline in sorted(traits.pipelines)}
)
"""The pipelines' classes, as `model_index.json` names them."""

_ON_THE_HUB: Final = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_SHARD: Final = re.compile(r"-\d{5}-of-(\d{5})")


class Fault(StrEnum):
    """Why a model can't be loaded from here."""

    NOT_FETCHED = "not_fetched"
    NO_FOLDER = "no_folder"
    NO_MODEL = "no_model"  # a folder, but no model of diffusers in it
    UNKNOWN = "unknown"  # a model, but of no family that is run here
    PICKLE = "pickle"  # its weights could run code
    INCOMPLETE = "incomplete"  # something of it is not there
    DAMAGED = "damaged"  # there, and not what it should be
    UNREADABLE = "unreadable"  # the operating system does not let us


class WeightsError(Exception):
    """A model can't be loaded from here; the text is one sentence that says why and how to mend it."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


class Manifest(Value):
    """What was fetched. It is written last, so where it lies everything lay.

    Attributes
    ----------
    commit
        The one commit that all files are of.
    licence
        As the model's card says it, or None where it does not.
    files
        The size of each by its path.
    """

    repo: str
    commit: str
    licence: str | None
    gated: bool
    fetched: date
    files: dict[str, int]


@dataclass(frozen=True, slots=True)
class Index:
    """What `model_index.json` says.

    Attributes
    ----------
    reads
        The parts that turn words into numbers: text encoders and tokenizers.
    """

    family: Family
    reads: tuple[str, ...]

    @property
    def paints(self) -> tuple[str, ...]:
        """The parts without which nothing is painted."""
        return TRAITS[self.family].network, "vae", "scheduler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model that lies here whole.

    Attributes
    ----------
    name
        Its repository on the hub, or its folder as the operator wrote it.
    commit, licence
        Of one that was fetched.
    size
        Bytes of the safetensors files that are loaded.
    has_text_encoder
        Every text encoder and tokenizer is there too, as far as can be told without opening their files.
    """

    name: str
    folder: Path
    family: Family
    commit: str | None
    licence: str | None
    size: int
    has_text_encoder: bool


def is_folder(name: str) -> bool:
    """Whether a model's name means a local folder, there or not, and no repository on the hub."""
    return name.startswith(("/", ".", "~")) or Path(name).is_dir()


def place(repo: str, home: Path) -> Path:
    """Where a repository of the hub is fetched to."""
    return home / repo.replace("/", "--")


def manifest(folder: Path) -> Manifest | None:
    """What was fetched into the folder, or None where nothing was, or not all of it."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def find(name: str, home: Path) -> Weights:
    """Look for a model, by its local folder or by its repository among the fetched ones under `home`.

    Raises
    ------
    WeightsError
        It can't be loaded from here.
    """
    look = Look.at_folder(name) if is_folder(name) else Look.at_fetched(name, home)
    with told(look):
        index = read_index(look.folder / INDEX, name)
        painting = look.painting(index.paints)
        reading = look.reading(index.reads)
    return Weights(
        name=name,
        folder=look.folder,
        family=index.family,
        commit=look.manifest.commit if look.manifest else None,
        licence=look.manifest.licence if look.manifest else None,
        size=painting + sum(size or 0 for size in reading),
        has_text_encoder=bool(reading) and None not in reading,
    )


def lora_file(lora: Lora, home: Path) -> Path:
    """Look for a fetched LoRA.

    Raises
    ------
    WeightsError
        It can't be loaded from here.
    """
    look = Look.at_fetched(lora.repo, home, command="animify models fetch")
    with told(look):
        if look.manifest is None or lora.file not in look.manifest.files:
            raise WeightsError(Fault.NOT_FETCHED, f"{lora.file} of {lora.repo} is not fetched; {look.mend}")
        look.file(look.folder / lora.file)
    return look.folder / lora.file


def revision(weights: Weights) -> str:
    """Which weights these are: their commit, or a digest of everything that paints; encoders may come and go."""
    if weights.commit is not None:
        return weights.commit
    digest = hashlib.sha256()
    for path in sorted(_painting_files(weights)):
        digest.update(f"{path.relative_to(weights.folder).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def read_index(file: Path, name: str) -> Index:
    """Read the model's `model_index.json`.

    Raises
    ------
    WeightsError
        There is none, or it is of no family that is run here.
    """
    try:
        table = json.loads(file.read_bytes())
        kind = str(table["_class_name"])
        parts = sorted(part for part, made_of in table.items() if isinstance(made_of, list) and made_of[0])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise WeightsError(Fault.NO_MODEL, f"{name} is no diffusers model folder: it has no sound {INDEX}") from None
    if kind not in ARCHITECTURES:
        raise WeightsError(Fault.UNKNOWN, f"{name} is a {kind}, which is not run here; {', '.join(ARCHITECTURES)} are")
    reads = tuple(part for part in parts if part.startswith(("text_encoder", "tokenizer")))
    return Index(ARCHITECTURES[kind], reads)


def has_weights(part: str) -> bool:
    """Whether a part is a network; the others are rules and words."""
    return part != "scheduler" and not part.startswith("tokenizer")


def variant(names: Iterable[str]) -> str | None:
    """The variant of a part with these files: None, or say "fp16" where only that is there."""
    found = _variants(names)
    return None if None in found else min((each for each in found if each), default=None)


def variants(folder: Path, parts: Iterable[str]) -> frozenset[str]:
    """What parts of a model are there in only; `from_pretrained` can be told one, and takes plain files beside it."""
    found = (variant(path.name for path in (folder / part).glob("*.safetensors")) for part in parts)
    return frozenset(each for each in found if each)


def loaded(names: Iterable[str], beside: str | None = None) -> list[str]:
    """The files of a part that are loaded as weights: those of one variant, and their index where they are shards.

    Parameters
    ----------
    beside
        What `from_pretrained` is told because another part needs it: wherever it is there, it goes before plain files.
    """
    names = list(names)
    wanted = beside if beside in _variants(names) else variant(names)
    return [name for name in names if ".safetensors" in name and _variant(name) == wanted]


def _variants(names: Iterable[str]) -> set[str | None]:
    return {_variant(name) for name in names if name.endswith(".safetensors")}


def _complete(names: Collection[str]) -> bool:
    """Whether no shard is missing among a part's files of weights, nor the index of shards: told from names alone."""
    shards = {told[0]: int(told[1]) for name in names if (told := _SHARD.search(name))}
    return not shards or (
        any(name.endswith(".json") for name in names) and all(len(shards) == number for number in shards.values())
    )


def _variant(name: str) -> str | None:
    """Read say "fp16" in model.fp16.safetensors, model.fp16-00001-of-00002.… and model.safetensors.index.fp16.json."""
    bare = _SHARD.sub("", name).replace(".safetensors", "").replace(".index", "").removesuffix(".json")
    return bare.partition(".")[2] or None


def whole(folder: Path, files: Mapping[str, int]) -> bool:
    """Whether these files lie there, with their sizes and, where they are weights, sound heads."""
    return all(
        path.is_file() and path.stat().st_size == size and (path.suffix != ".safetensors" or _is_sound(path))
        for path, size in ((folder / name, size) for name, size in files.items())
    )


def _is_sound(path: Path) -> bool:
    """Let the library that will load it read its head, and compare that with the file's size."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - where nothing is fetched it need not be there

    try:
        with safe_open(path, framework="numpy"):
            return True
    except (SafetensorError, OSError, ValueError):
        return False


def _is_shard(name: object) -> bool:
    """Whether an index names a file of its own folder; nothing outside of it is looked at."""
    return isinstance(name, str) and PurePath(name).name == name and name.endswith(".safetensors")


def _painting_files(weights: Weights) -> Iterator[Path]:
    yield weights.folder / INDEX
    parts = read_index(weights.folder / INDEX, weights.name).paints
    beside = min(variants(weights.folder, parts), default=None)
    for part in parts:
        names = [path.name for path in (weights.folder / part).iterdir()]
        rules = [name for name in names if name.endswith(".json") and ".index." not in name]
        yield from (weights.folder / part / name for name in (*rules, *loaded(names, beside)))


@dataclass(frozen=True, slots=True)
class Look:
    """Looking at one folder: every fault is told with the folder, or the file, and what mends it."""

    folder: Path
    manifest: Manifest | None
    mend: str

    @classmethod
    def at_folder(cls, name: str) -> "Look":
        try:
            folder = Path(name).expanduser()
        except RuntimeError:  # a user that this machine does not know
            folder = Path(name)
        if not folder.is_dir():
            raise WeightsError(
                Fault.NO_FOLDER,
                f"{name}: there is no such folder; mend its path, or name a model on the hub (owner/name)",
            )
        return cls(folder, None, "copy it there anew")

    @classmethod
    def at_fetched(cls, repo: str, home: Path, *, command: str | None = None) -> "Look":
        if not _ON_THE_HUB.fullmatch(repo):
            raise WeightsError(Fault.NO_FOLDER, f"{repo} is neither a folder nor a model on the hub (owner/name)")
        folder = place(repo, home)
        mend = f"`{command or f'animify models fetch {repo}'}` fetches it"
        found = manifest(folder)
        if found is None:
            raise WeightsError(Fault.NOT_FETCHED, f"{repo} is not fetched into {home}; {mend}")
        return cls(folder, found, mend)

    def painting(self, parts: Collection[str]) -> int:
        """The bytes of weights in the parts that must be there."""
        found = variants(self.folder, parts)
        if len(found) > 1:
            told = " and ".join(sorted(found))
            raise WeightsError(
                Fault.INCOMPLETE, f"{self.folder} has parts as {told} only, which are not loaded together; {self.mend}"
            )
        return sum(self._painting(part, min(found, default=None)) for part in parts)

    def _painting(self, part: str, beside: str | None) -> int:
        folder = self.folder / part
        self.file(folder / ("config.json" if has_weights(part) else f"{part}_config.json"))
        for path in self._recorded(part):
            self.file(path)
        size = self.weights(folder, beside)
        if has_weights(part) and not size:
            raise WeightsError(Fault.INCOMPLETE, f"{folder} has no safetensors file in it; {self.mend}")
        return size

    def reading(self, parts: Collection[str]) -> list[int | None]:
        """The bytes of weights in each part that may have been taken away, or None where not all of it is there.

        They are not opened: where all prompts are kept nobody needs them, and damage to them must not matter.
        """
        beside = min(variants(self.folder, parts), default=None)
        return [self._reading(part, beside) for part in parts]

    def _reading(self, part: str, beside: str | None) -> int | None:
        try:
            sizes = {path.name: path.stat().st_size for path in (self.folder / part).iterdir() if path.is_file()}
            whole = all(path.stat().st_size == self._size_of(path) for path in self._recorded(part))
        except OSError:
            return None
        if not sizes or not whole or not has_weights(part):
            return 0 if sizes and whole else None
        names = loaded(sizes, beside)
        if "config.json" not in sizes or not _complete(names):
            return None
        return sum(sizes[name] for name in names if not name.endswith(".json")) or None

    def file(self, path: Path) -> int:
        """The bytes of a file that must be there as it was fetched."""
        if not path.is_file():
            raise WeightsError(Fault.INCOMPLETE, f"{path} is missing; {self.mend}")
        size = path.stat().st_size
        recorded = self._size_of(path)
        if recorded is not None and size != recorded:
            raise WeightsError(Fault.DAMAGED, f"{path} has {size} bytes and not {recorded}; {self.mend}")
        if path.suffix == ".safetensors" and not _is_sound(path):
            raise WeightsError(Fault.DAMAGED, f"{path} is cut off or no safetensors file; {self.mend}")
        return size

    @property
    def _sizes(self) -> Mapping[str, int]:
        return self.manifest.files if self.manifest else {}

    def _size_of(self, path: Path) -> int | None:
        """What a file had when it was fetched, or None where it was not."""
        return self._sizes.get(path.relative_to(self.folder).as_posix())

    def _recorded(self, part: str) -> list[Path]:
        return [self.folder / path for path in self._sizes if path.startswith(f"{part}/")]

    def weights(self, folder: Path, beside: str | None) -> int:
        names = {path.name for path in folder.iterdir()}
        files = [folder / name for name in sorted(loaded(names, beside))]
        if not files and any(Path(name).suffix in PICKLES for name in names):
            raise WeightsError(Fault.PICKLE, f"the weights in {folder} are pickle; only safetensors are read")
        indexes = [path for path in files if path.suffix == ".json"]
        if not indexes and any(_SHARD.search(path.name) for path in files):
            raise WeightsError(Fault.INCOMPLETE, f"{folder} has shards and no index of them; {self.mend}")
        shards = {folder / name for index in indexes for name in self._shards(index)}
        return sum(self.file(path) for path in sorted(shards.union(files).difference(indexes)))

    def _shards(self, index: Path) -> set[str]:
        try:
            names = set(json.loads(index.read_bytes())["weight_map"].values())
        except (ValueError, LookupError, TypeError, AttributeError):
            raise WeightsError(Fault.DAMAGED, f"{index} is no index of shards; {self.mend}") from None
        if not all(map(_is_shard, names)):
            raise WeightsError(
                Fault.DAMAGED, f"{index} names shards that are no safetensors files beside it; {self.mend}"
            )
        return names


@contextmanager
def told(look: Look) -> Iterator[None]:
    """Where the operating system's errors are translated."""
    try:
        yield
    except OSError as error:
        raise WeightsError(Fault.UNREADABLE, f"{error.filename or look.folder}: {error.strerror or error}") from None
