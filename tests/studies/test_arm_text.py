"""Arms are read from the forms that registers print, and from no other text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.arm_text import arms_in


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Experimental group:drug;Control group:placebo;", ["Experimental group", "Control group"]),
        ("Treatment arm (n=30): drug. Placebo arm (n=30): starch.", ["Treatment arm", "Placebo arm"]),
        ("Arm A: drug 5 mg. Arm B: drug 10 mg. Arm C: placebo.", ["Arm A", "Arm B", "Arm C"]),
        ("Group 1 - drug, Group 2 - placebo", ["Group 1", "Group 2"]),
        ("The intervention group will receive the drug. The control group receives nothing.", ["intervention group", "control group"]),
        ("Intervention 1: Intervention group: drug. Intervention 2: Control group: placebo.",
         ["Intervention 1: Intervention group", "Intervention 2: Control group"]),
        # Two groups under one name stay two.
        ("Intervention 1: The intervention group, as well, drug. Intervention 2: The intervention group, as well, saline.",
         ["Intervention 1", "Intervention 2"]),
        # CTRI: several interventions may be one arm, and nobody says so.
        ("Intervention1: drug: 5 mg Intervention2: zinc: 5 mg Control Intervention1: nil: none", ["Intervention", "Control"]),
        ("Patients fall into 2 groups: a) Drug (30): one tablet b) Placebo (30): one tablet", ["Drug (30)", "Placebo (30)"]),
        ("Randomised into three arms. 1. Drug arm: 5 mg 2. Other drug arm: 5 mg 3. Nothing arm: none", ["Drug arm", "Other drug arm", "Nothing arm"]),
        ("Participants are randomised to receive the drug or placebo.", ["drug", "placebo"]),
        ("Patients are randomly assigned (1:1:1) to drug, other drug, or placebo.", ["drug", "other drug", "placebo"]),
        ("Experimental: drug\nPlacebo comparator: starch", ["Experimental", "Placebo comparator"]),
        ("Grupo experimental: fármaco. Grupo control: placebo.", ["Grupo experimental", "Grupo control"]),
        ("Groupe A : médicament. Groupe B : placebo.", ["Groupe A", "Groupe B"]),
        ("Interventionsgruppe: Mittel. Kontrollgruppe: nichts.", ["Interventionsgruppe", "Kontrollgruppe"]),
        ("试验组：药物；对照组：安慰剂", ["试验组", "对照组"]),
        ("介入群：薬。対照群：プラセボ。", ["介入群", "対照群"]),
        ("실험군: 약. 대조군: 위약.", ["실험군", "대조군"]),
    ],
)  # fmt: skip
def test_arms_are_told_apart(text: str, labels: list[str]) -> None:
    assert [label for label, _ in arms_in(text)] == labels


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A tablet of the drug twice daily for 7 days",
        "Intervention group: a tablet of the drug",
        "The drug compared with usual care",
        "1. Take a tablet. 2. Drink water.",
        "Doses are adjusted on the basis of the treatment of the control group, with one tablet more.",
        "Placebo: NaCl 0.9%",
    ],
)
def test_any_other_text_tells_no_arms_apart(text: str) -> None:
    assert arms_in(text) == []


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = arms_in(text)
    assert len(found) != 1
    assert all(label in text or "nterv" in label or label == "Control" for label, _ in found)
