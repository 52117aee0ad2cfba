"""The first answer to an interaction: exactly one, in time, a card for all or a word for one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import ui

from bot.delivery.calls import ONCE, DeliveryError, Trouble, already_gone, call

PATIENCE = 0.3
"""Seconds before an answer that is not there yet is deferred; Discord drops an interaction after three."""


class FirstAnswer:
    """Answers an interaction, and defers it first when the answer is late.

    Parameters
    ----------
    private
        A deferral is for the member alone. What comes then may be for all, where nobody knew it in time.
    patience
        Seconds until the deferral.
    """

    def __init__(
        self, interaction: discord.Interaction[Any], *, private: bool = False, patience: float = PATIENCE
    ) -> None:
        self._interaction = interaction
        self._private = private
        self._turn = asyncio.Lock()  # a deferral under way must end before the answer chooses its route
        self._deferral = asyncio.create_task(self._defer_after(patience), name=f"defer-{interaction.id}")

    async def card(self, view: ui.LayoutView, *, private: bool) -> int:
        """Show the card, to all or to the member alone; gives the message's id.

        Raises
        ------
        DeliveryError
            It could not be shown, and nothing is left of it.
        """
        self._deferral.cancel()
        async with self._turn:
            if not self._interaction.response.is_done():
                return await self._send(view, private=private)
            if private == self._private:
                return (await call(lambda: self._interaction.edit_original_response(view=view))).id
            return await self._follow_up({"view": view, "ephemeral": private})

    async def form(self, opening: Callable[[], Awaitable[None]]) -> bool:
        """Answer with the form that `opening` sends. False where it is too late: it must be the first answer."""
        self._deferral.cancel()
        async with self._turn:
            if self._interaction.response.is_done():
                return False
            await opening()
            return True

    async def private(self, said: str | ui.LayoutView) -> None:
        """Tell the member alone: a sentence, or a card.

        Raises
        ------
        DeliveryError
            The member could not be told.
        """
        self._deferral.cancel()
        what: dict[str, Any] = {"content": said} if isinstance(said, str) else {"view": said}
        async with self._turn:
            if not self._interaction.response.is_done():
                try:
                    await call(lambda: self._interaction.response.send_message(**what, ephemeral=True))
                except DeliveryError as error:
                    if error.trouble is not Trouble.EXPIRED:
                        raise  # else it may be our own deferral that is there, and only its answer was lost
                else:
                    return
            await self._follow_up({**what, "ephemeral": True})

    def withhold(self) -> None:
        """Give no answer at all: this interaction has one."""
        self._deferral.cancel()

    async def _follow_up(self, what: dict[str, Any]) -> int:
        """A message of its own: it would inherit the visibility of a "thinking…", so that one is deleted first."""
        with already_gone():
            await call(self._interaction.delete_original_response)
        sent = await call(lambda: self._interaction.followup.send(**what, wait=True), pauses=ONCE)
        return sent.id

    async def _send(self, view: ui.LayoutView, *, private: bool) -> int:
        try:
            sent = await call(lambda: self._interaction.response.send_message(view=view, ephemeral=private))
        except DeliveryError as error:
            if error.trouble is not Trouble.EXPIRED:
                raise
            # a cut connection may have hidden our own success: then an answer is there, and the retry was "double"
            return (await call(lambda: self._interaction.edit_original_response(view=view))).id
        if sent.message_id is None:
            raise DeliveryError(Trouble.REFUSED)
        return sent.message_id

    async def _defer_after(self, patience: float) -> None:
        await asyncio.sleep(patience)
        # shielded: a deferral that is on its way to Discord can't be called back
        await asyncio.shield(asyncio.ensure_future(self._defer()))

    async def _defer(self) -> None:
        async with self._turn:
            if not self._interaction.response.is_done():
                with contextlib.suppress(DeliveryError):  # the answer itself will meet the same trouble, and say so
                    await call(lambda: self._interaction.response.defer(thinking=True, ephemeral=self._private))
