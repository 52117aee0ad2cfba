"""The settings, read once from the environment and `.env`, and every problem with them named at once."""

import socket
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, NamedTuple

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.diffusion import classifier
from engine.diffusion.traits import Offload, Precision


class EngineChoice(StrEnum):
    """Which engine paints."""

    AUTO = "auto"  # a diffusion model where a GPU is, else the painter
    PAINTER = "painter"
    DIFFUSION = "diffusion"  # even without a GPU, which is slow


class LogLevel(StrEnum):
    """How much is said on stderr."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How an event is written on stderr, one a line."""

    TEXT = "text"  # logfmt, for people and grep
    JSON = "json"


class Address(NamedTuple):
    """Where something listens: an IP address of this machine, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_TELEMETRY: Final = Address(str(IPv4Address(socket.INADDR_LOOPBACK)), 9464)  # where exporters of metrics usually are


class SettingsError(Exception):
    """The settings can't be used; the text names every problem, one a line.

    Attributes
    ----------
    usable
        The same settings with defaults for the broken ones, so that other problems can be looked for too.
    """

    def __init__(self, problems: tuple[str, ...], usable: "Settings") -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.usable = usable


def _named(field: str) -> Any:  # noqa: ANN401 - pydantic types its own Field() so
    """The name of a setting as the operator writes it."""
    return Field(validation_alias=field)


class Settings(BaseSettings):
    """What an operator can set. A variable of the environment wins over the same line in `.env`.

    Attributes
    ----------
    token
        The bot's token from the Discord developer portal. Only `animify run` needs it.
    database
        The SQLite file; its key (`.key`) and lock (`.lock`) lie beside it.
    engine
        Which engine paints.
    daily_limit
        Pictures per member and day where no server or moderator says otherwise, 0..1000.
    styles
        A folder with the operator's own style files, added to the built-in ones.
    workers
        Painter processes that work at the same time, 1..64; empty means one for each core but one.
    model
        The diffusion model: a repository on the hub or a local folder; empty means the best known one that fits.
    models
        The folder that fetched models lie in.
    precision, offload, size, batch
        How the model is run; empty means as its memory allows. `size` in pixels: the side of a square canvas. `batch`
        is the most photos in one run.
    safety_model
        The safety classifier: a repository on the hub or a local folder; None, written "none", for none.
    unchecked_direct
        Whether direct messages and user installs are served while no classifier is installed.
    telemetry
        Where metrics and health are told over HTTP; None, written "none", for nowhere.
    log_level, log_format
        How much is said on stderr, and how: an event a line, as `key=value` text or as JSON.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        case_sensitive=True,
    )

    token: Annotated[SecretStr | None, _named("DISCORD_TOKEN")] = None
    database: Annotated[Path, _named("ANIMIFY_DATABASE")] = Path("animify.db")
    engine: Annotated[EngineChoice, _named("ANIMIFY_ENGINE")] = EngineChoice.AUTO
    daily_limit: Annotated[int, _named("ANIMIFY_DAILY_LIMIT"), Field(ge=0, le=1000)] = 3
    styles: Annotated[Path | None, _named("ANIMIFY_STYLES")] = None
    workers: Annotated[int | None, _named("ANIMIFY_WORKERS"), Field(ge=1, le=64)] = None
    model: Annotated[str | None, _named("ANIMIFY_MODEL")] = None
    models: Annotated[Path, _named("ANIMIFY_MODELS")] = Path("models")
    precision: Annotated[Precision | None, _named("ANIMIFY_PRECISION")] = None
    offload: Annotated[Offload | None, _named("ANIMIFY_OFFLOAD")] = None
    size: Annotated[int | None, _named("ANIMIFY_SIZE"), Field(ge=256, le=1024, multiple_of=64)] = None
    batch: Annotated[int | None, _named("ANIMIFY_BATCH"), Field(ge=1, le=16)] = None
    safety_model: Annotated[str | None, _named("ANIMIFY_SAFETY_MODEL")] = classifier.DEFAULT
    unchecked_direct: Annotated[bool, _named("ANIMIFY_UNCHECKED_DIRECT")] = False
    telemetry: Annotated[Address | None, _named("ANIMIFY_TELEMETRY"), NoDecode] = _TELEMETRY
    log_level: Annotated[LogLevel, _named("ANIMIFY_LOG_LEVEL")] = LogLevel.INFO
    log_format: Annotated[LogFormat, _named("ANIMIFY_LOG_FORMAT")] = LogFormat.TEXT

    @field_validator("safety_model")
    @classmethod
    def _none_is_nothing(cls, name: str | None) -> str | None:
        return None if name is not None and name.casefold() == "none" else name

    @field_validator("telemetry", mode="before")
    @classmethod
    def _an_address(cls, written: object) -> object:
        if not isinstance(written, str):
            return written
        if written.casefold() == "none":
            return None
        host, _, port = written.rpartition(":")
        try:
            address = Address(str(ip_address(host.removeprefix("[").removesuffix("]"))), int(port))
        except ValueError:
            raise ValueError(f"is no IP address with a port, such as {_TELEMETRY}; or none") from None
        if not 0 < address.port < 1 << 16:
            raise ValueError("a port is a number from 1 to 65535")
        return address

    @field_validator("token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        """A pasted client secret or an "Bot …" prefix is caught here, not by a refused login later."""
        if token is not None and token.get_secret_value().count(".") != 2:  # noqa: PLR2004 - a token is three parts
            raise ValueError("this is no bot token (three parts with dots between); copy it from the Bot page")
        return token


def variables() -> Mapping[str, str]:
    """Every variable that is read, with the name of its field."""
    return {str(field.validation_alias): name for name, field in Settings.model_fields.items()}


def load() -> Settings:
    """Read the environment, then `.env` in the current folder (which may be absent).

    Raises
    ------
    SettingsError
        With every problem at once; no line of it repeats a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        broken = {str(details["loc"][0]) for details in error.errors()}
        defaults = {name: Settings.model_fields[variables()[name]].default for name in broken}
        raise SettingsError(tuple(_problem(details) for details in error.errors()), Settings(**defaults)) from None
    except UnicodeDecodeError:
        raise SettingsError((".env: is no UTF-8 text",), Settings(_env_file=None)) from None


def _problem(details: ErrorDetails) -> str:
    message = str(details["msg"]).removeprefix("Value error, ")
    return f"{'.'.join(str(part) for part in details['loc'])}: {message[:1].lower()}{message[1:]}"
