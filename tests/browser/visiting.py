"""What a person does on the page, for tests."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from playwright.async_api import Locator, Page, expect


@dataclass(frozen=True)
class Opened:
    """The page in a window."""

    page: Page

    @property
    def field(self) -> Locator:
        """Where one writes in the channel."""
        return self.page.locator("#main textarea")

    @property
    def messages(self) -> Locator:
        return self.page.locator("#main .message")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def begin(self, command: str) -> None:
        """Type a command and choose the first that fits."""
        await self.field.press_sequentially(f"/{command}")
        commands = self.page.get_by_role("listbox", name="Commands")
        await expect(commands.get_by_role("option").first).to_contain_text(f"/{command}")
        await self.field.press("Enter")
        await expect(self.page.get_by_role("form", name=f"/{command}")).to_be_visible()

    async def become(self, name: str) -> None:
        """Be somebody else."""
        await self.page.get_by_role("radio", name=re.compile(name)).check()
        await expect(self.page.locator("#content:not([inert])")).to_be_visible()

    async def slide(self, *keys: str) -> int:
        """Press keys on the divider between before and after, and say where it is then, in percent."""
        slider = self.page.get_by_role("slider")
        for key in keys:
            await slider.press(key)
        return int(await slider.get_attribute("aria-valuenow") or -1)

    async def drag(self, share: float) -> int:
        """Drag the divider to this share of the frame's width, and say where it is then, in percent."""
        frame = await self.page.locator(".comparison").bounding_box()
        handle = await self.page.get_by_role("slider").bounding_box()
        assert frame is not None
        assert handle is not None
        await self.page.mouse.move(handle["x"] + 1, handle["y"] + 60)
        await self.page.mouse.down()
        await self.page.mouse.move(frame["x"] + frame["width"] * share, handle["y"] + 60, steps=3)
        await self.page.mouse.up()
        return await self.slide()


Opener: TypeAlias = Callable[..., AbstractAsyncContextManager[Opened]]
