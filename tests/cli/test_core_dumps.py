"""`animify run` and the processes that it starts leave no core dump, and no other process looks into their memory."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it comes without types
import pytest

from playground import Playground, Upload
from tests.cli.terminal import animify
from tests.flow.stage import a_photo

_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a /proc that tells limits and shows memory")

AN_ORDINARY_USER = """
import ctypes, os, resource, sys
for capability in range(64):
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: root without its powers, once it runs a program
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
os.execv(sys.argv[1], sys.argv[1:])
"""

LOOK_IN = """
import json, sys
def shows(pid):
    try:
        return bool(open(f"/proc/{pid}/environ", "rb").read(1)) or True
    except PermissionError:
        return False
print(json.dumps([int(pid) for pid in sys.argv[1:] if shows(pid)]))
"""


def as_an_ordinary_user(*arguments: str) -> list[str]:
    """A Python that may look into its own user's processes, who may leave core dumps, and into nobody else's."""
    return [sys.executable, "-c", AN_ORDINARY_USER, sys.executable, *arguments]


@asynccontextmanager
async def the_command(playground: Playground, home: Path) -> AsyncIterator[int]:
    """`animify run`, unmodified, in a process of its own."""
    bot = await asyncio.create_subprocess_exec(
        *as_an_ordinary_user("-P", "-m", "playground.launch", playground.origin, "bot", "run"),
        cwd=home,
        env={"DISCORD_TOKEN": playground.token, "ANIMIFY_TELEMETRY": "none"},
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.wait_for(playground.connected.wait(), 30)
        yield bot.pid
    finally:
        bot.terminate()
        await bot.wait()


@contextmanager
def a_process_that_hides_nothing() -> Iterator[int]:
    script = "print(flush=True); input()"
    with subprocess.Popen(
        as_an_ordinary_user("-c", script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"A": "word"}
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.stdin.write(b"\n")


def core_limits(pid: int) -> tuple[str, str]:
    """The soft and the hard one."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    soft, hard, _unit = next(line for line in lines if line.startswith("Max core file size")).split()[4:]
    return soft, hard


def shown(*pids: int) -> list[int]:
    """Those that an ordinary process of the same user can look into."""
    looking = as_an_ordinary_user("-c", LOOK_IN, *map(str, pids))
    return [int(pid) for pid in json.loads(subprocess.run(looking, check=True, capture_output=True).stdout)]


@_linux
async def test_the_bot_and_its_children_leave_no_core_dump_and_show_nobody_their_memory(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground, the_command(playground, tmp_path) as bot:
        guild = playground.guild("Cosy Corner")
        asked = await guild.member("Mika").slash(
            guild.text_channel("photos"), "animify", photo=Upload("me.jpg", a_photo(), "image/jpeg"), style="ghibli"
        )
        await playground.wait_for(
            lambda event: event.message is not None and "Done" in event.message.text, about=asked.id, timeout=30
        )
        family = [bot, *(child.pid for child in psutil.Process(bot).children(recursive=True))]
        assert len(family) >= 3  # it decodes in one process and paints in another
        assert {core_limits(pid) for pid in family} == {("0", "0")}
        with a_process_that_hides_nothing() as other:
            assert shown(other, *family) == [other]


def test_that_comes_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> None:
        raise OSError("the system refuses")

    monkeypatch.setattr("bot.cli.run.harden", refused)
    monkeypatch.setenv("ANIMIFY_WORKERS", "none")
    assert animify(monkeypatch, "run") == 1
    assert capsys.readouterr().err == "animify: the system refuses\n"
