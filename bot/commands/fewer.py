"""Fewer pictures than were asked for: the button of a refusal, where the quota pays for some of them."""

from dataclasses import replace

from bot.commands import asking
from bot.commands.services import Interaction, RefusalError, actor
from bot.delivery import DiscordDelivery, place_of
from bot.request import Request
from bot.ui import custom_ids, forms, language


async def _pressed(interaction: Interaction, *, request: str, count: str) -> None:
    """The first so many, as a request of its own, for once; all rules are asked again."""
    services = interaction.client.services
    whole = services.pending.take(int(request), interaction.user.id, Request)
    if whole is None:
        raise RefusalError(forms.OFFER_GONE())
    delivery = DiscordDelivery.answering(interaction, turns=services.turns, private=whole.private)
    fewer = replace(
        whole,
        interaction_id=interaction.id,
        token=interaction.token,
        actor=actor(interaction),
        place=place_of(interaction),
        language=language.spoken(),
        shots=whole.shots[: max(1, int(count))],
    )
    await asking.send(interaction, fewer, delivery)


BUTTONS = ((custom_ids.FIRST_FEW_TEMPLATE, _pressed),)
"""Paint the first few."""
