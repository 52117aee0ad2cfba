"""`animify demo --open`: the page is there once the bot is, and goes when it is told to."""

import asyncio
import os
import re
import signal
import socket
import sys
import webbrowser
from pathlib import Path

import aiohttp
import pytest

from bot.cli.demo import page
from tests.cli.terminal import animify


async def test_the_page_is_served_until_ctrl_c_and_leaves_only_the_log(photo: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot", "demo", "--open", "--photo", str(photo)),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    assert demo.stdout is not None
    line = (await demo.stdout.readline()).decode()
    address = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", line)
    assert address is not None, line
    async with aiohttp.ClientSession() as session, session.get(address[0]) as response:
        assert (response.status, response.content_type) == (200, "text/html")
    demo.send_signal(signal.SIGINT)
    assert await demo.wait() == 0
    assert [each.name for each in Path("demo-out").iterdir()] == ["bot.log"]


def test_a_port_that_is_taken_is_named(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert animify(monkeypatch, "demo", "--open", "--port", port, "--photo", photo) == 1
    assert (
        capsys.readouterr().err == f"animify: can't listen on port {port}: Address already in use; name another one\n"
    )


def test_a_browser_of_text_does_not_take_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    text, window = webbrowser.GenericBrowser("lynx"), webbrowser.BackgroundBrowser("firefox")
    for browser in (text, window):
        monkeypatch.setattr(browser, "open", opened.append)
        monkeypatch.setattr(webbrowser, "get", lambda browser=browser: browser)
        page.show(f"http://{browser.name}")
    assert opened == ["http://firefox"]
