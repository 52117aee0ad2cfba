"""/queue tells how much there is to do, where one's own pictures are, and what a new one would wait."""

from pathlib import Path

from bot.ui import custom_ids, forms, queue
from playground import Member, Message, Upload
from tests.engine.fakes import Act, FakeRunner
from tests.flow.stage import Stage, a_photo, a_stage


async def looked(stage: Stage, who: Member | None = None) -> Message:
    response = await (await (who or stage.mika).slash(stage.channel, "queue")).response()
    assert response.ephemeral
    return response.message


async def test_a_quiet_queue_and_what_a_picture_would_take(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        said = (await looked(stage)).text
        assert queue.NOTHING_WAITS() in said
        assert queue.NOTHING_YOURS() in said
        assert "About 5 seconds, in any style." in said


async def test_ones_own_pictures_are_found_where_they_are_and_gone_once_they_are_done(tmp_path: Path) -> None:
    runner = FakeRunner(Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        ren = stage.guild.member("Ren")
        asked = [await stage.ask(), await stage.ask(ren, style="manga"), await stage.ask(style="shoujo")]
        for interaction in asked:
            await interaction.response()
        await stage.card_shows(asked[0], "Painting")
        card = await looked(stage)
        assert "fake: 2 waiting, 1 being painted" in card.text
        painted, waiting = [line for line in card.text.splitlines() if line.startswith(("🌿", "🌸"))]
        assert "being painted, expected <t:" in painted
        assert "1 picture ahead · expected <t:" in waiting
        assert asked[2].message is not None
        assert f"[Shoujo]({link(stage, asked[2].message)})" in waiting
        assert "Manga](" not in card.text
        assert "next in line" in (await looked(stage, ren)).text

        runner.gate.release()
        for interaction in asked:
            await stage.result_of(interaction)
        refreshed = await (await stage.mika.click(card, custom_ids.QUEUE)).response()
        assert refreshed.message.id == card.id
        assert queue.NOTHING_YOURS() in refreshed.message.text


async def test_several_of_one_request_are_told_in_one_row_and_what_is_private_has_no_link(tmp_path: Path) -> None:
    runner = FakeRunner(*[Act.STALL] * 3)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        await stage.store.stated(stage.mika.id)
        form = await stage.mika.select(await gallery(stage), custom_ids.USE_STYLE, ["shoujo"])
        await form.response()
        photos = [Upload(f"{number}.jpg", a_photo(seed=number), "image/jpeg") for number in range(2)]
        several = await stage.mika.submit(form, {forms.PHOTOS: photos})
        await several.response()
        await (await stage.ask(private=True)).response()
        said = (await looked(stage)).text.splitlines()
        [row] = [line for line in said if line.startswith("🌸")]
        assert row.startswith("🌸 [Shoujo \N{MULTIPLICATION SIGN}2](")
        assert "the last expected <t:" in row
        [private] = [line for line in said if line.startswith("🌿 Ghibli: ")]
        assert "yours" in private
        for _ in range(3):
            runner.gate.release()
        await stage.card_shows(several, "2 pictures, done")


async def gallery(stage: Stage) -> Message:
    return (await (await stage.mika.slash(stage.channel, "styles")).response()).message


def link(stage: Stage, card: Message) -> str:
    return f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}/{card.id}"
