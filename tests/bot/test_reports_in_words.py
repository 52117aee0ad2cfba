"""What reporters are told, and how moderators read a report."""

import pytest
from discord import ui

from bot.ui import moderation
from bot.values.records import Complaint, Picture, Report, ReportState

REPORT = Report(
    id=7,
    guild_id=1,
    job_id="5-0",
    reporter_id=30,
    requester_id=42,
    complaint=Complaint.HARMFUL,
    words=None,
    at=99,
    state=ReportState.OPEN,
    closed_by_id=None,
    style="ghibli",
    sha256="a" * 64,
    channel_id=2,
    message_id=3,
    picture=Picture.SHOWN,
)


@pytest.mark.parametrize(
    ("moderated", "picture", "said"),
    [
        (True, None, "Thank you. Moderators will see your report."),
        (True, Picture.HIDDEN, "Thank you. The picture is hidden until a moderator decides."),
        (
            True,
            Picture.SHOWN,
            "Thank you. Discord would not let me hide the picture. Moderators will see your report.",
        ),
        (False, None, "Thank you. Whoever runs me will see your report."),
        (False, Picture.HIDDEN, "Thank you. The picture is hidden."),
    ],
)
def test_a_reporter_is_told_who_sees_it_and_what_became_of_the_picture(
    moderated: bool, picture: Picture | None, said: str
) -> None:
    assert moderation.reported(moderated=moderated, picture=picture) == said


async def test_a_report_says_who_when_and_what_and_no_checksum() -> None:
    view = moderation.report(REPORT, "Ghibli")
    text = "\n".join(one.content for one in view.walk_children() if isinstance(one, ui.TextDisplay))
    assert "<@30>, <t:99:f>: it is harmful or illegal." in text
    assert "a" * 64 not in text
