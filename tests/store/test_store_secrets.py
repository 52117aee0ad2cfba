"""Secrets: sealed on the disk, opened on demand, wiped in time, and in files that nobody else may read."""

from pathlib import Path

import pytest

from bot.store import KeyFileError, Secrets, Store
from bot.store.sealed import Sealer
from tests.store.stage import TOKEN, URL, Clock, deliver, mode_of, put, request, rows, start, submit, tamper


async def test_a_job_s_secrets_open_on_demand_and_show_in_no_repr(store: Store) -> None:
    job_id = await submit(store, 1)
    secrets = await store.secrets(job_id)
    assert secrets == Secrets(token=TOKEN, url=URL)
    assert TOKEN not in repr(secrets) + repr(request(1)) + repr(await store.job(job_id))
    assert URL not in repr(secrets) + repr(request(1)) + repr(await store.job(job_id))


async def test_no_secret_is_plain_in_any_file(store: Store, path: Path) -> None:
    job_id = await submit(store, 1)
    await start(store, job_id)
    await submit(store, 2)
    files = list(path.parent.iterdir())
    assert {file.name for file in files} >= {"animify.db", "animify.db-wal", "animify.db.key", "animify.db.lock"}
    for file in files:
        content = file.read_bytes()
        assert TOKEN.encode() not in content
        assert b"cdn.discordapp.com" not in content


async def test_every_file_is_private(store: Store, path: Path) -> None:
    await submit(store, 1)
    modes = {file.name: mode_of(file) for file in path.parent.iterdir()}
    assert len(modes) >= 4
    assert set(modes.values()) == {0o600}


async def test_a_database_that_others_could_read_is_made_private(path: Path) -> None:
    put(path, b"", mode=0o644)
    async with await Store.open(path, default_limit=3):
        assert mode_of(path) == 0o600


async def test_the_token_goes_when_the_job_ends_and_the_url_stays(store: Store, path: Path) -> None:
    job_id = await submit(store, 1)
    await start(store, job_id)
    await deliver(store, job_id)
    assert await store.secrets(job_id) == Secrets(token=None, url=URL)
    assert rows(path, "SELECT token FROM requests") == [(None,)]


async def test_a_token_is_not_used_after_fourteen_minutes(store: Store, clock: Clock) -> None:
    job_id = await submit(store, 1)
    clock.advance(seconds=14 * 60 - 1)
    assert (await store.secrets(job_id)).token == TOKEN
    clock.advance(seconds=1)
    assert (await store.secrets(job_id)).token is None


async def test_what_discord_no_longer_honours_is_wiped(store: Store, path: Path, clock: Clock) -> None:
    await submit(store, 1)
    assert await store.wipe_expired() == 0
    clock.advance(seconds=14 * 60)
    assert await store.wipe_expired() == 1
    clock.advance(hours=24)
    assert await store.wipe_expired() == 1
    assert rows(path, "SELECT token, url FROM requests JOIN jobs USING (interaction_id)") == [(None, None)]


def test_a_sealed_text_opens_only_in_its_own_field_and_with_its_own_key() -> None:
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal("a secret", field="jobs/1-0/url")
    assert sealer.open(sealed, field="jobs/1-0/url") == "a secret"
    assert sealer.open(sealed, field="jobs/2-0/url") is None
    assert Sealer(b"x" * 32).open(sealed, field="jobs/1-0/url") is None
    assert sealer.seal("a secret", field="jobs/1-0/url") != sealed


@pytest.mark.parametrize(
    ("moved", "left"),
    [
        ("UPDATE jobs SET url = (SELECT url FROM jobs WHERE id = '1-0')", Secrets(token=TOKEN, url=None)),
        (
            "UPDATE requests SET token = (SELECT token FROM requests WHERE interaction_id = 1)",
            Secrets(token=None, url=URL),
        ),
        ("UPDATE requests SET token = (SELECT url FROM jobs WHERE id = '2-0')", Secrets(token=None, url=URL)),
        ("UPDATE jobs SET url = (SELECT token FROM requests WHERE interaction_id = 2)", Secrets(token=TOKEN, url=None)),
    ],
    ids=["another job's link", "another request's token", "its link as its token", "its token as its link"],
)
async def test_a_secret_that_was_moved_in_the_database_does_not_open(
    store: Store, path: Path, moved: str, left: Secrets
) -> None:
    await submit(store, 1)
    job_id = await submit(store, 2)
    assert await store.secrets(job_id) == Secrets(token=TOKEN, url=URL)
    tamper(path, moved)
    assert await store.secrets(job_id) == left


async def test_a_key_file_that_others_can_read_is_refused(path: Path) -> None:
    key = path.with_name("animify.db.key")
    put(key, b"k" * 32, mode=0o640)
    with pytest.raises(KeyFileError, match="can be read by others: run chmod 600"):
        await Store.open(path, default_limit=3)


@pytest.mark.parametrize("length", [0, 31, 33])
async def test_a_key_file_of_another_length_is_refused(path: Path, length: int) -> None:
    key = path.with_name("animify.db.key")
    put(key, b"k" * length)
    with pytest.raises(KeyFileError, match="should hold 32 bytes"):
        await Store.open(path, default_limit=3)


async def test_a_key_file_that_is_a_folder_is_refused(path: Path) -> None:
    path.with_name("animify.db.key").mkdir()
    with pytest.raises(KeyFileError, match="can't be read"):
        await Store.open(path, default_limit=3)


async def test_half_a_key_of_a_dead_process_does_no_harm(path: Path) -> None:
    path.with_name("animify.db.key.new").write_bytes(b"half")
    async with await Store.open(path, default_limit=3):
        assert len(path.with_name("animify.db.key").read_bytes()) == 32
    assert not path.with_name("animify.db.key.new").exists()
