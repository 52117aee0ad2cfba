"""What the page's own server lets in and gives out, asked without a browser."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import pytest

from playground import Channel, Guild, Member, Permissions, Playground, Upload
from playground.page import Page
from tests.playground.rawclient import EPHEMERAL, PING, RawClient, listening

MODERATOR, MANAGER = Permissions.MANAGE_MESSAGES, Permissions.MANAGE_GUILD
SECRET = {
    "name": "server",
    "description": "Settings.",
    "default_member_permissions": str(int(MANAGER)),
}


@dataclass(frozen=True)
class Visit:
    """A page that is being served, and a browser's session that knows its key."""

    playground: Playground
    guild: Guild
    channel: Channel
    mika: Member
    noor: Member
    page: Page
    session: aiohttp.ClientSession

    @property
    def origin(self) -> str:
        parts = urlsplit(self.page.address)
        return f"{parts.scheme}://{parts.netloc}"

    async def get(self, path: str) -> aiohttp.ClientResponse:
        response = await self.session.get(self.origin + path)
        await response.read()
        return response

    async def act(self, verb: str, data: object, **headers: str) -> aiohttp.ClientResponse:
        sent = {"Origin": self.origin} | headers
        body = {"data": data} if isinstance(data, aiohttp.FormData) else {"json": data}
        response = await self.session.post(f"{self.origin}/do/{verb}", headers=sent, **body)
        await response.read()
        return response

    async def world_of(self, person: Member) -> dict[str, list[dict[str, str]]]:
        """The first event of the stream: all that this person sees."""
        async with self.session.get(f"{self.origin}/events?as={person.id}") as response:
            assert await response.content.readline() == b"event: world\n"
            world: dict[str, list[dict[str, str]]] = json.loads((await response.content.readline())[len("data: ") :])
            return world


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with Playground() as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika = guild.text_channel("photos"), guild.member("Mika")
        noor = guild.member("Noor", permissions=MODERATOR)
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address without a name
        async with (
            Page(playground, {mika: "asks", noor: "moderates"}, command="ping") as page,
            aiohttp.ClientSession(cookie_jar=jar) as session,
        ):
            visit = Visit(playground, guild, channel, mika, noor, page, session)
            opened = await session.get(page.address)
            assert opened.status == 200
            yield visit


async def test_who_was_not_given_the_address_sees_nothing(visit: Visit) -> None:
    async with aiohttp.ClientSession() as stranger:
        for path in ("/", "/app.js", f"/events?as={visit.mika.id}", "/?key=guessed"):
            assert (await stranger.get(visit.origin + path)).status == 403
    assert [(each["httponly"], each["samesite"]) for each in visit.session.cookie_jar] == [(True, "Strict")]


async def test_a_name_that_was_made_to_lead_here_is_refused(visit: Visit) -> None:
    rebound = await visit.session.get(visit.origin, headers={"Host": "evil.example"})
    assert rebound.status == 403


async def test_another_site_in_the_same_browser_can_do_nothing(visit: Visit) -> None:
    words = {"as": str(visit.mika.id), "channel": str(visit.channel.id), "text": "hi"}
    assert (await visit.act("say", words, Origin="https://evil.example")).status == 403
    assert (await visit.session.post(f"{visit.origin}/do/say", json=words)).status == 403
    assert visit.channel.messages == []
    assert (await visit.act("say", words)).status == 200


async def test_every_answer_forbids_what_is_not_the_page(visit: Visit) -> None:
    for path in ("/", "/app.js", "/about", "/nothing"):
        headers = (await visit.get(path)).headers
        assert "default-src 'none'; script-src 'self'" in headers["Content-Security-Policy"]
        assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_that_could_run_is_a_download(visit: Visit) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    message = await visit.mika.say(visit.channel, "look", Upload("a.svg", script), Upload("b.png", b"png"))
    drawing, photo = [await visit.get("/cdn" + each.path) for each in message.attachments]
    assert (drawing.content_type, photo.content_type) == ("application/octet-stream", "image/png")
    assert drawing.headers["Content-Disposition"] == "attachment"
    for each in (drawing, photo):
        assert each.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert each.headers["Cache-Control"] == "no-store"


