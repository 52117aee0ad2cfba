"""What a log looks like, and what must never be read in it."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.logs import redacted

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GAbcde.abcdefghijklmnopqrstuvwxyz0123456789AB"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnNlY3JldHNlY3JldHNlY3JldA"
SIGNED = "https://cdn.discordapp.com/attachments/1/2/me.jpg?ex=6a1&is=6a0&hm=0123456789abcdef"
SECRETS = [
    f"https://discord.com/api/v10/webhooks/123/{INTERACTION}/messages/@original",
    f"https://discord.com/api/v10/interactions/123/{INTERACTION}/callback",
    SIGNED,
    SIGNED.removeprefix("https://"),
    f"GET {SIGNED.removeprefix('https://cdn.discordapp.com')}",
    "/attachments/1/2/me.jpg?hm=0123456789abcdef",
    "https://media.discordapp.net/ephemeral-attachments/1/2/me.jpg?ex=6a1&is=6a0&hm=0123456789abcdef",
    "HTTPS://hub.example:8443/it's/model?name*=UTF-8''model&hm=0123456789abcdef",
    "http://localhost/?hm=0123456789abcdef",
    "http://me:hm=0123456789abcdef@proxy.example/",
    f"Authorization: Bot {TOKEN}",
    f'{{"t": "INTERACTION_CREATE", "d": {{"token": "{INTERACTION}", "type": 2}}}}',
    f'{{"token":"{INTERACTION}"}}',
    str({"d": {"token": INTERACTION}}),
    json.dumps({"payload": json.dumps({"token": INTERACTION})}),
]

_log = structlog.stdlib.get_logger("bot.a_part")
_foreign = logging.getLogger("discord.http")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


in_each_form = pytest.mark.parametrize("form", ["text", "json"])


def fail(secret: str) -> None:
    a_local = secret[::-1]
    raise RuntimeError(f"{len(a_local)} characters\nof {secret}")


def clean(text: str) -> bool:
    return not any(secret in text for secret in (INTERACTION, TOKEN, "hm=0"))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_does_not_survive_in_a_text(secret: str) -> None:
    line = redacted(f"PATCH {secret} has returned 500")
    assert clean(line)
    assert "has returned 500" in line


def test_ordinary_text_stays_as_it_is() -> None:
    line = "online as Animify in 3 servers; engine 1.2.3, https://discord.com/channels/1/2/3#top (you@example.com?)"
    assert redacted(line) == line


def test_of_a_url_scheme_host_and_path_stay() -> None:
    assert redacted(SIGNED) == "https://cdn.discordapp.com/attachments/1/2/me.jpg<redacted>"


def test_text_is_a_name_and_fields_in_a_fixed_order(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    _log.warning("a job does not go on", job="j1", reason='it said "no"', last=True)
    time, rest = capsys.readouterr().err.split(" ", 1)
    assert time.startswith("time=")
    assert time.endswith("Z")
    assert rest == (
        'level=warning logger=bot.a_part event="a job does not go on" job=j1 reason="it said \\"no\\"" last=true\n'
    )


def test_json_is_an_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    _log.info("online", guilds=3, more={"a": [1, None, {2}]}, of=ValueError)
    _foreign.info("%d shards\nare here", 1)
    ours, foreign = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ours.items() >= {"event": "online", "level": "info", "logger": "bot.a_part", "guilds": 3}.items()
    assert ours["more"] == {"a": [1, None, [2]]}
    assert foreign.items() >= {"event": "1 shards\nare here", "level": "info", "logger": "discord.http"}.items()
    assert ours.keys() & foreign.keys() == {"time", "level", "logger", "event"}


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning", "text")
    _log.info("online")
    _foreign.info("online")
    assert capsys.readouterr().err == ""


@in_each_form
def test_an_event_is_one_line_with_its_traceback_and_whatever_strangers_wrote(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug", form)
    strange = "one\ntwo\r\nthree\u2028four\x85five\x0bsix\x1b[2J\ud800"
    try:
        fail("you")
    except RuntimeError as error:
        _log.exception("a journey failed", said=strange)
        _log.error("a journey failed", said=[strange], exc_info=error)
        _foreign.exception(strange)
    _foreign.warning("%s", strange, stack_info=True)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(line.isprintable() for line in lines)
    assert all("RuntimeError: 3 characters\\nof you" in line for line in lines[:3])
    if form == "json":
        assert json.loads(lines[0])["said"] == strange
        assert json.loads(lines[2])["event"] == strange


@pytest.mark.parametrize("secret", SECRETS)
@in_each_form
def test_a_secret_does_not_survive_in_a_line(form: str, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", form)

    class Foreign:
        def __str__(self) -> str:
            return secret

        __repr__ = __str__

    nested: dict[str, Any] = {"deep": [{"er": (secret, {secret})}, Foreign()], secret: 1}
    _log.info(f"it said {secret}", said=secret, nested=nested, foreign=Foreign())
    _foreign.info("PATCH %s with %s", secret, {"data": secret})
    try:
        fail(secret)
    except RuntimeError as error:
        error.add_note(secret)
        _log.exception("a journey failed")
        _foreign.exception("a request failed")
        _log.error("a journey failed", exc_info=ExceptionGroup(secret, [error]))
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 5
    assert clean(written)


@in_each_form
def test_a_field_with_a_secret_s_name_is_cut_whatever_is_in_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", form)
    _log.info("asked", token="abc-1", nested=[{"Authorization": "abc-2", "url": {"path": "abc-3"}}])
    written = capsys.readouterr().err
    assert written.count("<redacted>") == 3
    assert "abc" not in written


@in_each_form
def test_a_traceback_shows_no_local_variables(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", form)

    def deep(local: str) -> None:
        raise ValueError(len(local))

    try:
        deep("a canary of a local")
    except ValueError:
        _log.exception("a journey failed")
        _foreign.exception("a request failed")
    written = capsys.readouterr().err
    assert written.count("deep") > 2
    assert "canary of" not in written.replace('deep(\\"a canary of a local\\")', "")  # the line of code is shown


@in_each_form
def test_an_event_that_cannot_be_written_is_told_without_what_was_in_it(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug", form)

    class Broken:
        def __str__(self) -> str:
            raise ZeroDivisionError(TOKEN)

    _log.info("asked", secret_ish="canary", by=Broken())
    _foreign.info("asked %d", "canary")
    first, second = capsys.readouterr().err.splitlines()
    assert "an event could not be written: ZeroDivisionError" in first
    assert "an event could not be written: TypeError" in second
    assert "canary" not in first + second


def test_a_part_that_nobody_configured_keeps_off_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    _log.error("it broke")
    assert capsys.readouterr().out == ""
