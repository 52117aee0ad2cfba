"""What a bot may show, and what a person may do with it, on the page; the bot is played by hand."""

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from playground import Channel, EventKind, Interaction, Member, Playground, Upload
from playground.page import Page
from tests.browser.visiting import Opener
from tests.flow.stage import a_photo
from tests.playground.rawclient import EPHEMERAL, V2, RawClient, listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZE = "(element) => [element.offsetWidth, element.offsetHeight]"
PRESS = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Press", "custom_id": "press"}]}
ECHO = {
    "name": "echo",
    "description": "Say it again.",
    "options": [
        {"type": 3, "name": "word", "description": "What to say.", "required": True},
        {"type": 4, "name": "times", "description": "How often.", "min_value": 1, "max_value": 3},
        {"type": 3, "name": "mood", "description": "How.", "choices": [{"name": "Softly", "value": "soft"}]},
        {"type": 6, "name": "whom", "description": "To whom."},
    ],
}
FORM = {
    "title": "Same for my photo",
    "custom_id": "form",
    "components": [
        {"type": 18, "label": "Photos", "component": {"type": 19, "custom_id": "photos", "max_values": 3}},
        {
            "type": 18,
            "label": "Style",
            "component": {
                "type": 3,
                "custom_id": "style",
                "options": [{"label": each, "value": each.lower()} for each in ("Ghibli", "Manga")],
            },
        },
        {"type": 18, "label": "Note", "component": {"type": 4, "custom_id": "note", "style": 2, "required": False}},
    ],
}


@dataclass(frozen=True)
class Scene:
    """A channel with two people, a bot that does what it is told, and the page's address."""

    playground: Playground
    channel: Channel
    mika: Member
    ren: Member
    raw: RawClient
    address: str

    async def post(self, *components: object, **files: bytes) -> str:
        """The bot's message with these components and pictures; returns its id."""
        path = f"/channels/{self.channel.id}/messages"
        named = {f"{name}.jpg": data for name, data in files.items()} or None
        reply = await self.raw.call("POST", path, {"flags": V2, "components": components}, files=named)
        assert reply.status == 200, reply.body
        return str(reply.body["id"])

    async def edit(self, message: str, *components: object, **files: bytes) -> None:
        path = f"/channels/{self.channel.id}/messages/{message}"
        named = {f"{name}.jpg": data for name, data in files.items()} or None
        reply = await self.raw.call("PATCH", path, {"components": components}, files=named)
        assert reply.status == 200, reply.body

    async def used(self, nth: int = 1) -> Interaction:
        """The nth interaction that somebody started."""
        begun = [each for each in self.playground.events if each.kind is EventKind.INTERACTION_CREATED]
        if len(begun) < nth:
            begun.append(
                await self.playground.wait_for(
                    lambda event: event.kind is EventKind.INTERACTION_CREATED, since=len(self.playground.events)
                )
            )
        return self.playground.interaction(begun[nth - 1].interaction_id or 0)


@pytest_asyncio.fixture(loop_scope="session")
async def scene() -> AsyncIterator[Scene]:
    async with Playground() as playground, RawClient(playground) as raw, listening(raw):
        guild = playground.guild("Cosy Corner")
        mika, ren = guild.member("Mika"), guild.member("Ren")
        channel = guild.text_channel("photos")
        await raw.register(ECHO, {"name": "Look closer", "type": 3}, {"name": "Wave", "type": 2})
        languages = {"en-US": "English", "de": "Deutsch"}
        async with Page(playground, {mika: "asks", ren: "watches"}, command="echo", languages=languages) as page:
            yield Scene(playground, channel, mika, ren, raw, page.address)
        assert playground.violations == []


def text(content: str) -> Mapping[str, Any]:
    return {"type": 10, "content": content}


def gallery(*names: str, **more: object) -> Mapping[str, Any]:
    items = [{"media": {"url": f"attachment://{name}.jpg"}, "description": f"The {name}", **more} for name in names]
    return {"type": 12, "items": items}


async def test_nothing_that_anybody_says_becomes_html(scene: Scene, opened: Opener) -> None:
    attack = "<img src=x onerror=document.title='broken'><b>no</b> [x](javascript:alert(1))"
    await scene.mika.say(scene.channel, attack)
    await scene.post({"type": 17, "components": [text(attack), PRESS]})
    async with opened(scene.address) as there:
        await expect(there.messages).to_have_count(2)
        for index in (0, 1):
            await expect(there.messages.nth(index)).to_contain_text(attack)
        assert await there.page.locator(".message :is(img, b, script, a)").count() == 0
        assert await there.page.title() == "Playground"


