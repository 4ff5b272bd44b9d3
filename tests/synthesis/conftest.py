"""Builders shared by the synthesis tests: arms of a study in one line, and the reference numbers."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from models.synthesis import ArmResult
from models.vocabulary import ArmRole

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
