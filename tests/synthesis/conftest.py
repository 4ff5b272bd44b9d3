"""Builders shared by the synthesis tests: arms of a study in one line, and the reference numbers."""

import sys
from collections.abc import Callable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from models.protocol import Protocol
from models.synthesis import ArmResult, EffectInput, PooledEffect
from models.vocabulary import ArmRole, EvidenceSet
from synthesis.analyses import pool_review
from synthesis.effect_size import effect_inputs

ONE_ARM = ArmResult(
    study_id="OH2018",
    comparison="cells",
    outcome="survival",
    timepoint="6 months",
    arm=ArmRole.INTERVENTION,
    n_analysed=1,
    report="PMID:30048006",
    is_confirmed=True,
)


@pytest.fixture
def arm() -> Callable[..., ArmResult]:
    """An arm of Oh 2018, changed as the test wants: ``arm("control", n_analysed=31, n_events=28)``."""

    def build(role: str, **changes: object) -> ArmResult:
        fields = {name: getattr(ONE_ARM, name) for name in ONE_ARM.__struct_fields__}
        return ArmResult(**{**fields, "arm": ArmRole(role), **changes})

    return build


@pytest.fixture(scope="session")
def agreement() -> ModuleType:
    """The script that compares every reference number with ours."""
    beside("recomputed")
    beside("tally")
    beside("agreement_next")
    beside("agreement_bayes")
    return beside("agreement")


@pytest.fixture(scope="session")
def cochrane() -> ModuleType:
    """Published analyses of Cochrane reviews, which a fresh clone does not have."""
    module = beside("cochrane")
    if not module.SAMPLES.exists():
        pytest.skip("the samples of published analyses are not here")
    return module


def beside(name: str) -> ModuleType:
    """A module of this folder that is no test."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def with_missing() -> Callable[..., tuple[list[EffectInput], PooledEffect, Protocol]]:
    """Inputs, headline and protocol of one analysis, from arms as ``(study, role, n_analysed, n_randomised, numbers)``."""

    def build(
        arms: Sequence[tuple[str, str, int, int | None, dict[str, object]]], **choices: object
    ) -> tuple[list[EffectInput], PooledEffect, Protocol]:
        protocol = protocol_of(**choices)
        rows = [
            ArmResult(
                study_id=study,
                comparison="c",
                outcome="o",
                timepoint="t",
                arm=ArmRole(role),
                n_analysed=n,
                n_randomised=whole,
                is_confirmed=True,
                **numbers,
            )
            for study, role, n, whole, numbers in arms
        ]
        inputs = list(effect_inputs(rows, protocol.analyses, EvidenceSet.CONFIRMED))
        return inputs, pool_review(inputs, protocol, EvidenceSet.CONFIRMED)[0], protocol

    return build


def protocol_of(
    measure: str = "MD",
    model: str = "REML",
    interval: str = "wald",
    convention: str = "revman2025",
    direction: str = "higher",
    mid: float | None = None,
    missing: dict[str, object] | None = None,
) -> Protocol:
    """A protocol with one analysis, pooled in one way."""
    choice = [{"model": model, "interval": interval}]
    return Protocol.model_validate(
        {
            "review": "made_up",
            "title": "Made up",
            "version": "1",
            "searches": {},
            "comparisons": [{"id": "c", "title": "c", "intervention": "i", "control": "k"}],
            "timepoints": [{"name": "t"}],
            "outcomes": [
                {
                    "id": "o",
                    "title": "o",
                    "short": "o",
                    "measure": measure,
                    "unit": "points",
                    "direction": direction,
                    "timepoints": ["t"],
                    "mid": mid,
                }
            ],
            "conventions": [{"name": convention, "continuous": choice, "dichotomous": choice}],
            "supplements": {"missing": {"o": missing} if missing else {}},
        }
    )