async def test_markup_reads_as_on_discord_and_relative_times_tick(scene: Scene, opened: Opener) -> None:
    soon = int(time.time()) + 90
    words = f"### Title\n**bold** and `code` for {scene.mika.mention}\n-# small\n<t:{soon}:R>"
    await scene.post(text(words))
    async with opened(scene.address) as there:
        message = there.messages.first
        await expect(message.locator("h5")).to_have_text("Title")
        await expect(message.locator("strong")).to_have_text("bold")
        await expect(message.locator("code")).to_have_text("code")
        await expect(message.locator(".mention")).to_have_text("@Mika")
        await expect(message.locator("p.small")).to_have_text("small")
        await expect(message.locator("time.stamp")).to_have_text("in 1 minute")
        await there.page.clock.install()
        await there.page.clock.set_fixed_time(soon + 5)
        await there.page.evaluate("import('./time.js').then(({ tick }) => tick())")
        await expect(message.locator("time.stamp")).to_have_text("5 seconds ago")


async def test_what_is_escaped_is_no_markup(scene: Scene, opened: Opener) -> None:
    await scene.post(text(r"“b\_notes\_.txt”, \*not\* bold\\, _leaning_"))
    async with opened(scene.address) as there:
        await expect(there.messages.locator(".rich")).to_have_text(r"“b_notes_.txt”, *not* bold\, leaning")
        await expect(there.messages.locator("em")).to_have_text("leaning")


async def test_moments_are_told_in_the_language_that_one_speaks(scene: Scene, opened: Opener) -> None:
    soon = int(time.time()) + 90
    await scene.post(text(f"<t:{soon}:R> <t:0:D>"))
    async with opened(scene.address) as there:
        stamps = there.messages.locator("time.stamp")
        await expect(stamps).to_have_text(["in 1 minute", "January 1, 1970"])
        await there.page.get_by_label("Language").select_option("Deutsch")
        await expect(stamps).to_have_text(["in 1 Minute", "1. Januar 1970"])
        await expect(stamps.first).to_have_attribute("lang", "de")
        await expect(there.messages.locator(".said")).to_have_attribute("lang", "en-US")  # it is in the server's


async def test_an_edit_changes_what_changed_and_leaves_the_picture_standing(scene: Scene, opened: Opener) -> None:
    message = await scene.post({"type": 17, "components": [text("step 1"), gallery("photo")]}, photo=a_photo())
    async with opened(scene.address) as there:
        picture = await there.page.locator(".message .view img").element_handle()
        await picture.evaluate("(image) => (image.kept = true)")
        shown = scene.channel.messages[-1].components[0]["components"][1]
        await scene.edit(message, {"type": 17, "components": [text("step 2"), shown, PRESS]})
        await expect(there.messages.first).to_contain_text("step 2")
        await expect(there.button("Press")).to_be_visible()
        assert await there.page.locator(".message .view img").evaluate("(image) => image.kept") is True


