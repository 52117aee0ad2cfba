"""One Chromium for all tests here, and a page in it that may load nothing from elsewhere and complain of nothing."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, async_playwright

from tests.browser.visiting import Opened, Opener

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it does not work for root
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        await browser.close()


@pytest.fixture
def opened(browser: Browser) -> Opener:
    """Opens an address as a window of this width; at the end, nothing was loaded from elsewhere or went wrong."""

    @asynccontextmanager
    async def opening(address: str, *, width: int = 1280, height: int = 800) -> AsyncIterator[Opened]:
        complaints: list[str] = []

        async def only_this_machine(route: Route) -> None:
            if route.request.url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:")):
                await route.continue_()
                return
            complaints.append(f"asked for {route.request.url}")
            await route.abort()

        context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        context.set_default_timeout(10_000)
        await context.route("**/*", only_this_machine)
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)
        yield Opened(page)
        await context.close()
        assert complaints == []

    return opening
