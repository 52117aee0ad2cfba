"""`animify admin` as an operator meets it: the running bot answers, or the command does it itself."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bot.cli import orders
from tests.cli.storing import DATABASE, Running, made
from tests.cli.terminal import animify
from tests.store.stage import rows, submit, tamper

ROOT = Path(__file__).resolve().parents[2]

EACH = [
    (("caps", "server", "10", "500", "--reason", "a small box"), "server 10 has a cap of 500 pictures a day (UTC) now"),
    (
        ("caps", "member", "every", "20"),
        "every member without a cap of its own has a cap of 20 pictures a day (UTC) now",
    ),
    (("caps", "member", "7", "none"), "member 7 has no cap already"),
    (("allow", "server", "10"), "server 10 was not denied"),
    (
        ("drain", "on"),
        "nothing new is let in until `animify admin drain off`, also after a restart; what was promised goes on",
    ),
    (("drain", "off"), "it did not drain"),
]

DENY = ("deny", "member", "7", "--reason", "spam")
DENIED = "member 7 is denied now; 0 queued pictures"


@pytest.fixture
def answered(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """A bot that looks whenever the shell waits."""
    monkeypatch.setattr(orders, "ask", partial(orders.ask, pause=running.look))
    return running


@pytest.mark.parametrize(("command", "sentence"), [*EACH, (DENY, f"{DENIED} cancelled and refunded")])
def test_the_running_bot_answers(
    command: tuple[str, ...],
    sentence: str,
    answered: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert animify(monkeypatch, "admin", *command) == 0
    assert capsys.readouterr().out == f"{sentence}\n"
    assert rows(DATABASE, "SELECT * FROM commands") == []
    assert answered.do(answered.store.audit_faults()) == []


@pytest.mark.parametrize(("command", "sentence"), [*EACH, (DENY, f"{DENIED} will be refunded when the bot starts")])
def test_without_a_bot_the_same_is_done_right_here(
    command: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    assert animify(monkeypatch, "admin", *command) == 0
    assert capsys.readouterr().out == f"{sentence}\n"
    assert rows(DATABASE, "SELECT * FROM commands") == []


def test_a_bot_in_a_process_of_its_own_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.running", DATABASE.resolve()],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"up\n"
        assert animify(monkeypatch, "admin", "drain", "on") == 0
        assert animify(monkeypatch, "admin", "drain", "status") == 0
        assert bot.stdin is not None
        bot.stdin.close()
    assert "0 queued, 0 running: nobody waits, the bot can be stopped" in capsys.readouterr().out
    assert rows(DATABASE, "SELECT action FROM audit") == [("drain",)]


def test_a_command_that_nobody_answers_is_taken_back_after_five_seconds(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(orders, "ask", partial(orders.ask, pause=waited.append))
    assert animify(monkeypatch, "admin", "drain", "on") == 1
    assert "did not answer within 5 seconds" in capsys.readouterr().err
    assert sum(waited) == pytest.approx(5)
    assert rows(DATABASE, "SELECT * FROM commands") == []
    running.look(0)
    assert running.do(running.store.desk.audit(0)) == []


def test_a_command_that_is_broken_off_is_taken_back(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(orders, "ask", partial(orders.ask, pause=break_off))
    assert animify(monkeypatch, "admin", "drain", "on") == 130
    running.look(0)
    assert running.do(running.store.desk.audit(0)) == []


def test_what_the_bot_can_not_do_is_an_error(
    answered: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def late(seconds: float) -> None:
        tamper(DATABASE, "UPDATE commands SET at = at - 100")
        answered.look(seconds)

    monkeypatch.setattr(orders, "ask", partial(orders.ask, pause=late))
    assert animify(monkeypatch, "admin", "drain", "on") == 1
    assert capsys.readouterr().err == "animify: it came too late; nothing was changed\n"


def test_a_bot_of_another_version_is_not_asked(
    answered: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(DATABASE, "INSERT INTO migrations VALUES (99, '0099_later.sql', 'a', 0)")
    assert animify(monkeypatch, "admin", "drain", "on") == 1
    assert "newer animify" in capsys.readouterr().err
    assert answered.do(answered.store.fact("draining")) is None


def test_caps_are_listed_with_what_is_used(
    answered: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "admin", "caps", "show") == 0
    assert capsys.readouterr().out == "no caps are set\n"
    answered.do(submit(answered.store, 1))
    for command in (("server", "every", 9), ("server", 10, 5), ("member", 7, 3)):
        animify(monkeypatch, "admin", "caps", *command)
    capsys.readouterr()
    assert animify(monkeypatch, "admin", "caps", "show") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["who", "pictures", "a", "day", "used", "today"],
        ["every", "other", "server", "9"],
        ["server", "10", "5", "1"],
        ["member", "7", "3", "1"],
    ]


def test_the_denied_are_listed_with_the_reason_as_it_is(
    answered: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "admin", "deny", "list") == 0
    assert capsys.readouterr().out == "nobody is denied\n"
    animify(monkeypatch, "admin", "deny", "member", 7, "--reason", "[red]spam[/]")
    tamper(DATABASE, "INSERT INTO remnants (hash, kind, guild_id, value) VALUES (x'00', 'denied', 0, '{}')")
    assert animify(monkeypatch, "admin", "deny", "list") == 0
    said = capsys.readouterr().out
    assert "member 7" in said
    assert "[red]spam[/]" in said
    assert "and 1 of members who were erased" in said
    assert answered.do(answered.store.audit_faults()) == []


def test_the_status_says_how_many_are_waiting(
    answered: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answered.do(submit(answered.store, 1))
    assert animify(monkeypatch, "admin", "drain", "status") == 0
    assert capsys.readouterr().out == "not draining: requests are let in; 1 queued, 0 running\n"
    animify(monkeypatch, "admin", "drain", "on")
    animify(monkeypatch, "admin", "drain", "status")
    assert capsys.readouterr().out.endswith("; 1 queued, 0 running\n")


@pytest.mark.parametrize(
    "command",
    [
        ("caps", "server", "ten", "5"),
        ("caps", "server", "0", "5"),
        ("caps", "server", "9" * 5000, "5"),
        ("caps", "server", "10", "-5"),
        ("caps", "server", "10", "many"),
        ("caps", "member", "7", "1000001"),
        ("deny", "member", "every"),
        ("allow", "server", "²"),
    ],
)
def test_what_is_no_id_and_no_number_is_a_usage_error(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    assert animify(monkeypatch, "admin", *command) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert rows(DATABASE, "SELECT * FROM audit") == []


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_reason_has_bounds(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    assert animify(monkeypatch, "admin", "drain", "on", "--reason", reason) == 1
    assert rows(DATABASE, "SELECT * FROM audit") == []


def test_a_database_that_is_not_there_is_not_made(
    an_empty_place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert animify(monkeypatch, "admin", "drain", "on") == 1
    assert "it is not there" in capsys.readouterr().err
    assert list(an_empty_place.iterdir()) == []
