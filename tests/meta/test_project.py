"""Rules about the project itself."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.client import INVITE_PERMISSIONS, INVITE_SCOPES
from bot.settings import Settings, variables

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["bot", "engine", "styles", "migrations", "playground"]
PRODUCT = [path for name in ("bot", "engine") for path in sorted((ROOT / name).rglob("*.py"))]


def test_the_example_of_an_env_file_names_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    example = dotenv_values(ROOT / ".env.example")
    assert list(example) == list(variables())
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)


def test_the_readme_names_the_permissions_and_scopes_that_the_code_asks_for() -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"`{INVITE_PERMISSIONS.value}`" in readme
    for scope in INVITE_SCOPES:
        assert f"`{scope}`" in readme
    words = " ".join(readme.replace("*", "").split())
    for name, needed in INVITE_PERMISSIONS:
        shown = {"read_messages": "view_channel"}.get(name, name)  # as Discord words it
        assert (shown.replace("_", " ").title().replace(" In ", " in ") in words) or not needed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_exactly_the_packages(wheel: Path) -> None:
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in names} == set(PACKAGES)
    shipped = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert set(names) == shipped


def test_the_wheel_runs_from_elsewhere(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    listing = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "styles"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "ghibli" in listing.stdout
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import bot; print(bot.__file__)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert where.stdout.startswith(str(tmp_path))


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_in_the_product_can_redirect_discord_traffic(path: Path) -> None:
    """The playground redirects from outside; a switch inside would be a way to send tokens and photos elsewhere."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for address in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0"):  # noqa: S104 - looked for, not bound to
                assert address not in node.value
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"BASE", "DEFAULT_GATEWAY", "_request"}
        if isinstance(node, ast.keyword):
            assert node.arg not in {"proxy", "proxy_auth", "trust_env", "base_url", "connector"}


def test_no_setting_is_a_host_or_an_address() -> None:
    assert not [name for name in variables() if any(word in name for word in ("HOST", "URL", "PORT", "PROXY"))]


def test_every_file_says_in_one_sentence_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in [*PACKAGES, "benchmarks"]
        for path in (ROOT / package).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    assert [one for one in listed if "==" not in one and not one.startswith("animify[")] == []


def test_every_silenced_rule_says_why() -> None:
    silenced = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in [*PACKAGES, "tests", "benchmarks"]
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for mark in ("# " + "noqa: ", "# " + "type: ignore[")
        if mark in line and not _reason(line.split(mark, 1)[1])
    ]
    assert silenced == []


def _reason(rest: str) -> bool:
    """Whether more than the rule's name follows the mark."""
    return len(rest.split(None, 1)) > 1
