"""/usage, /styles, /quota and the Delete button, as members and moderators use them."""

import pytest

from playground import Member, Message, Permissions, Response
from tests.flow.moderating import button
from tests.flow.stage import Stage


@pytest.fixture
def noor(stage: Stage) -> Member:
    """A moderator."""
    return stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)


def delete_button(result: Message) -> str:
    return button(result, "Delete")


async def answer(stage: Stage, who: Member, command: str, **options: object) -> Response:
    return await (await who.slash(stage.channel, command, **options)).response()


async def test_usage_tells_what_is_left_and_who_decided(stage: Stage) -> None:
    await stage.result_of(await stage.ask())
    told = await answer(stage, stage.mika, "usage")
    assert told.ephemeral
    assert "2 of 3 pictures left" in told.message.text
    assert "the usual one" in told.message.text


async def test_styles_are_listed(stage: Stage) -> None:
    told = await answer(stage, stage.mika, "styles")
    assert told.ephemeral
    assert "Ghibli" in told.message.text
    assert "Manga" in told.message.text


async def test_styles_are_suggested_as_one_types(stage: Stage) -> None:
    choices = await stage.mika.autocomplete(stage.channel, "animify", focused="style", value="MAN")
    assert [choice.value for choice in choices] == ["manga"]


async def test_a_style_may_be_named_as_people_write_it(stage: Stage) -> None:
    assert (await stage.result_of(await stage.ask(style=" Ghibli "))).attachments


@pytest.mark.parametrize("permission", [Permissions.MANAGE_GUILD, Permissions.MODERATE_MEMBERS])
async def test_a_moderator_sets_a_limit_of_a_members_own(stage: Stage, permission: Permissions) -> None:
    noor = stage.guild.member("Noor", permissions=permission)
    told = await answer(stage, noor, "quota set", member=stage.mika, amount="5", reason="helpful")
    assert told.ephemeral
    assert "5 pictures" in told.message.text
    shown = await answer(stage, noor, "quota show", member=stage.mika)
    assert "5 of 5 pictures left" in shown.message.text
    assert "A moderator has set their limit" in shown.message.text


async def test_a_limit_may_be_lifted(stage: Stage, noor: Member) -> None:
    await answer(stage, noor, "quota set", member=stage.mika, amount="Unlimited")
    assert "no daily limit" in (await answer(stage, stage.mika, "usage")).message.text


@pytest.mark.parametrize("amount", ["-1", "1001", "lots", "1e3", "٣"])
async def test_an_amount_out_of_range_is_refused_and_nothing_changes(stage: Stage, noor: Member, amount: str) -> None:
    told = await answer(stage, noor, "quota set", member=stage.mika, amount=amount)
    assert "no amount" in told.message.text
    assert "3 of 3 pictures left" in (await answer(stage, stage.mika, "usage")).message.text


async def test_a_grant_is_spent_after_the_days_limit(stage: Stage, noor: Member) -> None:
    await answer(stage, noor, "quota set", member=stage.mika, amount="0")
    assert (await (await stage.ask()).response()).ephemeral
    told = await answer(stage, noor, "quota grant", member=stage.mika, amount=2, reason="contest")
    assert "2 extra pictures" in told.message.text
    assert "1 left today" in (await stage.result_of(await stage.ask())).text


async def test_a_reset_gives_the_day_back(stage: Stage, noor: Member) -> None:
    await stage.result_of(await stage.ask())
    await answer(stage, noor, "quota reset", member=stage.mika)
    assert "3 of 3 pictures left" in (await answer(stage, stage.mika, "usage")).message.text


@pytest.mark.parametrize("command", ["quota show", "quota reset"])
async def test_other_members_are_refused_the_moderators_commands(stage: Stage, command: str) -> None:
    told = await answer(stage, stage.mika, command, member=stage.mika)
    assert told.ephemeral
    assert "Only moderators" in told.message.text


async def test_somebody_who_left_can_still_be_named(stage: Stage, noor: Member) -> None:
    gone = stage.playground.stranger("Gone")
    assert "10 pictures" in (await answer(stage, noor, "quota set", member=gone, amount="10")).message.text


async def test_the_requester_deletes_their_picture(stage: Stage) -> None:
    result = await stage.result_of(await stage.ask())
    told = await stage.whispered(await stage.mika.click(result, delete_button(result)))
    assert "deleted" in told.text
    assert stage.playground.latest(result) is None


async def test_a_moderator_deletes_anybodys_picture(stage: Stage, noor: Member) -> None:
    result = await stage.result_of(await stage.ask())
    await stage.whispered(await noor.click(result, delete_button(result)))
    assert stage.playground.latest(result) is None


async def test_another_member_can_not_delete_it(stage: Stage) -> None:
    ren = stage.guild.member("Ren")
    result = await stage.result_of(await stage.ask())
    response = await (await ren.click(result, delete_button(result))).response()
    assert response.ephemeral
    assert stage.playground.latest(result) is not None


async def test_deleting_forgets_the_photos_link(stage: Stage) -> None:
    interaction = await stage.ask()
    result = await stage.result_of(interaction)
    await stage.whispered(await stage.mika.click(result, delete_button(result)))
    assert (await stage.store.secrets(f"{interaction.id}-0")).url is None
