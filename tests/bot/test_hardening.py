"""What the bot's process gives up, as it finds itself afterwards: in a process of its own, since it is for good."""

import json
import subprocess
import sys

import pytest

LOOK = """
import ctypes, json, resource
from bot.hardening import harden
from yarl import URL
harden()
link = "https://cdn.discordapp.com/attachments/1/2/me.png?hm=0123"
print(json.dumps({
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "dumpable": getattr(ctypes.CDLL(None), "prctl", lambda *_: None)(3, 0, 0, 0, 0),
    "remembered": URL(link) is URL(link) or URL(link, encoded=True) is URL(link, encoded=True),
    "read": [str(URL(link)), URL(link).with_fragment(None).query["hm"]],
}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    looked = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True)
    return dict(json.loads(looked.stdout))


def test_it_leaves_no_core_dump(found: dict[str, object]) -> None:
    assert found["core"] == [0, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process close itself to others of its user")
def test_it_is_closed_to_other_processes_of_the_same_user(found: dict[str, object]) -> None:
    assert found["dumpable"] == 0


def test_addresses_are_read_and_none_is_remembered(found: dict[str, object]) -> None:
    assert found["remembered"] is False
    assert found["read"] == ["https://cdn.discordapp.com/attachments/1/2/me.png?hm=0123", "0123"]
