"""`animify audit` as an operator meets it: JSON lines, read beside a running bot."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from tests.cli.storing import Running
from tests.cli.terminal import animify
from tests.store.stage import by_moderator, change, deliver, mode_of, permissive, request, start, submit, tamper

STRANGE = "@everyone \x1b[31m \u202e \u200f\n" + "x" * 10_000


async def moderate(store: Store) -> None:
    await store.desk.block(change(50, member_id=7, reason=STRANGE))
    await store.desk.change_guild(by_moderator(51, guild_id=11), daily_limit=3)


async def report(store: Store, *, server_id: int) -> None:
    asked = request(1, guild_id=0, server_id=server_id)
    (job_id,) = (await store.submit(asked, judge=permissive, in_flight_limit=9)).job_ids
    await start(store, job_id)
    await deliver(store, job_id)
    await submit(store, 2, user_id=8)
    tamper(
        Path("animify.db"),
        """
        INSERT INTO reports (job_id, guild_id, reporter, reason, words, at)
        SELECT '1-0', 0, subject, 'harmful', 'oh ' || char(27), 5 FROM subjects WHERE user_id = 8;
        INSERT INTO reports (job_id, guild_id, reporter, reason, at) VALUES ('2-0', 10, 1, 'other', 5);
        """,
    )


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_row_is_one_line_that_no_terminal_obeys(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running.do(moderate(running.store))
    assert animify(monkeypatch, "audit", "export") == 0
    said = capsys.readouterr().out
    assert all(one.isprintable() and one.isascii() for one in said.replace("\n", ""))
    block, setting = lines(said)
    assert block["reason"] == STRANGE
    assert (block["action"], block["guild_id"], block["actor_id"], block["target_id"]) == ("block", "10", "99", "7")
    assert (setting["object"], setting["before"], setting["after"]) == ("daily_limit", None, "3")
    assert setting["at"].endswith("Z")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--server", "11"), 1),
        (("--server", "12"), 0),
        (("--since", "2026-01-01"), 2),
        (("--since", "2999-01-01T12:00"), 0),
    ],
)
def test_rows_can_be_chosen(
    options: tuple[str, ...],
    expected: int,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    running.do(moderate(running.store))
    assert animify(monkeypatch, "audit", "export", *options) == 0
    assert len(lines(capsys.readouterr().out)) == expected


def test_a_file_is_private_and_nothing_is_overwritten(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.do(moderate(running.store))
    assert animify(monkeypatch, "audit", "export", "--output", "audit.jsonl") == 0
    assert mode_of(Path("audit.jsonl")) == 0o600
    assert len(lines(Path("audit.jsonl").read_text())) == 2
    assert animify(monkeypatch, "audit", "export", "--output", "audit.jsonl") == 1
    assert animify(monkeypatch, "audit", "export", "--output", "nowhere/audit.jsonl") == 1


def test_a_date_that_is_none_is_a_usage_error(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    assert running.store is not None
    assert animify(monkeypatch, "audit", "export", "--since", "yesterday") == 2


@pytest.mark.parametrize(("server_id", "where"), [(0, "@me"), (12, "12")])
def test_reports_of_what_no_moderator_sees_are_listed_with_a_link(
    server_id: int,
    where: str,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    running.do(report(running.store, server_id=server_id))
    assert animify(monkeypatch, "audit", "reports") == 0
    [one] = lines(capsys.readouterr().out)
    assert one["link"] == f"https://discord.com/channels/{where}/50/500"
    assert (one["reason"], one["words"], one["reporter_id"], one["requester_id"]) == ("harmful", "oh \x1b", "8", "7")
