"""The real bot on the page: a photo is picked, a picture comes, and each sees what is theirs."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from playground import Permissions
from playground.page import Page
from tests.browser.visiting import Opened, Opener
from tests.engine.fakes import FakeRunner
from tests.flow.stage import Stage, a_photo, a_stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHOTO = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": a_photo(320, 240)}


@dataclass(frozen=True)
class Scene:
    stage: Stage
    address: str


@pytest_asyncio.fixture(loop_scope="session")
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        await stage.store.stated(stage.mika.id)
        ren = stage.guild.member("Ren")
        noor = stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)
        people = {stage.mika: "asks", ren: "watches", noor: "moderates"}
        async with Page(stage.playground, people, command="animify") as page:
            yield Scene(stage, page.address)


async def paint(there: Opened) -> None:
    """Pick a photo, and have it painted."""
    await there.page.locator("#main .bar input[type=file]").set_input_files(PHOTO)  # type: ignore[arg-type]  # a dict, for its TypedDict
    await there.begin("animify")
    await expect(there.page.get_by_role("form", name="/animify")).to_contain_text("me.jpg")
    style = there.page.get_by_role("combobox", name="style")
    await style.fill("gh")
    await there.page.get_by_role("option", name="Ghibli").click()
    await there.button("Run").click()


async def test_a_photo_and_a_command_become_a_picture_to_compare_with_the_photo(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await paint(there)
        picture = there.page.locator("#side .view img")  # its thread opens beside the card
        await expect(picture).to_be_visible()
        assert "Ghibli" in (await picture.get_attribute("alt") or "")
        assert await picture.evaluate("async (image) => (await image.decode(), image.naturalWidth)") > 0
        await there.button("Compare with your photo").click()
        assert (await there.page.locator(".comparison .before").get_attribute("src") or "").startswith("blob:")
        assert await there.slide("ArrowLeft") == 48
        assert await there.drag(0.75) == pytest.approx(75, abs=1)


async def test_the_card_leads_to_the_picture_and_others_have_no_photo_to_compare(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address, width=900) as there:  # too narrow for the thread to open by itself
        await paint(there)
        await there.messages.locator(".jump").click()
        await expect(there.page.locator("#side .message.pointed")).to_be_visible()
        await expect(there.button("Compare with your photo")).to_be_visible()
        await there.become("Ren")
        await expect(there.page.locator("#side .view img")).to_be_visible()
        await expect(there.button("Compare with your photo")).to_have_count(0)


async def test_a_variation_in_the_thread_becomes_a_picture_on_its_own_card(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await paint(there)
        side = there.page.locator("#side")
        await side.get_by_role("button", name="Bolder").click()
        card = side.locator(".message").nth(1)
        await expect(card).to_contain_text("Mika used Bolder")
        await expect(card.locator(".view img")).to_be_visible()
        await card.get_by_role("button", name="Compare with your photo").click()
        assert (await there.page.locator(".comparison .before").get_attribute("src") or "").startswith("blob:")
        await there.page.keyboard.press("Escape")
        await there.messages.locator(".jump").click()
        await expect(side.locator(".message").first).to_have_class(re.compile("pointed"))


async def test_a_thread_counts_what_everybody_sees_in_it(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await paint(there)
        side = there.page.locator("#side")
        await side.get_by_role("button", name="Details").click()
        await expect(side.locator(".message").last).to_contain_text("Only you can see this")
        await expect(there.messages.locator(".thread")).to_contain_text("1 message")
        await expect(there.page.locator("#sidebar .nested small")).to_have_text("1")


async def test_what_the_bot_whispers_is_there_for_one_alone(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await there.begin("usage")
        await there.button("Run").click()
        await expect(there.messages.last).to_contain_text("Only you can see this")
        await there.become("Ren")
        await expect(there.messages).to_have_count(0)
        await there.become("Mika")
        await expect(there.messages).to_have_count(1)
        await there.button("Dismiss").click()
        await expect(there.messages).to_have_count(0)


async def test_a_moderator_presses_a_button_and_the_picture_is_gone(scene: Scene, opened: Opener) -> None:
    async with opened(scene.address) as there:
        await paint(there)
        await expect(there.page.locator("#side .view img")).to_be_visible()
        await there.become("Noor")
        await there.page.locator("#side").get_by_role("button", name="Delete").click()
        await expect(there.page.locator("#side .view img")).to_have_count(0)
