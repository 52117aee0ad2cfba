"""What a lane quotes, for one picture and for several, and where it finds a job."""

from types import SimpleNamespace

import styles
from bot.lanes import Lane
from bot.policy import Declared
from bot.request import Request, Shot, Trip
from bot.values.rules import Actor, Place, Source
from engine.dispatcher import Dispatcher, Standing

CATALOGUE = styles.load()
PLACE = Place(guild_id=1, server_id=1, channel_id=2)
SHOT = Shot(
    source=Source(),
    declared=Declared(size=1, content_type=None),
    photo_url="https://cdn.discordapp.com/x",
    photo_expires_at=0,
    strength=0.5,
    seed=1,
)


def a_lane(slots: int = 1) -> Lane:
    studio = SimpleNamespace(engine=SimpleNamespace(name="fake", slots=slots))
    return Lane(Dispatcher(lambda: slots, clock=lambda: 0.0), studio)  # type: ignore[arg-type]  # as much as is asked of it


def a_request(pictures: int) -> Request:
    return Request(
        interaction_id=9,
        actor=Actor(user_id=7),
        place=PLACE,
        style=CATALOGUE["ghibli"],
        shots=(SHOT,) * pictures,
        token="secret",
        token_only=False,
    )


def a_trip(style: str) -> Trip:
    return Trip(
        job_id=f"9-{style}", place=PLACE, user_id=7, owner_id=None, style=CATALOGUE[style], strength=0.5, seed=1
    )


def test_several_pictures_are_quoted_as_the_last_of_them() -> None:
    lane = a_lane()
    assert lane.quote(a_request(10)).eta == 10 * lane.quote(a_request(1)).eta
    assert a_lane(slots=4).quote(a_request(10)).eta == 3 * lane.quote(a_request(1)).eta


async def test_styles_are_quoted_by_what_each_has_taken() -> None:
    seconds = 0.0
    studio = SimpleNamespace(engine=SimpleNamespace(name="fake", slots=1))
    lane = Lane(Dispatcher(lambda: 1, clock=lambda: seconds), studio)  # type: ignore[arg-type]  # the same
    for style, takes in (("ghibli", 2.0), ("manga", 8.0)):
        async with lane.dispatcher.turn(lane.ticket(a_trip(style))) as turn:
            await turn.granted()
            seconds += takes
    quotes = lane.quotes(1, 7, [CATALOGUE["ghibli"], CATALOGUE["manga"]])
    assert quotes["manga"].eta > 3 * quotes["ghibli"].eta


async def test_a_job_is_found_while_it_has_its_turn() -> None:
    lane = a_lane()
    async with lane.dispatcher.turn(lane.ticket(a_trip("manga"))) as turn:
        assert lane.find("9-manga") == Standing(turn.quote(), granted=False)
        await turn.granted()
        assert lane.find("9-manga") == Standing(turn.quote(), granted=True)
        assert lane.find("9-ghibli") is None
    assert lane.find("9-manga") is None