async def test_a_picture_that_comes_to_a_standing_message_is_heard(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await expect(there.field).to_be_visible()
        message = await scene.post(text("step 1"))
        heard = there.page.locator("#announcer")
        await expect(heard).to_have_text("Playground Bot: step 1")
        await scene.edit(message, text("step 2"))
        await expect(there.messages.first).to_contain_text("step 2")
        await expect(heard).to_have_text("Playground Bot: step 1")
        await scene.edit(message, text("Done"), gallery("photo"), photo=a_photo())
        await expect(heard).to_have_text("Playground Bot: Done, 1 attached")


async def test_two_pictures_are_compared_by_key_and_by_hand(scene: Scene, opened: Opener) -> None:
    await scene.post(gallery("before", "after"), before=a_photo(), after=a_photo(seed=2))
    async with opened(scene.address) as there:
        await there.button("Compare").click()
        slider = there.page.get_by_role("slider")
        await expect(slider).to_be_focused()
        assert await there.slide() == 50
        assert await there.slide("ArrowRight", "ArrowRight", "PageUp") == 64
        assert await there.slide("End", "ArrowLeft") == 98
        assert await there.slide("Home") == 0
        assert await there.drag(0.25) == pytest.approx(25, abs=1)
        clip = await there.page.locator(".comparison .after").evaluate("(image) => getComputedStyle(image).clipPath")
        assert clip.endswith("%)")
        await there.page.keyboard.press("Escape")
        await expect(there.page.locator(".lightbox")).to_have_count(0)


async def test_two_pictures_of_a_gallery_are_not_compared_with_each_other(scene: Scene, opened: Opener) -> None:
    await scene.post(gallery("first", "second"), first=a_photo(), second=a_photo(seed=2))
    async with opened(scene.address) as there:
        await expect(there.button("Open the picture: The second")).to_be_visible()
        await expect(there.button("Compare")).to_have_count(0)


async def test_a_spoiler_is_shown_on_demand_and_so_is_a_description(scene: Scene, opened: Opener) -> None:
    await scene.post(gallery("beach", spoiler=True), beach=a_photo())
    async with opened(scene.address) as there:
        await expect(there.page.locator(".tile.hidden")).to_have_count(1)
        await there.button("Spoiler: show the picture").click()
        await expect(there.page.get_by_role("img", name="The beach")).to_be_visible()
        await there.button("Description of the picture").click()
        await expect(there.page.locator("figcaption")).to_have_text("The beach")
        await there.button("Open the picture: The beach").click()
        await expect(there.page.get_by_role("dialog", name="The beach")).to_be_visible()


async def test_a_form_with_an_upload_reaches_the_bot(scene: Scene, opened: Opener) -> None:
    await scene.post(PRESS)
    async with opened(scene.address) as there:
        await there.button("Press").click()
        await scene.raw.answer(await scene.used(), 9, FORM)
        form = there.page.get_by_role("dialog", name="Same for my photo")
        await there.button("Submit").click()
        await expect(form).to_contain_text("Please add a file.")
        photos = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": a_photo(seed=n)} for n in (1, 2)]
        await form.locator("input[type=file]").set_input_files(photos)  # type: ignore[arg-type]  # dicts, for its TypedDict
        await form.get_by_role("button", name="Style").click()
        await there.page.get_by_role("option", name="Manga").click()
        await form.get_by_label("Note").fill("Both, please.")
        await there.button("Submit").click()
        sent = await scene.used(2)
        await scene.raw.answer(sent, 4, {"content": "Thank you.", "flags": EPHEMERAL})
        await expect(form).to_have_count(0)
        await expect(there.messages.last).to_contain_text("Thank you.")
        assert [each.filename for each in sent.attachments] == ["1.jpg", "2.jpg"]
        assert [await scene.playground.download(each) for each in sent.attachments] == [
            a_photo(seed=1),
            a_photo(seed=2),
        ]


async def test_what_a_client_would_not_send_is_said_before_anything_is_sent(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await there.begin("echo")
        form = there.page.get_by_role("form", name="/echo")
        await form.get_by_label("times").fill("9")
        await form.get_by_label("mood").fill("loud")
        await there.button("Run").click()
        for sentence in ("word is needed.", "From 1 to 3.", "Choose one from the list."):
            await expect(form).to_contain_text(sentence)
        assert not [each for each in scene.playground.events if each.kind is EventKind.INTERACTION_CREATED]
        await form.get_by_label("word").fill("hello")
        await form.get_by_label("times").fill("2")
        await form.get_by_label("mood").fill("softly")
        await form.get_by_label("whom").fill("re")
        await form.get_by_label("whom").press("Enter")
        await there.button("Run").click()
        await scene.raw.answer(await scene.used(), 4, {"content": "hello hello"})
        await expect(there.messages.last).to_contain_text("Mika used /echo")
        await expect(there.messages.last).to_contain_text("hello hello")


async def test_menus_of_messages_and_people_offer_the_apps(scene: Scene, opened: Opener) -> None:
    message = await scene.ren.say(scene.channel, "a picture", Upload("me.jpg", a_photo()))
    async with opened(scene.address) as there:
        await there.messages.first.click(button="right", position={"x": 8, "y": 8})
        await there.page.get_by_role("menuitem", name="Look closer").click()
        looked = await scene.used()
        await scene.raw.answer(looked, 5, {"flags": EPHEMERAL})
        await expect(there.messages.last).to_contain_text("is thinking…")
        await scene.raw.call("PATCH", scene.raw.webhook(looked, "@original"), {"content": f"Seen {message.id}."})
        await expect(there.messages.last).to_contain_text(f"Seen {message.id}.")
        await there.button("Ren").first.click()
        await there.page.get_by_role("menuitem", name="Wave").press("Enter")
        await scene.raw.answer(await scene.used(2), 4, {"content": "Waved.", "flags": EPHEMERAL})
        await expect(there.messages.last).to_contain_text("Waved.")
        await there.button("Dismiss").last.click()
        await expect(there.messages.filter(has_text="Waved.")).to_have_count(0)


async def test_a_narrow_window_holds_everything(scene: Scene, opened: Opener) -> None:
    buttons = [{"type": 2, "style": 2, "label": f"Button number {n}", "custom_id": str(n)} for n in range(5)]
    pictures = {f"p{n}": a_photo() for n in range(10)}
    rows = {"type": 1, "components": buttons}
    await scene.post({"type": 17, "components": [text("word" * 60), gallery(*pictures), rows]}, **pictures)
    async with opened(scene.address, width=360, height=640) as there:
        await expect(there.button("Button number 4")).to_be_visible()
        assert await there.page.evaluate("document.documentElement.scrollWidth") == 360
        touched = there.messages.get_by_role("button").locator("visible=true")
        assert (
            min([min(await touched.nth(n).evaluate(SIZE)) for n in range(await touched.count())]) >= 32
        )  # for fingers
        await there.button("Channels, and whom you are").click()
        await there.become("Ren")
        await expect(there.field).to_be_visible()
        await there.begin("echo")
        await expect(there.button("Run")).to_be_in_viewport()
        assert await there.page.evaluate("document.documentElement.scrollWidth") == 360
