"""What a review's authors noted of the state of a registration: the first that is known of a study on their lists.

Authors write in words of their own. Only what says outright how a study or its registration stands is taken; what is
expected, denied, or said of a part of a study is left out or keeps no status.
"""

import re
from collections.abc import Iterator

from exchange.cochrane.display_text import sentences
from exchange.cochrane.noted_dates import DATE, noted_date
from models.dates import PartialDate
from models.value import Value
from models.vocabulary import Status

_WORDS = {
    Status.COMPLETED: "completed|complete|study completed|trial completed|finished|complete: follow-up complete",
    Status.TERMINATED: "terminated|terminated early|stopped|stopped early|discontinued|halted prematurely|closed early|"
    "prematurely ended|ended prematurely|prematurely terminated|abandoned",
    Status.WITHDRAWN: "withdrawn|cancelled|canceled|withdrawn before enrolment|withdrawn prior to enrolment",
    Status.SUSPENDED: "suspended|on hold|temporarily halted|temporarily suspended|paused|temporary halt",
    Status.NOT_YET_RECRUITING: "not yet recruiting|pending|not started|not yet started|not yet open|not yet begun|"
    "pending (not yet recruiting)|not yet enrolling|planned",
    Status.RECRUITING: "recruiting|open to recruitment|open for recruitment|open public recruiting|currently recruiting|"
    "still recruiting|enrolling|recruitment ongoing|recruitment open|ongoing recruitment|actively recruiting",
    Status.ENROLLING_BY_INVITATION: "enrolling by invitation",
    Status.ENDED_RECRUITING: "active, not recruiting|active not recruiting|active/not recruiting|no longer recruiting|"
    "recruitment complete|recruitment completed|recruitment ended|recruitment closed|closed to recruitment|"
    "recruitment finished|closed to recruitment of participants|enrolment complete|enrollment complete|"
    "enrolment completed|enrollment completed|complete: follow-up continuing|closed to accrual",
    Status.UNKNOWN: "unknown|unknown status|status unknown|recruitment status unknown",
}
STATUS = {word: status for status, words in _WORDS.items() for word in words.split("|")}
"""Words of notes, in lower case, as far as they mean one thing."""

_SUBJECT = r"(?:(?:the|this) )?(?:study|trial|rct|registration)"
_STATUS_FIELD = re.compile(
    r"\b(?:(?:(?:trial|study|registration|recruitment|registry|overall|current|clinicaltrials?\.gov) )*)status\b"
    rf"(?P<when>\s*(?:\(?\s*(?:(?:as )?(?:on|of|at|in|checked|accessed|updated|:)\s*)+)?{DATE}\)?)?"
    r"(?:\s+(?:is|was|given as|listed as|reported as))?\s*[:=–-]?\s*(?P<word>[^.;()]{1,120})"
    rf"(?P<after>\((?:[a-z]+ ){{0,3}}{DATE}\))?",
    re.IGNORECASE,
)
_ALONE = "|".join(
    sorted((re.escape(word) for word in STATUS if word not in {"complete", "planned"}), key=len, reverse=True)
)
_SAID = re.compile(
    rf"(?:^|[:,]\s*|\b(?P<subject>{_SUBJECT})\s+(?:(?:is|was|has been|had been|status|now|currently|already|listed as|"
    rf"reported as|registered as|marked as|described as)\s+)*)(?P<word>{_ALONE})\b"
    rf"(?P<when>\s*(?:,\s*)?\(?(?:in|on|by|since|as of|at)?\s*{DATE})?",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"\b(?P<word>(?:data collection|follow[- ]?up|data analysis|analysis|enrol+ment|recruitment|accrual) "
    rf"(?:was |has been |is )?(?:completed?|finished|ended|closed))\b(?P<when>\s*\(?(?:in|on|by)?\s*{DATE})?",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\bnot (?:been |yet (?:been )?|be )?(?:complet|terminat|finish|stopp|withdraw)|\bexpected|\bestimated|\banticipated|"
    r"\bwill be\b|\bto be (?:completed|finished)|\bplanned (?:to|completion)|\bdue to (?:be|complete)|\bif (?:it|the)|"
    r"\bshould be\b|\bprimary completion",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"[\s,–-]*\(?(?:(?:as )?(?:of|on|in|by|at|since|checked|accessed)\s+)?(?:{DATE})\)?\s*$|[\s,–-]+$", re.IGNORECASE
)
_FOLLOWED = re.compile(
    r"\s+(?:with|and|but|because|due|as|since|after|according|no|n\s*=)\b.*$|,(?! not).*$", re.IGNORECASE
)