async def test_what_is_too_large_is_refused_and_leaves_nothing(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.page.posted.MAX_FILE", 1000)
    form = aiohttp.FormData()
    form.add_field("payload", json.dumps({"as": str(visit.mika.id), "channel": str(visit.channel.id), "text": ""}))
    form.add_field("files", b"x" * 1001, filename="a.png", content_type="image/png")
    assert (await visit.act("say", form)).status == 413
    assert visit.channel.messages == []


async def test_what_only_one_person_sees_is_told_to_no_other(visit: Visit) -> None:
    async with RawClient(visit.playground) as raw, listening(raw):
        await raw.register(PING)
        interaction = await visit.mika.slash(visit.channel, "ping")
        await raw.answer(interaction, 4, {"content": "for you alone", "flags": EPHEMERAL})
    visit.playground.direct_message(visit.mika)
    mikas, noors = await visit.world_of(visit.mika), await visit.world_of(visit.noor)
    assert [each["content"] for each in mikas["messages"]] == ["for you alone"]
    assert noors["messages"] == []
    assert {each["kind"] for each in mikas["channels"]} == {"text", "dm"}
    assert {each["kind"] for each in noors["channels"]} == {"text"}


async def test_one_is_offered_the_commands_that_one_may_use(visit: Visit) -> None:
    visit.playground.commands.replace(None, [PING, SECRET])
    manager = visit.guild.role("managers", MANAGER)
    path = f"/commands?as={visit.noor.id}&in={visit.channel.id}"
    before = [each["name"] for each in await (await visit.get(path)).json()]
    visit.guild.give_role(visit.noor, manager)
    after = [each["name"] for each in await (await visit.get(path)).json()]
    assert (before, after) == (["ping"], ["ping", "server"])


async def test_commands_are_described_in_the_language_that_one_speaks(visit: Visit) -> None:
    option = {"type": 3, "name": "word", "description": "What to say.", "description_localizations": {"de": "Was?"}}
    german = {"description_localizations": {"de": "Sag Pong."}, "options": [option]}
    visit.playground.commands.replace(None, [PING | german])
    assert (await visit.act("speak", {"as": str(visit.mika.id), "locale": "de"})).status == 200
    told = []
    for person in (visit.mika, visit.noor):
        (command,) = await (await visit.get(f"/commands?as={person.id}&in={visit.channel.id}")).json()
        told.append((command["description"], command["options"][0]["description"]))
    assert told == [("Sag Pong.", "Was?"), ("Say pong.", "What to say.")]
    assert (await visit.act("speak", {"as": str(visit.mika.id), "locale": "tlh"})).status == 422


async def test_a_bot_is_read_in_the_language_that_it_is_expected_to_write(visit: Visit) -> None:
    visit.mika.set_locale("de")
    async with RawClient(visit.playground) as raw, listening(raw):
        await raw.register(PING)
        for flags in (0, EPHEMERAL):
            await raw.answer(await visit.mika.slash(visit.channel, "ping"), 4, {"content": "Hallo", "flags": flags})
    await visit.mika.say(visit.channel, "Hi")
    visit.mika.set_locale("ja")  # which changes nothing that was said before
    assert [each["lang"] for each in (await visit.world_of(visit.mika))["messages"]] == ["en-US", "de", None]


async def test_only_its_author_and_moderators_delete_a_message(visit: Visit) -> None:
    noors = await visit.noor.say(visit.channel, "mine")
    refused = await visit.act("delete", {"as": str(visit.mika.id), "message": str(noors.id)})
    assert (refused.status, await refused.json()) == (
        422,
        {"error": "Only its author and moderators can delete this message."},
    )
    mikas = await visit.mika.say(visit.channel, "mine too")
    assert (await visit.act("delete", {"as": str(visit.noor.id), "message": str(mikas.id)})).status == 200
    assert visit.channel.messages == [noors]
