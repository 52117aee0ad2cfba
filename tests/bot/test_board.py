"""What a card would say, asked at every moment of a request."""

import asyncio

import numpy as np
import pytest

from bot.board import Board
from bot.ui.status import Done, Failed, Painting, Preparing, Waiting
from engine.contract import Progress
from engine.dispatcher import Quote


def a_board(*positions: int) -> Board:
    return Board(positions or (0,), lambda: 1_000.0)


async def test_a_picture_that_waits_says_its_place_and_never_promises_the_past() -> None:
    board = a_board()
    with board.queueing(0, lambda: Quote(place=3, yours=1, eta=2.0)):
        assert board.statuses() == (Waiting(place=3, yours=1, ready_at=1_005),)


async def test_a_picture_that_has_left_the_queue_asks_it_no_more() -> None:
    board = a_board()
    with board.queueing(0, _gone):
        pass
    assert board.statuses() == (Preparing(),)


async def test_a_request_is_complete_once_every_picture_waits_or_has_ended() -> None:
    board = a_board(0, 1)
    complete = asyncio.ensure_future(board.complete())
    with board.queueing(0, lambda: Quote(0, 0, 0)):
        await asyncio.sleep(0)
        assert not complete.done()
        board.show(1, Failed(lambda: "No."))
        await complete


async def test_a_request_is_over_once_every_picture_has_ended() -> None:
    board = a_board(2, 5)
    over = asyncio.ensure_future(board.over())
    board.show(5, Done("painter", 1))
    await asyncio.sleep(0)
    assert not over.done()
    board.show(2, Failed(lambda: "No."))
    await over


async def test_what_an_earlier_run_has_ended_stands_among_the_others() -> None:
    board = Board([1], lambda: 0.0, {2: Failed(str), 0: Done(None, None)})
    assert [type(one) for one in board.statuses()] == [Done, Preparing, Failed]
    board.show(1, Done("painter", 1))
    await board.over()


async def test_pictures_hear_why_there_is_no_card() -> None:
    board = a_board()
    board.open(ValueError("no card"))
    for _ in range(2):
        with pytest.raises(ValueError, match="no card"):
            await board.opened()


async def test_of_previews_the_latest_is_kept_and_only_where_they_may_be_shown() -> None:
    board, pixels = a_board(), np.zeros((6, 9, 3), np.uint8)
    board.progress(0, Progress(1, 4, pixels))
    (status,) = board.statuses()
    assert isinstance(status, Painting)
    assert status.preview is None
    board.previews = True
    board.progress(0, Progress(2, 4, pixels))
    (status,) = board.statuses()
    assert isinstance(status, Painting)
    assert status.preview is pixels


def _gone() -> Quote:
    raise KeyError("it has left")
