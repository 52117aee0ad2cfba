"""Take pictures of two cards off the page of `animify demo --open`, with Debian's Chromium: `make pictures`."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

from bot.cli.demo import photo

CARDS = Path(__file__).parent / "cards"
_PATIENCE = 60_000  # milliseconds
_VIEW = {"width": 1500, "height": 1500}


async def take() -> None:
    """Ask for a picture, then for four strengths of it, and keep both cards."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not here: apt install chromium")
    CARDS.mkdir(exist_ok=True)
    async with _demo() as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport=_VIEW, device_scale_factor=1.5)  # type: ignore[arg-type]  # a TypedDict
        await page.goto(address)
        await page.locator(".message img").first.wait_for()
        await _ask(page)
        result = page.locator("#side .message").last
        await result.locator(".gallery img").wait_for(timeout=_PATIENCE)
        await _keep(page, result, "result.jpg")
        await result.get_by_role("button", name="Four strengths").click()
        four = page.locator("#side .message", has=page.locator(".gallery img:nth-child(1)")).last
        await page.locator("#side .gallery >> nth=1").wait_for(timeout=_PATIENCE)
        await page.locator("#side .message >> text=0.95").wait_for(timeout=_PATIENCE)
        await _keep(page, four, "strengths.jpg")
        await browser.close()


async def _ask(page: Page) -> None:
    """As a person does: `/animify` with a photo and a style."""
    writing = page.locator("#main textarea")
    await writing.press_sequentially("/animify")
    await writing.press("Enter")
    upload = photo.upload(None)
    await page.set_input_files(
        "form.command input[type=file]",
        {"name": upload.filename, "mimeType": "image/jpeg", "buffer": upload.data},
    )
    style = page.get_by_role("combobox", name="style")
    await style.fill("shinkai")
    await page.get_by_role("option", name="Shinkai").first.wait_for()
    await style.press("Enter")
    await page.get_by_role("button", name="Run").click()


async def _keep(page: Page, message: Locator, name: str) -> None:
    await page.mouse.move(5, 5)
    await page.wait_for_timeout(1000)  # until pictures are decoded and nothing moves any more
    await message.screenshot(path=CARDS / name, type="jpeg", quality=86)


@asynccontextmanager
async def _demo() -> AsyncIterator[str]:
    """The demo in a process of its own; gives the page's address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--open"),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"BROWSER": "true", "PYTHONUNBUFFERED": "1"},
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the demo has no output")
        async for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+/\S*", line.decode()):
                yield found[0]
                break
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(take())
