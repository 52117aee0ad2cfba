"""The card of /server in somebody's hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from playground import AnswerKind, Channel, Interaction, Member, Message, Response
from playground.layout import walk


@dataclass(frozen=True, slots=True)
class Panel:
    """A card and who looks at it."""

    who: Member
    card: Message

    @classmethod
    async def open(cls, who: Member, channel: Channel) -> Self:
        """`/server`, answered with the card."""
        response = await (await who.slash(channel, "server")).response()
        assert response.ephemeral
        assert "Settings of this server" in response.message.text
        return cls(who, response.message)

    def spot(self, name: str) -> str:
        """The custom id of what stands on the card under this name, as it is now."""
        ids = [str(one.get("custom_id", "")) for one in walk(self.components)]
        return next(one for one in ids if one.startswith("animify:server:") and one.endswith(f":{name}"))

    @property
    def components(self) -> Sequence[dict[str, object]]:
        return self.card.components

    async def turn(self, page: str) -> "Panel":
        """Go to another page."""
        return await self.choose("page", page)

    async def choose(self, name: str, *values: object) -> "Panel":
        """Choose in a select; the card is edited in place."""
        return await self._redrawn(await self.who.select(self.card, self.spot(name), values))

    async def press(self, name: str) -> "Panel":
        """Press a button that changes the card."""
        return await self._redrawn(await self.who.click(self.card, self.spot(name)))

    async def fill_in(self, name: str, text: str) -> "Panel":
        """Press the button of a setting that is typed, and send its form."""
        return await self.submit(await self.who.click(self.card, self.spot(name)), text)

    async def submit(self, opened: Interaction, text: str) -> "Panel":
        """Send the form that a click has opened."""
        assert (await opened.response()).type is AnswerKind.MODAL
        return await self._redrawn(await self.who.submit(opened, {"value": text}))

    async def refused(self, name: str, *values: object) -> str:
        """Use something that is refused: what is said, alone, while the card stays as it is."""
        use = (
            self.who.select(self.card, self.spot(name), values)
            if values
            else self.who.click(self.card, self.spot(name))
        )
        response: Response = await (await use).response()
        assert response.type is AnswerKind.MESSAGE
        assert response.ephemeral
        return response.message.text

    async def _redrawn(self, interaction: Interaction) -> "Panel":
        response = await interaction.response()
        assert response.type is AnswerKind.UPDATE
        assert response.message.id == self.card.id
        return Panel(self.who, response.message)
