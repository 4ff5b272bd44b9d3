"""What is said to readers of looks at an analysis: one sentence first, then how the evidence stood at each look."""

from collections.abc import Sequence
from math import isfinite, log

from models.looks import Look, Looks
from models.vocabulary import EvidenceSet
from reporting import numbers, words


def worth_telling(found: Sequence[Looks]) -> list[Looks]:
    """Those of one analysis, confirmed evidence first; provisional evidence that is the same is not told twice."""
    told: list[Looks] = []
    for item in found:
        if not any((item.looks, item.g) == (other.looks, other.g) for other in told):
            told.append(item)
    return told


def sentence(looks: Looks) -> str:
    """What somebody may conclude who has looked every night."""
    return words.with_evidence(looks.evidence_set, _answer(looks))


def headline(found: Sequence[Looks]) -> str:
    """What is read before anything is unfolded: whether evidence is enough, in each set that differs."""
    said: list[str] = []
    for item in worth_telling(found):
        if item.now is None:
            enough = "not computed"
        elif item.now.e_value >= item.needed:
            enough = "still enough evidence of a difference"
        else:
            enough = "not enough evidence of a difference"
        own = enough + (" with provisional numbers" if item.evidence_set is EvidenceSet.PROVISIONAL else "")
        said += [] if enough in said else [own]
    return f"Looked at every night: {'; '.join(said)}"


def _answer(looks: Looks) -> str:
    now = looks.now
    if now is None:
        return f"not computed, because {looks.g_from}."
    needed = f"e-value {e_value(now.e_value)}; {e_value(looks.needed)} is needed"
    first = next((look for look in looks.looks if look.e_value >= looks.needed), None)
    if now.e_value >= looks.needed:
        said = f"had the analysis been looked at every night, the evidence would still show a difference ({needed})"
    elif first:
        said = (
            f"had the analysis been looked at every night, the evidence would have shown a difference {_on(first)}"
            f" (e-value {e_value(first.e_value)}) and be weaker now ({needed})"
        )
    else:
        said = f"had the analysis been looked at every night, the evidence would not be enough to show a difference ({needed})"
        if now.e_value < 1:
            said += ", and the data fit “no difference” better than a difference that matters"
    return f"{said}. The interval that holds at all looks together is {limits(now, looks)}."


def of_boundaries(looks: Looks) -> str:
    """Where the last look stands on the way to the required information, if that is known."""
    now = looks.now
    if now is None:
        return ""
    if looks.required is None or now.share is None:
        lacking = "how many participants are needed" if looks.required is None else "how many participants there are"
        return f"No boundary of Lan and DeMets: {lacking} is not known."
    people = f"{numbers.count(now.n_participants)} participants, and {numbers.count(looks.required)} are needed"
    if now.z is None or now.z_boundary is None:
        return f"By the boundaries of Lan and DeMets it is too early for any result to count: there are {people}."
    crossed = "is crossed" if now.has_crossed else "is not crossed"
    earlier = ", and was at an earlier look" if looks.has_crossed and not now.has_crossed else ""
    return (
        f"The boundary of Lan and DeMets {crossed}{earlier}: z is {numbers.fixed(now.z, 2)}, and"
        f" {numbers.fixed(now.z_boundary, 2)} in either direction is needed. There are {people}."
    )


def e_value(value: float) -> str:
    """``3.2``, ``26``, ``0.8``: two digits are all that matters of evidence."""
    if value >= 10_000:
        return "> 10,000"
    if value < 0.01:
        return "< 0.01"
    return numbers.fixed(value, 0 if value >= 9.95 else 1 if value >= 0.995 else 2)


def limits(look: Look, looks: Looks) -> str:
    """Limits that hold at all looks together; one that no number can hold is none."""
    if not (isfinite(look.ci_low) and isfinite(look.ci_high)):
        return "without limits"
    return numbers.interval(look.ci_low, look.ci_high, looks.is_ratio)


def bars(looks: Looks) -> list[tuple[float, float, float]]:
    """Lower limit, estimate and upper limit of each look from 0 to 100, with no effect at 50; what lies beyond is cut."""
    scale = log if looks.is_ratio else float
    drawn = [
        [scale(value) if isfinite(value) and (value > 0 or not looks.is_ratio) else None for value in values]
        for look in looks.looks
        for values in [(look.ci_low, look.estimate, look.ci_high)]
    ]
    # The last look is the narrowest as a rule, and the one that matters: twice its reach is in the picture.
    reach = 2 * max((abs(value) for value in drawn[-1] if value), default=1.0) if drawn else 1.0

    def place(value: float | None, beyond: float) -> float:
        return beyond if value is None else round(min(100.0, max(0.0, 50 + 50 * value / reach)), 1)

    return [(place(low, 0.0), place(middle, 50.0), place(high, 100.0)) for low, middle, high in drawn]


def day(look: Look) -> str:
    return words.day(look.day) if look.day else "not entered yet"


def z_and_boundary(look: Look) -> str:
    """``2.93 (3.93)``: z, and what it must reach at this look."""
    if look.z is None:
        return numbers.UNKNOWN
    if look.share is None:
        return numbers.fixed(look.z, 2)
    boundary = "too early" if look.z_boundary is None else numbers.fixed(look.z_boundary, 2)
    return f"{numbers.fixed(look.z, 2)} ({boundary})"


def _on(look: Look) -> str:
    return f"on {words.day(look.day)}" if look.day else "with numbers that nobody has entered yet"
