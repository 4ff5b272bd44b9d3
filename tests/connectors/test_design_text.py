"""Who is masked, as registers list it in prose; what names nobody is read as nobody's name."""

import pytest

from connectors.design_text import people_masked
from models.vocabulary import Masked

PEOPLE = Masked.PARTICIPANT, Masked.CARE_PROVIDER, Masked.INVESTIGATOR, Masked.OUTCOMES_ASSESSOR


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Masking: Quadruple (Participant, Care Provider, Investigator, Outcomes Assessor)", PEOPLE),
        ("Masking: Double Blind (Subject, Caregiver, Investigator, Outcomes Assessor), Primary Purpose: Treatment", PEOPLE),
        ("Allocation: Randomized. Masking: Single (Outcomes Assessor). Primary Purpose: Treatment.", PEOPLE[3:]),
        ("Masking: DOUBLE (PARTICIPANT, INVESTIGATOR)", (PEOPLE[0], PEOPLE[2])),
        ("Masking: Double (OUTCOMES_ASSESSOR)", PEOPLE[3:]),
        ("Method of blinding/masking:Participant, Investigator, Outcome Assessor and Date-entry Operator Blinded",
         (PEOPLE[0], PEOPLE[2], PEOPLE[3])),
        ("masking:Investigator Blinded", (PEOPLE[2],)),
        ("Blinding: patients and assessors masked", (PEOPLE[0], PEOPLE[3])),
        ("Masking: None (Open Label)", ()),
        ("Masking: Blinded (masking used)", ()),
        ("Masking: Open (masking not used)", ()),
        ("Masking: Double Blind", ()),
        ("Masking: double blind (participants not told)", ()),
        ("Masking: participants not blinded", ()),
        ("Masking: Double. Assignment: Parallel (Participant)", ()),
        ("Blinding: Double blinded, Placebo: Used, Blinding description: participants and researchers are unaware", ()),
        ("A trial of the participant, investigator blinded", ()),
        ("", ()),
        (None, ()),
    ],
)  # fmt: skip
def test_those_are_masked_who_are_named(text: str | None, who: tuple[Masked, ...]) -> None:
    assert people_masked(text) == who
