"""What a command's engines warn of: plain lines on stderr, each once, and none of libraries' chatter."""

import logging

import pytest
import structlog

from bot import logs


def test_a_warning_of_ours_is_a_plain_line_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.for_a_command()
    for _ in range(2):
        logging.getLogger("bot.engines").warning("the painter paints: %s", "one\ntwo")
    logging.getLogger("engine.local").info("loading")
    assert capsys.readouterr().err == "animify: the painter paints: one\nanimify: two\n"


def test_libraries_are_heard_when_something_broke(capsys: pytest.CaptureFixture[str]) -> None:
    logs.for_a_command()
    logging.getLogger("diffusers").warning("a word about kernels")
    logging.getLogger("asyncio").error("an exception was never retrieved")
    assert capsys.readouterr().err == "animify: an exception was never retrieved\n"


def test_what_the_command_tells_itself_is_not_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    logs.for_a_command(told=["engine.local"])
    logging.getLogger("engine.local").error("it is lost")
    logging.getLogger("engine.failover").warning("https://cdn.discordapp.com/a.jpg?hm=0123")
    assert capsys.readouterr().err == "animify: https://cdn.discordapp.com/a.jpg<redacted>\n"


def test_an_event_with_fields_is_a_sentence_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.for_a_command()
    structlog.stdlib.get_logger("bot.engines").warning("the painter paints", reason="one\ntwo")
    assert capsys.readouterr().err == "animify: the painter paints: one\nanimify: two\n"