_LONGEST = 1_000
"""Characters of a sentence that are looked at."""


class ToldStatus(Value, frozen=True, kw_only=True):
    """How a study or its registration stood, as a note tells it.

    Attributes
    ----------
    word : verbatim
    status : None where the word does not say, or is said of a part of the study
    date : as precise as it is told without doubt; None where it is not
    is_as_of : the date is the day of looking, not the day on which it happened
    sentence : the note's
    """

    word: str
    status: Status | None
    date: PartialDate | None
    is_as_of: bool
    sentence: str


def told_status(text: str) -> tuple[ToldStatus, ...]:
    """What a note says of a study's state, in its order; a cell's markup is left out."""
    return tuple(told for sentence in sentences(text) if (told := _of_sentence(sentence[:_LONGEST])))


def _of_sentence(sentence: str) -> ToldStatus | None:
    if _DENIED.search(sentence):
        return None
    return next((told for read in (_of_field, _of_part, _as_said) for told in read(sentence)), None)


def _of_field(sentence: str) -> Iterator[ToldStatus]:
    """``Trial registration status on 27/09/2025: Complete``."""
    for match in _STATUS_FIELD.finditer(sentence):
        word = _FOLLOWED.sub("", match["word"].strip()).strip() or match["word"].strip()
        ending = _TRAILING.search(word)
        behind = ending[0] if ending else ""
        word = (word[: ending.start()] if ending else word).strip(" \"'“”")
        status = STATUS.get(" ".join(word.lower().split()))
        date = noted_date(match["when"] or "") or noted_date(behind) or noted_date(match["after"] or "")
        # A sentence with the word status says much else; it counts where a word of the list follows, or a colon.
        if status or (word and re.search(r"status[^:]*:\s*" + re.escape(word), sentence) and len(word.split()) < 6):
            yield ToldStatus(word=word, status=status, date=date, is_as_of=date is not None, sentence=sentence)


def _as_said(sentence: str) -> Iterator[ToldStatus]:
    """``Study completed July 2024``, ``Completed December 2023 with 2900 participants``."""
    for match in _SAID.finditer(sentence):
        date = noted_date(match["when"] or "")
        status = STATUS[match["word"].lower()]
        is_as_of = date is not None and ("as of" in match["when"].lower() or status in _STATES)
        yield ToldStatus(word=match["word"], status=status, date=date, is_as_of=is_as_of, sentence=sentence)


_STATES = frozenset({Status.NOT_YET_RECRUITING, Status.RECRUITING, Status.ENROLLING_BY_INVITATION, Status.UNKNOWN})
"""What lasts: a date beside it is the day of looking."""


def _of_part(sentence: str) -> Iterator[ToldStatus]:
    """``Data collection completed Oct 2018``: the study may still have gone on."""
    for match in _PART.finditer(sentence):
        word = match["word"]
        is_recruitment = word.lower().startswith(("recruitment", "enrol", "accrual"))
        status = Status.ENDED_RECRUITING if is_recruitment else None
        date = noted_date(match["when"] or "")
        yield ToldStatus(word=word, status=status, date=date, is_as_of=False, sentence=sentence)
