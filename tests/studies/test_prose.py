"""Names of treatments are names; what registers tell in sentences is prose, in any of their languages."""

import pytest

from studies.prose import is_prose, sentences

NAMES = """
Hydroxychloroquine | Placebo oral tablet | Lopinavir/ritonavir 200/50 mg, two tablets twice daily
Autologous cells transplanted by multiple injections at 24 separate sites, in addition to a single injection into the CSF
Sodium chloride 0.9% solution for infusion | Neuronata-R inj. | Human albumin 20% (1.5 g/kg) | Standard of care
comprimé pelliculé de 200 mg | Tratamiento habitual | Standardbehandlung | 常规治疗 | プラセボ | 위약
"""
PROSE = """
Participants will be randomised to receive the drug or placebo | Blood is drawn on day 7
The intervention group receives one tablet | Group 1: one tablet daily for ten days. Group 2: one capsule daily for ten days.
Los pacientes recibirán un comprimido | Die Gruppe erhält eine Tablette | Les patients recevront un comprimé
I pazienti riceveranno una compressa | Os pacientes receberão um comprimido | 患者每天服用一片
"""


def _listed(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split("|")]


@pytest.mark.parametrize("text", _listed(NAMES))
def test_a_name_is_no_prose(text: str) -> None:
    assert not is_prose(text)


@pytest.mark.parametrize("text", _listed(PROSE))
def test_what_is_told_is_prose(text: str) -> None:
    assert is_prose(text)


def test_a_very_long_name_is_told() -> None:
    assert is_prose("word " * 26)
    assert not is_prose("word " * 25)


def test_an_abbreviation_ends_no_sentence() -> None:
    assert sentences("Neuronata-R inj. once. Then 5 mg b.i.d. for a week.") == [
        "Neuronata-R inj. once.",
        "Then 5 mg b.i.d. for a week.",
    ]
