"""What is kept of a person: counted, handed out without anybody else, and narrowed by what they say."""

import json
from pathlib import Path

import pytest

from bot.store import State, Store
from bot.values.kept import Kind, Summary
from bot.values.rules import PicturesOfMe
from tests.store.privacy_stage import DAY, MIKA, NOOR, REN, asked, delivered, everything, running
from tests.store.stage import NOON, TOKEN, URL, Clock, cancel, dump, rows


async def state_of(store: Store, job_id: str) -> State | None:
    job = await store.job(job_id)
    return None if job is None else job.state


async def test_of_a_stranger_nothing_is_kept_and_asking_changes_nothing(store: Store, path: Path) -> None:
    before = dump(path)
    found = await store.privacy.summary(MIKA)
    assert found == Summary()
    assert found.nothing
    assert (await store.privacy.export(MIKA)).keys() == {"user_id", "written_at", "kept_since_an_erasure"}
    assert dump(path) == before


async def test_everything_that_is_kept_is_counted(store: Store, path: Path) -> None:
    await everything(store, path)
    found = await store.privacy.summary(MIKA)
    assert found.since == NOON
    assert (found.delivered, found.failed, found.under_way, found.cancelled) == (2, 1, 3, 0)
    assert (found.results, found.results_of_me, found.links, found.grants, found.reports) == (2, 1, 6, 1, 1)
    assert found.audit == 4  # a limit, a grant and a block of theirs, and a limit that they set
    assert found.told_at == NOON
    assert found.pictures_of_me is PicturesOfMe.NOBODY
    assert {one.kind for one in found.lasting} == set(Kind) - {Kind.CANCELS}
    await cancel(store, await running(store, MIKA))
    assert {one.kind for one in (await store.privacy.summary(MIKA)).lasting} == set(Kind)
    assert [one.guild_id for one in found.lasting if one.kind is Kind.BLOCK] == [30]


async def test_each_part_says_until_when_it_is_kept(store: Store, path: Path) -> None:
    await everything(store, path)
    found = await store.privacy.summary(MIKA)
    assert found.links_until == NOON + DAY
    assert found.jobs_until == NOON + 90 * DAY
    assert found.grants_until == NOON + 5 * DAY
    assert found.audit_until == NOON + 365 * DAY
    until = {(one.kind, one.guild_id): one.until for one in found.lasting}
    assert until[Kind.USAGE, 10] == NOON + DAY / 2
    assert until[Kind.BLOCK, 30] == NOON + 2 * DAY
    assert until[Kind.DENIED, 0] is None


async def test_the_export_holds_what_is_theirs_and_nobody_else_and_no_secret(store: Store, path: Path) -> None:
    await everything(store, path)
    found = await store.privacy.export(MIKA)
    text = json.dumps(found, ensure_ascii=False)
    assert f"see <@{MIKA}>" in text
    for nobody in (str(REN), str(NOOR), URL, TOKEN, "cdn.discordapp.com"):
        assert nobody not in text
    assert len(found["jobs"]) == 6
    assert len(found["pictures_of_you_for_others"]) == 1
    assert {line["kind"] for line in found["ledger"]} == {"reserve", "refund", "grant"}
    assert [one["words"] for one in found["reports_you_made"]] == ["that is me"]
    assert [one["reason"] for one in found["reports_of_your_pictures"]] == ["other"]
    assert found["blocks"][0]["reason"] == f"see <@{MIKA}>"
    assert found["what_you_said"][0]["pictures_of_me"] == "nobody"
    assert {(line["who"], line["whom"]) for line in found["audit"]} == {
        ("somebody else", "you"),
        ("you", "somebody else"),
    }


async def test_subject_numbers_are_not_exported(store: Store, path: Path) -> None:
    await everything(store, path)
    text = json.dumps(await store.privacy.export(MIKA))
    for (subject,) in rows(path, "SELECT subject FROM subjects"):
        assert str(subject) not in text


async def test_another_persons_id_that_somebody_typed_is_not_exported(store: Store, path: Path) -> None:
    await everything(store, path, user_id=REN)
    await everything(store, path)
    assert str(REN) not in json.dumps(await store.privacy.export(MIKA))


async def test_nobody_cancels_what_others_wait_for_and_refunds_it(store: Store) -> None:
    waiting = await asked(store, REN, owner_id=MIKA)
    own = await asked(store, MIKA, owner_id=MIKA)
    anothers = await asked(store, REN, owner_id=NOOR)
    assert await store.privacy.say(MIKA, PicturesOfMe.NOBODY) == (waiting,)
    assert await state_of(store, waiting) is State.CANCELLED
    assert await state_of(store, own) is State.QUEUED
    assert await state_of(store, anothers) is State.QUEUED
    assert (await store.usage(10, REN)).used == 1


async def test_nobody_forgets_the_links_behind_others_finished_pictures(store: Store) -> None:
    done = await delivered(store, REN, owner_id=MIKA)
    painting = await running(store, REN, owner_id=MIKA)
    await store.privacy.say(MIKA, PicturesOfMe.NOBODY)
    assert (await store.secrets(done)).url is None
    assert (await store.secrets(painting)).url == URL


@pytest.mark.parametrize("said", [PicturesOfMe.ANYONE, None])
async def test_anything_else_cancels_nothing(store: Store, said: PicturesOfMe | None) -> None:
    waiting = await asked(store, REN, owner_id=MIKA)
    assert await store.privacy.say(MIKA, said) == ()
    assert await state_of(store, waiting) is State.QUEUED
    assert (await store.privacy.summary(MIKA)).pictures_of_me is said


async def test_what_was_said_last_counts(store: Store, clock: Clock) -> None:
    for said in (PicturesOfMe.NOBODY, PicturesOfMe.ANYONE, None):
        clock.advance(hours=1)
        await store.privacy.say(MIKA, said)
        assert (await store.privacy.summary(MIKA)).pictures_of_me is said
