"""What is chosen or typed on the card of /server becomes a value, or is refused with the reason."""

import pytest

from bot.commands.server.reading import Given, read
from bot.commands.server.zones import zone
from bot.commands.services import RefusalError
from bot.ui.server import named
from bot.values.rules import Guild
from tests.bot.test_server_card import CATALOGUE, MANY, a_server

SERVER = 10**18


def read_setting(name: str, given: Given, guild: Guild | None = None, *, sheet: int = 0, many: bool = False) -> object:
    setting = named(name)
    assert setting is not None
    return read(setting, a_server(guild, catalogue=MANY if many else CATALOGUE), given, sheet=sheet)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("  europe/berlin ", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_known_by_its_name_or_its_city(typed: str, name: str) -> None:
    assert zone(typed) == name


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Europe/Berln", "Did you mean Europe/Berlin"),
        ("Toky", "Did you mean Asia/Tokyo"),
        ("Etc/GMT+1", "no time zone"),
        ("../../etc/passwd", "no time zone"),
        ("xxxxxxxxxxxx", "Names are like"),
        ("", "no time zone"),
        ("@everyone **now**", "no time zone"),
    ],
)
def test_another_zone_is_refused_with_what_looks_like_it(typed: str, words: str) -> None:
    with pytest.raises(RefusalError, match=words.replace("/", ".")) as no:
        zone(typed)
    assert "@everyone" not in no.value.sentence
    assert len(no.value.sentence) < 300


@pytest.mark.parametrize(("typed", "limit"), [("", None), (" ", None), ("0", 0), ("1000", 1000)])
def test_a_daily_limit_is_a_number_or_nothing(typed: str, limit: int | None) -> None:
    assert read_setting("daily_limit", Given(typed=typed)) == limit


@pytest.mark.parametrize("typed", ["-1", "1001", "lots", "1e3", "٣", "1.5", "9" * 4000])
def test_another_daily_limit_is_refused(typed: str) -> None:
    with pytest.raises(RefusalError, match="no daily limit"):
        read_setting("daily_limit", Given(typed=typed))


@pytest.mark.parametrize(
    ("typed", "hours"), [("0", 0), ("", 0), ("12h", 12), ("90m", 2), ("3d", 72), ("52w", 8736), ("366d", 8760)]
)
def test_a_span_becomes_whole_hours(typed: str, hours: int) -> None:
    assert read_setting("new_member_hours", Given(typed=typed)) == hours


@pytest.mark.parametrize("typed", ["soon", "-1h", "9999w"])
def test_another_span_is_refused(typed: str) -> None:
    with pytest.raises(RefusalError, match="no span of time"):
        read_setting("new_member_hours", Given(typed=typed))


def test_roles_are_chosen_if_all_of_them_exist() -> None:
    assert read_setting("roles", Given(("1", "2"), frozenset({"1", "2"}))) == {1, 2}
    with pytest.raises(RefusalError, match="is gone"):
        read_setting("roles", Given(("1", "2"), frozenset({"1"})))


def test_a_role_that_is_gone_does_not_open_the_server_to_everyone() -> None:
    with pytest.raises(RefusalError, match="is gone"):
        read_setting("roles", Given(("1",)))


def test_everyone_may_use_it_as_a_role_but_not_moderate() -> None:
    everyone = Given(("1", str(SERVER)), frozenset({"1", str(SERVER)}))
    assert read_setting("roles", everyone) == frozenset()
    with pytest.raises(RefusalError, match="can't be moderators"):
        read_setting("moderator_roles", everyone)


def test_nothing_chosen_is_no_log_channel() -> None:
    assert read_setting("log_channel", Given(("5",), frozenset({"5"}))) == 5
    assert read_setting("log_channel", Given()) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("safety", "block"),
        ("safety", "spoiler"),
        ("default_style", "gone"),
        ("retention_hours", "23"),
        ("language", "xx"),
        ("threads", ""),
        ("zone", "x"),
    ],
)
def test_what_is_not_offered_any_more_is_refused(name: str, key: str) -> None:
    with pytest.raises(RefusalError, match="can't be chosen"):
        read_setting(name, Given((key,)))


def test_a_style_that_is_off_is_no_default() -> None:
    with pytest.raises(RefusalError, match="can't be chosen"):
        read_setting("default_style", Given(("manga",)), Guild(styles_off=frozenset({"manga"})))
    assert read_setting("default_style", Given(("-",))) is None


def test_styles_that_are_not_ticked_are_off() -> None:
    ticked = tuple(one.id for one in CATALOGUE if one.id != "manga")
    before = Guild(styles_off=frozenset({"ghibli", "gone"}))
    assert read_setting("styles_off", Given(ticked), before) == {"manga", "gone"}


def test_styles_of_other_sheets_stay_as_they_were() -> None:
    before = Guild(styles_off=frozenset({MANY[0].id, MANY[30].id}))
    assert read_setting("styles_off", Given(), before, sheet=2, many=True) == {
        MANY[0].id,
        MANY[30].id,
        *(one.id for one in MANY[48:]),
    }


def test_one_style_must_stay_on() -> None:
    with pytest.raises(RefusalError, match="must stay on"):
        read_setting("styles_off", Given())
