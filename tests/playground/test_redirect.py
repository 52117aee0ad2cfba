"""The redirection of an unmodified client: which hosts, and nowhere but to this machine."""

import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from playground import NotLoopbackError, redirect
from playground.redirect import rewritten
from tests.playground.rawclient import Stage

ORIGIN = URL("http://127.0.0.1:4000")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://discord.com/api/v10/users/@me", "http://127.0.0.1:4000/discord.com/api/v10/users/@me"),
        ("wss://gateway.discord.gg/?v=10", "http://127.0.0.1:4000/gateway.discord.gg/?v=10"),
        ("https://cdn.discordapp.com/a%20b.png?ex=1&", "http://127.0.0.1:4000/cdn.discordapp.com/a%20b.png?ex=1&"),
        (
            "https://images-ext-1.discordapp.net/external/a/https/b.org/c.png",
            "http://127.0.0.1:4000/images-ext-1.discordapp.net/external/a/https/b.org/c.png",
        ),
        ("https://images-ext-2.discordapp.net/a", "http://127.0.0.1:4000/images-ext-2.discordapp.net/a"),
        ("https://example.org/discord.com", "https://example.org/discord.com"),
        ("https://discord.com.example.org/", "https://discord.com.example.org/"),
    ],
)
def test_discords_hosts_become_the_first_part_of_the_path(address: str, expected: str) -> None:
    assert str(rewritten(address, ORIGIN)) == expected


@pytest.mark.parametrize("origin", ["http://example.org", "http://192.0.2.1:80", "https://127.0.0.1", "127.0.0.1:80"])
def test_only_this_machine_is_accepted(origin: str) -> None:
    with pytest.raises(NotLoopbackError), redirect(origin):
        pass


async def test_the_redirection_ends_with_its_context(stage: Stage) -> None:
    original = aiohttp.ClientSession._request
    with redirect(stage.playground.origin):
        url = "https://discord.com/api/v10/users/@me"
        async with stage.raw.session.get(url, headers={"Authorization": f"Bot {stage.playground.token}"}) as response:
            assert (await response.json())["id"] == str(stage.playground.application_id)
    assert aiohttp.ClientSession._request is original


def test_a_module_runs_redirected_with_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(
        "import aiohttp, sys\nprint(__name__, sys.argv[1:], aiohttp.ClientSession._request.__module__)\n"
    )
    done = launch(tmp_path, "http://127.0.0.1:1", "probe", "--flag")
    assert done.stdout == "__main__ ['--flag'] playground.redirect\n"


@pytest.mark.parametrize(
    ("arguments", "error"), [(["http://example.org", "probe"], "no http address of this machine"), ([], "usage:")]
)
def test_a_wrong_call_is_explained_in_one_line(tmp_path: Path, arguments: list[str], error: str) -> None:
    done = launch(tmp_path, *arguments)
    assert done.returncode == 1
    assert error in done.stderr
    assert done.stderr.count("\n") == 1


def launch(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "playground.launch", *arguments],
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
