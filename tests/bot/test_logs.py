"""What must never be read in a log."""

import logging

import pytest

from bot.logs import RedactingFormatter, redacted

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GAbcde.abcdefghijklmnopqrstuvwxyz0123456789AB"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnNlY3JldHNlY3JldHNlY3JldA"


@pytest.mark.parametrize(
    "secret",
    [
        f"https://discord.com/api/v10/webhooks/123/{INTERACTION}/messages/@original",
        f"https://discord.com/api/v10/interactions/123/{INTERACTION}/callback",
        "https://cdn.discordapp.com/attachments/1/2/me.jpg?ex=6a1&is=6a0&hm=0123456789abcdef",
        "https://media.discordapp.net/ephemeral-attachments/1/2/me.jpg?ex=6a1&is=6a0&hm=0123456789abcdef",
        f"Authorization: Bot {TOKEN}",
        f'{{"t": "INTERACTION_CREATE", "d": {{"token": "{INTERACTION}", "type": 2}}}}',
    ],
)
def test_a_secret_does_not_survive_a_log_line(secret: str) -> None:
    line = redacted(f"PATCH {secret} has returned 500")
    assert INTERACTION not in line
    assert TOKEN not in line
    assert "hm=" not in line
    assert "has returned 500" in line


def test_a_secret_does_not_survive_a_traceback() -> None:
    try:
        raise RuntimeError(f"failed: https://discord.com/api/v10/webhooks/123/{INTERACTION}")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "oops", None, (RuntimeError, error, error.__traceback__)
        )
    text = RedactingFormatter("%(message)s").format(record)
    assert "RuntimeError" in text
    assert INTERACTION not in text


def test_ordinary_lines_stay_as_they_are() -> None:
    line = "online as Animify in 3 servers; engine 1.2.3, https://discord.com/channels/1/2/3"
    assert redacted(line) == line
