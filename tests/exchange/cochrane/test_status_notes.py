"""What authors noted of a study's state is taken with word, date and sentence; what they expect or deny is not."""

import pytest

from exchange.cochrane.noted_dates import noted_date
from exchange.cochrane.status_notes import told_status
from models.vocabulary import Status

S = Status
NOTES = [
    ("<p>Trial registration status on 27/09/2025: Complete</p>", ("Complete", S.COMPLETED, "2025-09-27", True)),
    (
        "Trial registration status on 30/09/2025: Not Yet Recruiting",
        ("Not Yet Recruiting", S.NOT_YET_RECRUITING, "2025-09-30", True),
    ),
    (
        "Trial registration status on 02/03/2025: Open to Recruitment&nbsp;",
        ("Open to Recruitment", S.RECRUITING, "2025", True),
    ),
    (
        "Recruitment status as of 3 March 2024: Active, not recruiting",
        ("Active, not recruiting", S.ENDED_RECRUITING, "2024-03-03", True),
    ),
    ("Status: Recruiting (accessed 12 May 2023)", ("Recruiting", S.RECRUITING, "2023-05-12", True)),
    ("Trial status: terminated", ("terminated", S.TERMINATED, None, False)),
    ("Trial status (checked 2024-05-01): Ongoing", ("Ongoing", None, "2024-05-01", True)),
    ("<b>Status</b>: Completed, results not posted", ("Completed", S.COMPLETED, None, False)),
    ("Status: withdrawn, no participants", ("withdrawn", S.WITHDRAWN, None, False)),
    ("Status unknown", ("unknown", S.UNKNOWN, None, False)),
    (
        "Study completed July 2024; Actual enrolment: 1180 participants.",
        ("Study completed", S.COMPLETED, "2024-07", False),
    ),
    ("Completed December 2023 with 2900 participants recruited", ("Completed", S.COMPLETED, "2023-12", False)),
    ("The study was completed in 2019.", ("completed", S.COMPLETED, "2019", False)),
    ("Register entry of 2014, completed by July 2012, 150 people in all", ("completed", S.COMPLETED, "2012-07", False)),
    (
        "May 2025 The first author was asked: Study completed, paper being written",
        ("Study completed", S.COMPLETED, None, False),
    ),
    ("The trial was terminated early due to slow recruitment", ("terminated early", S.TERMINATED, None, False)),
    ("Study is currently recruiting", ("recruiting", S.RECRUITING, None, False)),
    ("Recruitment completed 05/2021", ("Recruitment completed", S.ENDED_RECRUITING, "2021-05", False)),
    ("Data collection completed Oct 2017 with 40 participants", ("Data collection completed", None, "2017-10", False)),
]
SILENT = [
    "Trial not yet completed",
    "Trial has not been completed",
    "Expected completion: 2026",
    "The trial will be completed in 2026",
    "Estimated study completion date: 12 July 2029",
    "Study completion date: 12 July 2019",
    "marital status was recorded",
    "Performance status 0-2",
    "Participants who completed the trial: 30",
    "Nil funding stated",
    "",
]


@pytest.mark.parametrize(("note", "told"), NOTES)
def test_a_note_tells_word_status_and_date(note: str, told: tuple[str, Status | None, str | None, bool]) -> None:
    (found,) = told_status(note)
    assert (found.word, found.status, found.date, found.is_as_of) == told
    assert found.word in found.sentence
    assert "<" not in found.sentence


@pytest.mark.parametrize("note", SILENT)
def test_what_is_expected_denied_or_said_of_something_else_tells_nothing(note: str) -> None:
    assert told_status(note) == ()


def test_sentences_are_told_one_by_one() -> None:
    note = "<p>Registration status on 27/09/2025: Recruiting</p><p>Author wrote: study terminated in May 2025.</p>"
    assert [(item.status, item.date) for item in told_status(note)] == [
        (Status.RECRUITING, "2025-09-27"),
        (Status.TERMINATED, "2025-05"),
    ]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("27/09/2025", "2025-09-27"),
        ("09/27/2025", "2025-09-27"),
        ("01/02/2010", "2010"),
        ("05/05/2020", "2020-05-05"),
        ("2022/1/10", "2022-01-10"),
        ("2024-11-01", "2024-11-01"),
        ("2024-11", "2024-11"),
        ("09/2012", "2012-09"),
        ("1 August 2016", "2016-08-01"),
        ("1st of August, 2016", "2016-08-01"),
        ("August 1, 2016", "2016-08-01"),
        ("October 27th 2020", "2020-10-27"),
        ("Sept. 2012", "2012-09"),
        ("4 Sept 2020", "2020-09-04"),
        ("2016", "2016"),
        ("31 February 2016", None),
        ("31/31/2016", None),
        ("13/2016", None),
        ("202301/01/", None),
        ("Not yet recruiting", None),
    ],
)
def test_a_date_is_as_precise_as_it_is_without_doubt(text: str, date: str | None) -> None:
    assert noted_date(text) == date
