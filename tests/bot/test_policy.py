"""The rules, cell by cell."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy
from bot.policy import Ask, Declared, Showing
from bot.values.buttons import Action
from bot.values.rules import (
    Actor,
    Block,
    ConsentRule,
    Guild,
    House,
    Origin,
    PicturesOfMe,
    Place,
    Refusal,
    SafetyMode,
    Source,
    Standing,
)

NOW = 1_800_000_000.0
HOUR = 3600
MIKA, NOOR = 7, 8
HERE = Place(guild_id=10, server_id=10, channel_id=70, parents=frozenset({71, 72}))
DIRECT = Place(guild_id=0, server_id=0, channel_id=70)
ASK = Ask(actor=Actor(user_id=MIKA), place=HERE, source=Source(), style="ghibli", adult_style=False)
MODERATORS = [
    Actor(user_id=MIKA, manages_server=True),
    Actor(user_id=MIKA, moderates_members=True),
    Actor(user_id=MIKA, roles=frozenset({99})),
]
CHECKED, UNCHECKED = House(classifier=True), House()


def admits(ask: Ask = ASK, standing: Standing | None = None, *, house: House = CHECKED) -> Refusal | None:
    return policy.admits(ask, standing or Standing(), house=house, now=NOW)


def in_guild(**settings: object) -> Standing:
    return Standing(guild=Guild(moderator_roles=frozenset({99}), **settings))  # type: ignore[arg-type]  # passed on


def test_a_fresh_server_lets_everybody_work_at_once_with_a_classifier_or_without() -> None:
    assert admits() is None
    assert admits(house=UNCHECKED) is None


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(draining=True), Refusal.DRAINING),
        (Standing(denied_member=True), Refusal.DENIED_MEMBER),
        (Standing(denied_server=True), Refusal.DENIED_SERVER),
        (Standing(block=Block(reason=None, expires_at=None)), Refusal.BLOCKED),
        (Standing(guild=Guild(paused=True)), Refusal.PAUSED),
        (Standing(guild=Guild(styles_off=frozenset({"ghibli"}))), Refusal.STYLE_OFF),
    ],
)
def test_what_closes_the_door_closes_it_for_moderators_too(standing: Standing, expected: Refusal) -> None:
    assert admits(standing=standing) is expected
    assert admits(replace(ASK, actor=Actor(user_id=MIKA, manages_server=True)), standing) is expected


@pytest.mark.parametrize("allowed", [70, 71, 72])
def test_an_allowed_channel_brings_its_threads_and_a_category_its_channels(allowed: int) -> None:
    assert admits(standing=in_guild(channels=frozenset({allowed}))) is None


def test_another_channel_is_refused() -> None:
    assert admits(standing=in_guild(channels=frozenset({75}))) is Refusal.CHANNEL


def test_one_of_the_allowed_roles_is_enough() -> None:
    held = replace(ASK, actor=Actor(user_id=MIKA, roles=frozenset({1, 2})))
    assert admits(held, in_guild(roles=frozenset({2, 3}))) is None
    assert admits(standing=in_guild(roles=frozenset({2, 3}))) is Refusal.ROLE


@pytest.mark.parametrize(
    ("joined_at", "expected"),
    [(NOW - 24 * HOUR, None), (NOW - 24 * HOUR + 1, Refusal.NEW_MEMBER), (NOW, Refusal.NEW_MEMBER), (None, None)],
)
def test_a_new_member_waits(joined_at: float | None, expected: Refusal | None) -> None:
    someone = replace(ASK, actor=Actor(user_id=MIKA, joined_at=joined_at))
    assert admits(someone, in_guild(new_member_hours=24)) is expected


@pytest.mark.parametrize("moderator", MODERATORS)
def test_roles_and_age_are_not_asked_of_moderators(moderator: Actor) -> None:
    strict = in_guild(roles=frozenset({5}), new_member_hours=24)
    assert admits(replace(ASK, actor=replace(moderator, joined_at=NOW)), strict) is None


@pytest.mark.parametrize(
    ("restricted", "house", "expected"),
    [
        (True, CHECKED, None),
        (False, CHECKED, Refusal.ADULT_STYLE),
        (True, UNCHECKED, Refusal.ADULT_STYLE_UNCHECKED),
        (False, UNCHECKED, Refusal.ADULT_STYLE_UNCHECKED),
    ],
)
def test_styles_for_adults_need_a_classifier_and_a_channel_for_adults(
    restricted: bool, house: House, expected: Refusal | None
) -> None:
    ask = replace(ASK, adult_style=True, place=replace(HERE, age_restricted=restricted))
    assert admits(ask, house=house) is expected


@pytest.mark.parametrize(
    ("house", "expected"),
    [(CHECKED, None), (UNCHECKED, Refusal.UNCHECKED_DIRECT), (House(unchecked_direct=True), None)],
)
def test_direct_use_needs_a_classifier_or_the_operators_word(house: House, expected: Refusal | None) -> None:
    assert admits(replace(ASK, place=DIRECT), house=house) is expected


@pytest.mark.parametrize(
    ("restricted", "house", "expected"),
    [
        (False, UNCHECKED, Refusal.UNCHECKED_CHANNEL),
        (True, UNCHECKED, None),
        (False, CHECKED, None),
    ],
)
def test_where_nothing_can_be_judged_channels_for_adults_only_means_all_of_it(
    restricted: bool, house: House, expected: Refusal | None
) -> None:
    ask = replace(ASK, place=replace(HERE, age_restricted=restricted))
    assert admits(ask, in_guild(safety=SafetyMode.AGE_RESTRICTED), house=house) is expected


OTHERS = Source(origin=Origin.MESSAGE, owner_id=NOOR)


@pytest.mark.parametrize(
    ("rule", "said", "expected"),
    [
        (ConsentRule.SELF, None, Refusal.NOT_YOURS),
        (ConsentRule.SELF, PicturesOfMe.ANYONE, Refusal.NOT_YOURS),
        (ConsentRule.SELF, PicturesOfMe.NOBODY, Refusal.OWNER_SAYS_NOBODY),
        (ConsentRule.OPTED_IN, None, Refusal.OWNER_HAS_NOT_SAID),
        (ConsentRule.OPTED_IN, PicturesOfMe.ANYONE, None),
        (ConsentRule.OPTED_IN, PicturesOfMe.NOBODY, Refusal.OWNER_SAYS_NOBODY),
        (ConsentRule.ANYONE, None, None),
        (ConsentRule.ANYONE, PicturesOfMe.ANYONE, None),
        (ConsentRule.ANYONE, PicturesOfMe.NOBODY, Refusal.OWNER_SAYS_NOBODY),
    ],
)
@pytest.mark.parametrize("origin", [Origin.MESSAGE, Origin.AVATAR, Origin.RESULT])
def test_consent(rule: ConsentRule, said: PicturesOfMe | None, expected: Refusal | None, origin: Origin) -> None:
    standing = replace(in_guild(consent=rule), owner=said)
    assert admits(replace(ASK, source=replace(OTHERS, origin=origin)), standing) is expected
    moderator = replace(ASK, source=OTHERS, actor=Actor(user_id=MIKA, manages_server=True))
    assert admits(moderator, standing) is expected  # a moderator's right is to keep order, not to use faces


@pytest.mark.parametrize("origin", [Origin.MESSAGE, Origin.AVATAR, Origin.RESULT])
def test_ones_own_picture_is_always_ones_own(origin: Origin) -> None:
    assert admits(replace(ASK, source=Source(origin=origin, owner_id=MIKA))) is None


@pytest.mark.parametrize("moderator", MODERATORS)
def test_pictures_of_bots_and_webhooks_are_for_moderators(moderator: Actor) -> None:
    posted = replace(ASK, source=Source(origin=Origin.MACHINE))
    assert admits(posted, in_guild(consent=ConsentRule.ANYONE)) is Refusal.MACHINES_PICTURE
    assert admits(replace(posted, actor=moderator), in_guild()) is None


def test_a_statement_is_asked_for_uploads_once() -> None:
    asking = in_guild(upload_statement=True)
    assert admits(standing=asking) is Refusal.STATEMENT
    assert admits(standing=replace(asking, stated=True)) is None
    assert admits(replace(ASK, source=Source(origin=Origin.AVATAR, owner_id=MIKA)), asking) is None


@given(
    st.builds(
        Standing,
        draining=st.booleans(),
        denied_member=st.booleans(),
        denied_server=st.booleans(),
        owner=st.sampled_from([None, *PicturesOfMe]),
        guild=st.builds(Guild, consent=st.sampled_from(ConsentRule), safety=st.sampled_from([None, *SafetyMode])),
    ),
    st.booleans(),
    st.sampled_from([HERE, DIRECT]),
    st.sampled_from([Source(), OTHERS]),
)
def test_what_was_promised_is_stopped_only_by_what_would_have_refused_it(
    standing: Standing, adult_style: bool, place: Place, source: Source
) -> None:
    ask = replace(ASK, adult_style=adult_style, place=place, source=source)
    for house in (CHECKED, UNCHECKED):
        if policy.still_admits(ask, standing, house=house) is not None:
            assert admits(ask, standing, house=house) is not None


@pytest.mark.parametrize(
    ("ask", "standing", "house", "expected"),
    [
        (ASK, Standing(block=Block(reason=None, expires_at=None)), CHECKED, Refusal.BLOCKED),
        (replace(ASK, source=OTHERS), Standing(), CHECKED, Refusal.NOT_YOURS),
        (replace(ASK, place=DIRECT), Standing(), UNCHECKED, Refusal.UNCHECKED_DIRECT),
        (ASK, in_guild(safety=SafetyMode.AGE_RESTRICTED), UNCHECKED, Refusal.UNCHECKED_CHANNEL),
        (replace(ASK, adult_style=True), Standing(), CHECKED, Refusal.ADULT_STYLE),
    ],
)
def test_what_protects_somebody_holds_for_what_waits_too(
    ask: Ask, standing: Standing, house: House, expected: Refusal
) -> None:
    assert policy.still_admits(ask, standing, house=house) is expected


def test_a_pause_and_a_style_that_is_off_do_not_touch_what_was_promised() -> None:
    guild = Guild(paused=True, styles_off=frozenset({"ghibli"}), channels=frozenset({1}))
    assert policy.still_admits(ASK, Standing(draining=True, guild=guild), house=CHECKED) is None


@pytest.mark.parametrize(
    ("chosen", "place", "house", "expected"),
    [
        (None, HERE, CHECKED, SafetyMode.BLOCK),
        (None, HERE, UNCHECKED, SafetyMode.OFF),
        (SafetyMode.OFF, HERE, CHECKED, SafetyMode.OFF),
        (SafetyMode.SPOILER, HERE, CHECKED, SafetyMode.SPOILER),
        (SafetyMode.SPOILER, HERE, UNCHECKED, SafetyMode.OFF),
        (SafetyMode.BLOCK, HERE, UNCHECKED, SafetyMode.OFF),
        (SafetyMode.AGE_RESTRICTED, HERE, UNCHECKED, SafetyMode.AGE_RESTRICTED),
        (SafetyMode.OFF, DIRECT, CHECKED, SafetyMode.BLOCK),
        (None, DIRECT, UNCHECKED, SafetyMode.OFF),
    ],
)
def test_the_mode_that_holds(chosen: SafetyMode | None, place: Place, house: House, expected: SafetyMode) -> None:
    assert policy.safety_mode(Guild(safety=chosen), place, house) is expected


@pytest.mark.parametrize(
    ("mode", "restricted", "expected"),
    [
        (SafetyMode.OFF, False, Showing.PLAIN),
        (SafetyMode.BLOCK, False, Showing.NOT),
        (SafetyMode.BLOCK, True, Showing.NOT),
        (SafetyMode.SPOILER, False, Showing.SPOILER),
        (SafetyMode.AGE_RESTRICTED, False, Showing.NOT),
        (SafetyMode.AGE_RESTRICTED, True, Showing.PLAIN),
    ],
)
def test_what_becomes_of_an_unsafe_picture(mode: SafetyMode, restricted: bool, expected: Showing) -> None:
    assert policy.shows(mode, unsafe=True, age_restricted=restricted) is expected
    assert policy.shows(mode, unsafe=False, age_restricted=restricted) is Showing.PLAIN


def test_modes_that_are_nothing_without_a_classifier_can_not_be_chosen_without_one() -> None:
    assert [mode for mode in SafetyMode if not policy.choosable(mode, UNCHECKED)] == [
        SafetyMode.BLOCK,
        SafetyMode.SPOILER,
    ]
    assert all(policy.choosable(mode, CHECKED) for mode in SafetyMode)


ROLE = Guild(moderator_roles=frozenset({99}))


@pytest.mark.parametrize(
    ("actor", "expected"),
    [*((moderator, True) for moderator in MODERATORS), (Actor(user_id=MIKA, roles=frozenset({98})), False)],
)
def test_a_moderator_manages_the_server_or_moderates_members_or_holds_the_role(actor: Actor, expected: bool) -> None:
    assert policy.is_moderator(actor, ROLE) is expected
    assert policy.may_block(actor, ROLE) is not expected


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (Actor(user_id=MIKA), True),  # asked for it
        (Actor(user_id=NOOR), True),  # it was made of their picture
        (Actor(user_id=9), False),
        (Actor(user_id=9, roles=frozenset({99})), True),
    ],
)
def test_who_may_delete_a_result(actor: Actor, expected: bool) -> None:
    assert policy.may_press(Action.DELETE, actor, ROLE, requester_id=MIKA, owner_id=NOOR) is expected


@pytest.mark.parametrize("action", list(Action))
def test_every_button_is_somebodys(action: Action) -> None:
    assert policy.may_press(action, Actor(user_id=MIKA), ROLE, requester_id=MIKA, owner_id=NOOR)
    stranger = policy.may_press(action, Actor(user_id=9), ROLE, requester_id=MIKA, owner_id=NOOR)
    assert stranger is (action in {Action.SAME, Action.REPORT})


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("image/jpeg", True),
        ("IMAGE/PNG; charset=binary", True),
        ("application/octet-stream", True),  # what HEIC often comes as
        (None, True),
        ("", True),
        ("video/mp4", False),
        ("text/plain", False),
        ("application/pdf", False),
    ],
)
def test_what_an_attachment_declares_decides_whether_it_may_be_a_picture(
    content_type: str | None, expected: bool
) -> None:
    assert policy.declares_a_picture(Declared(size=1, content_type=content_type)) is expected


def test_where_only_the_token_can_answer_the_promised_wait_is_shorter() -> None:
    assert policy.max_wait(token_only=True) == 8 * 60
    assert policy.max_wait(token_only=False) == 13 * 60


def test_a_member_may_have_two_requests_under_way_until_the_wait_is_long() -> None:
    assert policy.in_flight_limit(60) == 2
    assert policy.in_flight_limit(61) == 1
