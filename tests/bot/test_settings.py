"""Settings: where they come from, and how their problems are told."""

from pathlib import Path

import pytest

from bot.settings import EngineChoice, LogFormat, LogLevel, Settings, SettingsError, load, variables

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GAbcde.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture(autouse=True)
def an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_nothing_needs_to_be_set() -> None:
    settings = load()
    assert settings.token is None
    assert settings.database == Path("animify.db")
    assert settings.engine is EngineChoice.AUTO
    assert settings.daily_limit == 3
    assert settings.log_level is LogLevel.INFO
    assert settings.log_format is LogFormat.TEXT


def test_the_environment_wins_over_the_file(an_empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (an_empty_place / ".env").write_text("ANIMIFY_DAILY_LIMIT=5\nANIMIFY_WORKERS=2\n")
    monkeypatch.setenv("ANIMIFY_DAILY_LIMIT", "7")
    settings = load()
    assert (settings.daily_limit, settings.workers) == (7, 2)


def test_every_problem_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMIFY_DAILY_LIMIT", "many")
    monkeypatch.setenv("ANIMIFY_ENGINE", "magic")
    monkeypatch.setenv("ANIMIFY_WORKERS", "0")
    with pytest.raises(SettingsError) as caught:
        load()
    assert [line.partition(":")[0] for line in caught.value.problems] == [
        "ANIMIFY_ENGINE",
        "ANIMIFY_DAILY_LIMIT",
        "ANIMIFY_WORKERS",
    ]


def test_a_token_of_the_wrong_form_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "my-client-secret")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "DISCORD_TOKEN" in str(caught.value)
    assert "my-client-secret" not in str(caught.value)


def test_a_token_is_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    settings = load()
    assert settings.token is not None
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings)


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().daily_limit = 9  # type: ignore[misc]  # the point of the test


def test_an_env_file_that_is_no_text_is_a_problem_like_any_other(an_empty_place: Path) -> None:
    (an_empty_place / ".env").write_bytes(b"\xff\xfe\x00D")
    with pytest.raises(SettingsError, match="UTF-8"):
        load()


def test_every_variable_is_named_as_promised() -> None:
    assert all(name == "DISCORD_TOKEN" or name.startswith("ANIMIFY_") for name in variables())
    assert set(variables().values()) == set(Settings.model_fields)
