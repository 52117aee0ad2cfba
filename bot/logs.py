"""One line an event on stderr: a name in plain words and its fields, with secrets cut out of all of it."""

import logging
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_REDACTED: Final = "<redacted>"

_SECRETS: Final = (
    re.compile(r"(?<=/webhooks/)(\d+)/[\w.~%-]{20,}"),  # an interaction's token, in REST paths that discord.py logs
    re.compile(r"""(["']token\\*["']\s*:\s*\\*["'])[^"'\\]+"""),  # the same in a payload of the gateway, at level debug
    re.compile(r"(?<=/interactions/)(\d+)/[\w.~%-]{20,}"),
    re.compile(r"(https?://)[^\s/?#\"@]+(?=@)", re.IGNORECASE),  # a proxy's user and password
    re.compile(r"(https?://[^\s?\"]*)\?[^\s\"]*", re.IGNORECASE),  # a signature; yarl leaves single quotes in a query
    re.compile(r"([?&](?:ex|is|hm)=)[\w%.~-]+", re.IGNORECASE),  # the same of a link that begins with its host or path
    re.compile(r"()[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}"),  # a bot token
)

_SECRET_FIELDS: Final = frozenset({"authorization", "cookie", "password", "secret", "token", "url"})


def redacted(text: str) -> str:
    """The text without queries of URLs, interaction tokens and bot tokens."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{_REDACTED}", text)
    return text


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut secrets out of every field, however deep, and turn foreign objects into text, so that none escapes later."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object) -> Any:  # noqa: ANN401 - a field may be anything, and stays of its kind
    if name.lower() in _SECRET_FIELDS:
        return _REDACTED
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redacted(str(key)): _clean(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", one) for one in value]
    return redacted(str(value))


def _printable(_logger: WrappedLogger, _method: str, line: Any) -> str:  # noqa: ANN401 - structlog's type of renderers
    """Strangers' text may hold what ends a line or commands a terminal; the renderer escapes line feeds alone."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in line)


def _for_people(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return ": ".join([event.pop("event"), *map(str, event.values())])


_FIRST: Final = ("time", "level", "logger", "event")

_FORMS: Final[Mapping[str, tuple[Processor, ...]]] = {
    "text": (structlog.processors.LogfmtRenderer(key_order=_FIRST, bool_as_flag=False), _printable),
    "json": (structlog.processors.JSONRenderer(),),
}


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Foreign records go the way of our events. One that can't be written is told without its contents.

    The standard library would print its arguments as they are.
    """

    def __init__(self, *fields: Processor, render: Collection[Processor]) -> None:
        meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        super().__init__(processors=[structlog.processors.format_exc_info, *fields, meta, redact, *render])

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - a boundary: strangers' objects write themselves into events
            told = f"an event could not be written: {type(error).__name__}"
            return super().format(logging.LogRecord(record.name, logging.ERROR, "", 0, told, None, None))


def formatter(form: str) -> logging.Formatter:
    """What writes an event as one line: `text` (logfmt) or `json`."""
    return _Formatter(
        structlog.processors.TimeStamper(fmt="iso", key="time"),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        render=_FORMS[form],
    )


def events_become_records() -> None:
    """Let the standard library carry our events, as it carries everyone else's: levels and handlers are set there."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,  # the text alone: frames, with what they hold, don't travel
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def configure(level: str, form: str) -> None:
    """Send everything from `level` up to stderr, in one of `formatter`'s forms."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def for_a_command(*, told: Collection[str] = ()) -> None:
    """Send what we warn of, and what libraries call an error, to stderr as plain lines.

    Parameters
    ----------
    told
        Loggers whose words the command's own errors repeat.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[_Lines(frozenset(told))], force=True)


class _Lines(logging.Handler):
    """Lines as a command writes them, each once, and wherever stderr leads now: a progress bar may stand there."""

    def __init__(self, told: Collection[str]) -> None:
        super().__init__()
        self.setFormatter(_Formatter(render=[_for_people]))
        self._told = told
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        ours = record.name.partition(".")[0] in {"bot", "engine"}
        return record.name not in self._told and (ours or record.levelno >= logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if text not in self._said:
            self._said.add(text)
            sys.stderr.write("".join(f"animify: {line}\n" for line in text.splitlines()))
