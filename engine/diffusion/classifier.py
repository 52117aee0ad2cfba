"""The safety classifier as far as it is known without torch: its files, its labels, and what loads it."""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.diffusion import weights
from engine.diffusion.importing import beside_a_loop
from engine.diffusion.weights import Fault, Look, WeightsError
from engine.errors import LostError
from engine.safety import Score

DEFAULT: Final = "Falconsai/nsfw_image_detection"
"""A vision transformer that tells "normal" from "nsfw"; a repository on the hub."""

DOWNLOAD: Final = 343_000_000
"""About how many bytes of it are fetched: computed from its architecture, a ViT-Base in fp32."""

CONFIG: Final = "config.json"
PROCESSOR: Final = "preprocessor_config.json"
"""How a photo becomes what the network takes: no language model has one."""

UNSAFE: Final = frozenset(
    {
        "adult",
        "explicit",
        "hentai",
        "nsfw",
        "nude",
        "nudity",
        "porn",
        "pornographic",
        "pornography",
        "sexual",
        "sexy",
        "unsafe",
    }
)
"""Labels, in small letters, of what must not be shown."""

_LIBRARIES: Final = ("torch", "transformers", "safetensors")
_SHOWN: Final = 5  # labels that a refusal names


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """A safety classifier that lies here whole.

    Attributes
    ----------
    name
        Its repository on the hub, or its folder as the operator wrote it.
    commit, licence
        Of one that was fetched; the licence as its card says it.
    size
        Bytes of its safetensors files.
    variant
        Of its files, as in `weights.variant`.
    unsafe
        The numbers of the labels that mean that a picture must not be shown.
    """

    name: str
    folder: Path
    commit: str | None
    licence: str | None
    size: int
    variant: str | None
    unsafe: frozenset[int]


def installed() -> bool:
    """Whether the libraries are there; they are not imported."""
    return all(find_spec(name) is not None for name in _LIBRARIES)


def mend(repo: str) -> str:
    """The command that fetches it."""
    return f"animify models fetch --safety {repo}"


def lies_in(folder: Path) -> bool:
    """Whether what lies in a folder, or was fetched into it, is a classifier of pictures and no diffusion model."""
    fetched = weights.manifest(folder)
    names = fetched.files if fetched else {name for name in (PROCESSOR, weights.INDEX) if (folder / name).is_file()}
    return PROCESSOR in names and weights.INDEX not in names


def find(name: str, home: Path) -> Classifier:
    """Look for a classifier, by its local folder or by its repository among the fetched ones under `home`.

    Raises
    ------
    WeightsError
        It can't be loaded from here, or does not say of pictures whether they are unsafe.
    """
    look = Look.at_folder(name) if weights.is_folder(name) else Look.at_fetched(name, home, command=mend(name))
    with weights.told(look):
        look.file(look.folder / CONFIG)
        look.file(look.folder / PROCESSOR)
        unsafe = unsafe_labels(look.folder / CONFIG, name)
        size = look.weights(look.folder, None)
    if not size:
        raise WeightsError(Fault.INCOMPLETE, f"{look.folder} has no safetensors file in it; {look.mend}")
    return Classifier(
        name=name,
        folder=look.folder,
        commit=look.manifest.commit if look.manifest else None,
        licence=look.manifest.licence if look.manifest else None,
        size=size,
        variant=weights.variant(path.name for path in look.folder.glob("*.safetensors")),
        unsafe=unsafe,
    )


def unsafe_labels(file: Path, name: str) -> frozenset[int]:
    """Read in a classifier's `config.json` which of its labels are unsafe.

    Raises
    ------
    WeightsError
        It is none of a classifier, or of one whose labels don't part the safe from the unsafe.
    """
    try:
        config = json.loads(file.read_bytes())
        labels = {int(number): str(label) for number, label in config["id2label"].items()}
        several = config.get("problem_type") == "multi_label_classification"
    except (ValueError, LookupError, TypeError, AttributeError):
        raise WeightsError(Fault.NO_MODEL, f"{name} is no classifier: it has no {CONFIG} that names labels") from None
    unsafe = frozenset(number for number, label in labels.items() if label.strip().casefold() in UNSAFE)
    if several or not unsafe or len(unsafe) == len(labels) or set(labels) != set(range(len(labels))):
        told = ", ".join(sorted(labels.values())[:_SHOWN]) or "nothing"
        raise WeightsError(
            Fault.UNKNOWN, f"{name} does not part safe pictures from unsafe ones (its labels: {told}); choose another"
        )
    return unsafe


def load(name: str, home: Path) -> Score:
    """Find the classifier, import what runs it, and load it. Takes seconds: call it in a thread.

    Raises
    ------
    LostError
        It can't be loaded; the text is one sentence that says why.
    """
    try:
        found = find(name, home)
        with beside_a_loop("engine.diffusion.safety"):
            from engine.diffusion.safety import open_classifier  # noqa: PLC0415 - only who has one waits for torch
    except WeightsError as error:
        raise LostError(str(error)) from None
    except (ImportError, OSError) as error:  # a library that does not fit the system is an OSError
        raise LostError(f"{name}: its libraries can't be imported ({type(error).__name__})") from None
    return open_classifier(found)
