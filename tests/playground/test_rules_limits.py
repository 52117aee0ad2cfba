"""Rate limits, tokens, and the ban of who does not listen."""

from playground import Limit, Playground, ShiftingClock
from tests.playground.rawclient import RawClient, Stage


async def test_a_wrong_token_is_unauthorised(stage: Stage) -> None:
    reply = await stage.raw.call("GET", "/users/@me", token="forged")
    assert reply.refusal == (401, 0)
    assert stage.rules() == ["unauthorized"]
    assert stage.playground.invalid_requests == 1


async def test_an_empty_bucket_answers_429_with_its_headers(stage: Stage) -> None:
    path = f"/channels/{stage.channel.id}/messages"
    replies = [await stage.raw.call("POST", path, {"content": "hi"}) for _ in range(6)]
    assert [each.status for each in replies] == [200] * 5 + [429]
    assert [each.headers["X-RateLimit-Remaining"] for each in replies] == ["4", "3", "2", "1", "0", "0"]
    refused = replies[-1]
    assert 0 < refused.body["retry_after"] <= 5
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert "Via" in refused.headers
    assert len({each.headers["X-RateLimit-Bucket"] for each in replies}) == 1
    assert stage.rules() == ["rate-limited"]
    stage.clock.advance(5)
    assert (await stage.raw.call("POST", path, {"content": "hi"})).status == 200


async def test_each_channel_has_a_bucket_of_its_own(stage: Stage) -> None:
    other = stage.guild.text_channel("other")
    for channel in [stage.channel] * 5 + [other]:
        assert (await stage.raw.call("POST", f"/channels/{channel.id}/messages", {"content": "hi"})).status == 200


async def test_the_global_limit_spans_all_routes_but_those_of_interactions() -> None:
    clock = ShiftingClock()
    async with Playground(clock, global_limit=Limit(3, 1000.0)) as playground, RawClient(playground) as raw:
        channel, mika = (guild := playground.guild("Cosy Corner")).text_channel("photos"), guild.member("Mika")
        await raw.register({"name": "ping", "description": "Say pong."})
        interactions = [await mika.slash(channel, "ping") for _ in range(4)]
        assert [(await raw.answer(each, 5)).status for each in interactions] == [200] * 4
        replies = [await raw.call("GET", path) for path in ("/users/@me", "/gateway/bot", "/gateway")]
        assert [each.status for each in replies] == [200, 200, 429]
        assert replies[-1].body["global"] is True


async def test_an_address_with_ten_thousand_invalid_requests_is_banned(stage: Stage) -> None:
    limits = stage.playground._backend.limits
    for _ in range(9_999):
        limits.note_invalid()
    assert (await stage.raw.call("GET", "/users/@me")).status == 200
    assert (await stage.raw.call("GET", "/users/@me", token="forged")).status == 401
    banned = await stage.raw.call("GET", "/users/@me")
    assert banned.status == 429
    assert "Via" not in banned.headers
    stage.clock.advance(601)
    assert (await stage.raw.call("GET", "/users/@me")).status == 200
