"""Files of every unkind sort through the command: each becomes a picture or one line, and nothing else happens."""

from pathlib import Path

import pytest

from bot.ui import words
from tests.cli.terminal import animify, opened

UNKIND = Path(__file__).resolve().parents[2] / ".." / "shared" / "badimages"


@pytest.mark.skipif(not UNKIND.is_dir(), reason="the corpora are not beside the checkout")
@pytest.mark.timeout(600)
def test_every_unkind_file_becomes_a_picture_or_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(UNKIND.iterdir())
    assert animify(monkeypatch, "transform", *files, "--style", "manga", "--output", "out") == 1
    told = capsys.readouterr()
    painted = told.out.split()
    lines = [line for line in told.err.splitlines() if line.startswith("animify: ")]
    assert len(painted) + len(lines) == len(files)
    assert not [line for line in lines if words.ENGINE_FAILED() in line]
    assert sorted(str(path) for path in Path("out").iterdir()) == sorted(painted)
    for path in painted:
        kind, size = opened(path)
        assert kind == "JPEG"
        assert max(size) >= 512
