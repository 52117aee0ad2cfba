"""The styles, as data: one TOML file a style, read into frozen values.

>>> catalogue = load()
>>> catalogue["ghibli"].label
'Ghibli'
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Self, final

from pydantic import Field, ValidationError, model_validator

from styles.emoji import Emoji
from styles.recipe import Recipe
from styles.value import Calibrated, Calibration, Share, Text, Value

__all__ = [
    "Calibration",
    "Catalogue",
    "Checks",
    "Lora",
    "Models",
    "Prompt",
    "Recipe",
    "Style",
    "StyleError",
    "Tuning",
    "load",
    "parse",
    "preview",
    "source",
]

_LEADS = "ghibli"
_PICTURES = ("webp", "png", "jpg")


class Prompt(Value):
    """The words for models that read words.

    Attributes
    ----------
    positive, negative
        What the picture shows and what it must not show, for models that are told what to draw. Text encoders of the
        Stable Diffusion families read about 75 words of it, and the negative one only with a guidance above 1.
    instruction
        What to do to the photo, for models that edit.
    """

    positive: Text
    negative: Text
    instruction: Text


class Lora(Value):
    """A style's own weights on top of a model: a safetensors file in a hub repository."""

    repo: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    file: Annotated[str, Field(pattern=r"^[\w-][\w./-]*\.safetensors$")]
    weight: Annotated[float, Field(gt=0, le=2)] = 1


class Tuning(Value):
    """Where a model family starts from in this style.

    Attributes
    ----------
    strength
        The share of noise that it starts from when the member asks for the middle strength; 1 is noise alone.
    guidance
        The scale of classifier-free guidance; 1 is none.
    subtle, bold
        The same for the least and the most that a member may ask for, where they were found by trying; else they follow
        from the middle.
    source
        Where these numbers come from, as a sentence.
    calibrated
        How they were found on the real weights, or false.
    """

    strength: Annotated[float, Field(gt=0, le=1)]
    subtle: Annotated[float, Field(gt=0, le=1)] | None = None
    bold: Annotated[float, Field(gt=0, le=1)] | None = None
    guidance: Annotated[float, Field(ge=1, le=20)]
    steps: Annotated[int, Field(ge=1, le=50)]
    source: Text
    calibrated: Calibrated = False
    lora: Lora | None = None

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not (self.subtle or 0) <= self.strength <= (self.bold or 1):
            raise ValueError("strength must lie between subtle and bold")
        return self


class Models(Value):
    """One tuning a model family; a family without one does not offer the style."""

    edit: Tuning | None = None
    sd15: Tuning | None = None
    sdxl: Tuning | None = None


class Checks(Value):
    """How much of the photo's structure a picture must keep to be shown; styles that simplify more keep less.

    Attributes
    ----------
    min_edge_f1
        The least agreement of edges (F1 score).
    min_structure
        The least multi-scale structure term of SSIM.
    """

    min_edge_f1: Share = 0.50
    min_structure: Share = 0.55


Mood = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^\S(.*\S)?$")]
"""A word, or a few short ones, for what a style feels like."""


class Style(Value):
    """One style: what members read about it and what each engine needs to paint it.

    Attributes
    ----------
    moods
        What members may type to find it besides its name.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    label: Annotated[str, Field(min_length=1, max_length=32, pattern=r"\S")]
    emoji: Emoji
    summary: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
    moods: Annotated[tuple[Mood, ...], Field(max_length=5)] = ()
    adult: bool = False
    prompt: Prompt
    models: Models
    painter: Recipe
    checks: Checks = Checks()


@final
class StyleError(Exception):
    """The styles cannot be used.

    Attributes
    ----------
    problems
        Every problem found, one line each: the file, the field where there is one, and what is wrong with it.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@final
class Catalogue(Mapping[str, Style]):
    """The styles by id, in the order in which members see them. It never changes."""

    __slots__ = ("_styles",)

    def __init__(self, styles: Mapping[str, Style]) -> None:
        self._styles = dict(styles)

    def __getitem__(self, style_id: str) -> Style:
        return self._styles[style_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._styles)

    def __len__(self) -> int:
        return len(self._styles)


def load(folder: Path | None = None) -> Catalogue:
    """Read the styles that come with Animify, and those of the operator's own `folder` after them.

    Raises
    ------
    StyleError
        With every problem of every file at once.
    """
    problems: list[str] = []
    built_in = _read_all(resources.files(__name__), problems)
    own = _read_all(folder, problems) if folder else {}
    problems += [
        f"{style_id}.toml: id: a style of that name comes with Animify" for style_id in own if style_id in built_in
    ]
    if problems:
        raise StyleError(tuple(problems))
    return Catalogue({style_id: style for style_id, style in (built_in | own).items() if style is not None})


def _read_all(folder: Traversable, problems: list[str]) -> dict[str, Style | None]:
    """Read the folder's style files by id; None stands for a file whose problems were noted."""
    try:
        files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    except OSError as error:
        problems.append(f"{folder}: {error.strerror}")
        return {}
    files.sort(key=lambda file: (file.name != f"{_LEADS}.toml", file.name))
    return {file.name.removesuffix(".toml"): _read(file, problems) for file in files}


def _read(file: Traversable, problems: list[str]) -> Style | None:
    try:
        return parse(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"))
    except ValidationError as error:
        problems += [f"{file.name}: {_field(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    except OSError as error:
        problems.append(f"{file.name}: {error.strerror}")
    except ValueError as error:
        problems.append(f"{file.name}: {error}")  # tomllib names line and column; text that is no UTF-8 has a position
    return None


def parse(style_id: str, text: str) -> Style:
    """Read one style's text.

    Raises
    ------
    ValueError
        It is no TOML, or no style (a `pydantic.ValidationError`).
    """
    table = tomllib.loads(text)
    if "id" in table:
        raise ValueError("id: it is the file's name and must not stand in the file")
    # through JSON, since strict validation takes a list for a tuple there but not from Python values
    return Style.model_validate_json(json.dumps({"id": style_id, **table}, default=str))


def source(style_id: str, folder: Path | None = None) -> Path:
    """The file that a style is read from: one of the built-in ones, or of the operator's own `folder`."""
    built_in = Path(__file__).parent / f"{style_id}.toml"
    return built_in if folder is None or built_in.exists() else folder / built_in.name


def preview(style_id: str, folder: Path | None = None) -> bytes | None:
    """The picture file that shows a style: one of the built-in ones, or what lies beside the operator's own; else None.

    Raises
    ------
    OSError
        There is one that can't be read.
    """
    built_in: Traversable = resources.files(__name__) / "previews" / f"{style_id}.webp"
    own = [] if folder is None else [folder / f"{style_id}.{ending}" for ending in _PICTURES]
    found = next((file for file in (built_in, *own) if file.is_file()), None)
    return None if found is None else found.read_bytes()


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))
