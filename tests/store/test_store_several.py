"""Requests of several pictures: charged together or not at all, and each with an end of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.store import (
    Cancelled,
    InFlightError,
    NewRequest,
    NotAdmittedError,
    OverCapError,
    OverQuotaError,
    Scope,
    State,
    Store,
    WouldCharge,
)
from bot.values.rules import PicturesOfMe, Refusal, Standing
from tests.store.stage import (
    HOUR,
    NOON,
    TOKEN,
    Clock,
    by_moderator,
    cap,
    change,
    deliver,
    dump,
    permissive,
    request,
    rows,
    say,
    start,
    subject_of,
    submit,
    taken,
)


async def states(store: Store, interaction_id: int) -> list[State]:
    return [job.state for job in await store.jobs_of(interaction_id)]


async def test_every_picture_is_charged_and_has_a_job_of_its_own(store: Store) -> None:
    receipt = await store.submit(request(1, pictures=3), judge=permissive, in_flight_limit=1)
    assert receipt.job_ids == ("1-0", "1-1", "1-2")
    assert receipt.usage == await store.usage(10, 7)
    assert receipt.usage.left == 0
    assert [(job.id, job.position) for job in await store.jobs_of(1)] == [("1-0", 0), ("1-1", 1), ("1-2", 2)]


async def test_what_can_not_be_paid_in_full_is_not_charged_at_all_and_the_first_ones_can_be_asked_for(
    store: Store, path: Path
) -> None:
    await submit(store, 1)
    before = dump(path)
    with pytest.raises(OverQuotaError) as refusal:
        await taken(store, wanted := request(2, pictures=4))
    assert (refusal.value.left, refusal.value.usage) == (2, await store.usage(10, 7))
    assert dump(path) == before
    await taken(store, replace(wanted, jobs=wanted.jobs[: refusal.value.left]))
    assert (await store.usage(10, 7)).left == 0


async def test_a_request_may_be_paid_by_the_day_and_by_grants_and_each_picture_goes_back_to_what_paid_it(
    store: Store, path: Path
) -> None:
    await store.desk.grant(change(100), 1, expires_at=NOON + HOUR)
    await store.desk.grant(change(101), 4, expires_at=NOON + 2 * HOUR)
    job_ids = await taken(store, request(1, pictures=6))
    assert rows(path, "SELECT grant_id FROM ledger WHERE kind = 'reserve' ORDER BY id") == [
        (grant,) for grant in (None, None, None, 1, 2, 2)
    ]
    for job_id in job_ids[2:4]:
        await store.fail(job_id, "broken")
    usage = await store.usage(10, 7)
    assert (usage.used, usage.grants_left) == (2, 3)


@pytest.mark.parametrize(
    ("scope", "amount", "limit", "error", "left"),
    [
        (Scope.SERVER, 2, 5, OverCapError, 2),
        (Scope.MEMBER, 0, 5, OverCapError, 0),
        (Scope.MEMBER, 2, 1, OverQuotaError, 1),  # both are too low: what leaves less is told
        (Scope.MEMBER, 2, 2, OverCapError, 2),
        (Scope.SERVER, 2, None, OverCapError, 2),
    ],
)
async def test_limits_and_caps_alike_say_how_many_are_left(
    store: Store, scope: Scope, amount: int, limit: int | None, error: type[OverCapError | OverQuotaError], left: int
) -> None:
    await cap(store, scope, 10 if scope is Scope.SERVER else await subject_of(store, 7), amount)
    await store.desk.set_limit(change(100), limit)
    with pytest.raises(error) as refusal:
        await taken(store, request(1, pictures=3))
    assert isinstance(refusal.value, OverCapError | OverQuotaError)
    assert refusal.value.left == left


async def test_the_rules_are_asked_of_each_picture_with_what_its_owner_says_and_one_no_refuses_all(
    store: Store, path: Path
) -> None:
    await say(store, 8, PicturesOfMe.ANYONE)
    await say(store, 9, PicturesOfMe.NOBODY)
    heard: list[tuple[int, PicturesOfMe | None]] = []

    def judge(position: int, standing: Standing) -> Refusal | None:
        heard.append((position, standing.owner))
        return Refusal.OWNER_SAYS_NOBODY if standing.owner is PicturesOfMe.NOBODY else None

    [job] = request(1).jobs
    owned = tuple(replace(job, owner_id=owner) for owner in (None, 8, 7, 9))
    before = dump(path)
    with pytest.raises(NotAdmittedError):
        await store.submit(replace(request(1), jobs=owned), judge=judge, in_flight_limit=1)
    assert heard == [(0, None), (1, PicturesOfMe.ANYONE), (2, None), (3, PicturesOfMe.NOBODY)]
    assert dump(path) == before


async def test_one_request_is_under_way_however_many_pictures_it_is_for(store: Store) -> None:
    job_ids = await taken(store, request(1, pictures=2))
    await store.submit(request(2), judge=permissive, in_flight_limit=2)
    await store.fail(job_ids[0], "broken")
    with pytest.raises(InFlightError) as refusal:
        await store.submit(request(3), judge=permissive, in_flight_limit=2)
    assert refusal.value.count == 2
    await store.fail(job_ids[1], "broken")
    await store.submit(request(3), judge=permissive, in_flight_limit=2)


async def test_one_picture_that_fails_is_refunded_alone_and_the_token_stays_for_the_last(store: Store) -> None:
    job_ids = await taken(store, request(1, pictures=3))
    await store.fail(job_ids[1], "broken")
    assert (await store.usage(10, 7)).used == 2
    await start(store, job_ids[0])
    await deliver(store, job_ids[0])
    assert (await store.secrets(job_ids[0])).token == TOKEN
    await start(store, job_ids[2])
    await deliver(store, job_ids[2])
    assert (await store.secrets(job_ids[0])).token is None


@pytest.mark.parametrize("pictures", [0, 11])
def test_a_request_is_for_one_to_ten_pictures(pictures: int) -> None:
    with pytest.raises(ValueError, match=f"not {pictures}"):
        request(1, pictures=pictures)


async def test_a_restart_goes_on_with_what_has_not_ended_in_its_order(store: Store, clock: Clock) -> None:
    await store.desk.set_limit(change(100), None)
    later = await taken(store, request(1, pictures=3))  # Discord's ids need not come in their order
    clock.advance(seconds=-5)
    await taken(store, request(2, pictures=2))
    clock.advance(seconds=5)
    for job_id in later[:2]:
        await start(store, job_id)
    await deliver(store, later[0])
    recovery = await store.requeue_interrupted()
    assert [(job.id, job.attempt) for job in recovery.resumed] == [("2-0", 1), ("2-1", 1), ("1-1", 2), ("1-2", 1)]


async def test_pictures_that_are_given_up_together_each_come_with_the_token(store: Store) -> None:
    await taken(store, request(1, pictures=2, url_expires_at=NOON))
    given_up = (await store.requeue_interrupted()).given_up
    assert [(one.job.id, one.token) for one in given_up] == [("1-0", TOKEN), ("1-1", TOKEN)]
    assert (await store.usage(10, 7)).used == 0


async def test_cancelling_ends_what_has_not_ended_and_refunds_it(store: Store) -> None:
    await store.desk.set_limit(change(100), None)
    job_ids = await taken(store, request(1, pictures=4))
    for job_id in job_ids[:3]:
        await start(store, job_id)
    await deliver(store, job_ids[0])
    await store.fail(job_ids[1], "broken")
    done = await store.cancel_request(1, accept_charge=False)
    assert done == Cancelled(job_ids=job_ids[2:], charged=0, refunded=2)
    assert await states(store, 1) == [State.DELIVERED, State.FAILED, State.CANCELLED, State.CANCELLED]
    assert (await store.usage(10, 7)).used == 1
    assert (await store.secrets(job_ids[0])).token is None
    assert await store.cancel_request(1, accept_charge=False) == Cancelled(job_ids=(), charged=0, refunded=0)


async def test_cancelling_says_first_what_it_would_cost(store: Store, path: Path) -> None:
    await store.desk.set_limit(change(100), None)
    for job_id in await taken(store, request(1, pictures=2)):
        await start(store, job_id)
    assert await store.cancel_request(1, accept_charge=False) == Cancelled(
        job_ids=("1-0", "1-1"), charged=0, refunded=2
    )
    job_ids = await taken(store, request(2, pictures=4))
    for job_id in job_ids[:3]:
        await start(store, job_id)
    before = dump(path)
    assert await store.cancel_request(2, accept_charge=False) == WouldCharge(count=2)  # one of three is still free
    assert dump(path) == before
    assert await store.cancel_request(2, accept_charge=True) == Cancelled(job_ids=job_ids, charged=2, refunded=2)
    assert (await store.usage(10, 7)).used == 2


async def test_nothing_is_cancelled_of_a_request_that_nobody_knows(store: Store) -> None:
    assert await store.cancel_request(99, accept_charge=True) == Cancelled(job_ids=(), charged=0, refunded=0)


async def language_of(store: Store, asked: NewRequest) -> str:
    receipt = await store.submit(asked, judge=permissive, in_flight_limit=99)
    [job] = await store.jobs_of(asked.interaction_id)
    assert job.language == receipt.language
    assert job.private == asked.private
    return receipt.language


async def test_a_card_is_written_in_the_server_s_language_where_others_see_it_and_else_in_the_reader_s(
    store: Store,
) -> None:
    await store.desk.change_guild(by_moderator(900), language="de")
    assert await language_of(store, replace(request(1), language="ja")) == "de"
    assert await language_of(store, replace(request(2, private=True), language="ja")) == "ja"
    assert await language_of(store, replace(request(3, guild_id=0, server_id=10), language="ja")) == "ja"
    assert await language_of(store, replace(request(4, guild_id=20), language="ja")) == "en"
    await store.desk.change_guild(by_moderator(901), language="en")
    [job] = await store.jobs_of(1)
    assert job.language == "de"  # as its card was begun


async def test_a_mention_is_wanted_when_the_member_says_so(store: Store) -> None:
    await submit(store, 1)
    assert not await store.mention_wanted(1)
    await store.want_mention(1, wanted=True)
    assert await store.mention_wanted(1)
    await store.want_mention(1, wanted=False)
    assert not await store.mention_wanted(1)
    assert not await store.mention_wanted(99)


async def test_the_last_style_is_the_member_s_own_latest(store: Store, clock: Clock) -> None:
    assert await store.last_style(7) is None
    await taken(store, replace(request(2), style="manga"))
    clock.advance(seconds=1)
    await taken(store, replace(request(1, guild_id=20), style="ukiyoe"))
    await taken(store, replace(request(3, user_id=8), style="ghibli"))
    assert await store.last_style(7) == "ukiyoe"
    await taken(store, replace(request(4), style="shoujo"))
    assert await store.recent_styles(2) == {8: "ghibli", 7: "shoujo"}
    assert await store.recent_styles(1) == {7: "shoujo"}


async def test_a_member_s_jobs_that_are_under_way_are_found_in_all_servers(store: Store) -> None:
    await taken(store, request(1, guild_id=20, pictures=2))
    await submit(store, 2, user_id=8)
    await submit(store, 3)
    await store.fail("1-0", "broken")
    assert [job.id for job in await store.under_way_of(7)] == ["1-1", "3-0"]
    assert await store.under_way_of(9) == ()


async def test_a_job_says_how_its_picture_was_made(store: Store) -> None:
    job_id = await submit(store, 1)
    await start(store, job_id)
    await store.deliver(job_id, channel_id=50, message_id=500, medium="algorithmicallyEnhanced")
    job = await store.job(job_id)
    assert job is not None
    assert job.medium == "algorithmicallyEnhanced"
