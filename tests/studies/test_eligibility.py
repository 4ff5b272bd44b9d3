"""Eligibility, criterion by criterion, on records that each hold one trap."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from models.folder_rows import DecisionRow
from models.protocol import Protocol
from models.published import PublishedStudy, PublishedVersion
from models.trial import Arm, Intervention, PlannedOutcome, TrialRecord
from models.vocabulary import Allocation, Criterion, EvidenceWord, OutcomeRole, StudyType, Verdict
from studies.eligibility import screen

Build = Callable[..., TrialRecord]
MET, NOT_MET, UNCLEAR = Verdict.MET, Verdict.NOT_MET, Verdict.UNCLEAR


@pytest.fixture(scope="module")
def judged(trial: Build, protocol: Protocol) -> Callable[..., Verdict]:
    def judge(criterion: Criterion, **fields: Any) -> Verdict:
        return screen("NCT10000001", trial(**fields), protocol.eligibility).of(criterion).verdict

    return judge


@pytest.mark.parametrize(
    ("conditions", "title", "keywords", "expected"),
    [
        (["Amyotrophic Lateral Sclerosis"], "Cells", [], MET),
        (["ALS (Amyotrophic Lateral Sclerosis)"], "Cells", [], MET),
        (["Motor Neuron Disease, Amyotrophic Lateral Sclerosis"], "Cells", [], MET),
        (["Motor Neurone Disease"], "Cells", [], MET),
        (["Lou Gehrig's Disease"], "Cells", [], MET),
        (["Amyotropic Lateral Sclerosis"], "Cells", [], MET),
        (["Esclerosis Lateral Amiotrófica"], "Células", [], MET),
        (["Amyotrophe Lateralsklerose"], "Zellen", [], MET),
        (["ALS"], "Stem cells in ALS", [], MET),
        (["ALS"], "Paramedics", ["Cardiac arrest"], NOT_MET),
        (["ALS"], "Advanced Life Support by video", [], NOT_MET),
        (["Cardiac Arrest"], "ALS crews and BLS crews", [], NOT_MET),
        (["Acute Lymphoblastic Leukemia"], "ALS 2020 protocol", [], NOT_MET),
        (["Neurodegeneration"], "Cells in ALS", [], UNCLEAR),
        (["Neurodegeneration"], "Cells in Amyotrophic Lateral Sclerosis", [], MET),
        (["Neurodegeneration"], "Cells", ["ALS"], UNCLEAR),
        (["Multiple Sclerosis"], "Cells in sclerosis", [], NOT_MET),
        (["Parkinson Disease"], "Cells als Therapie", [], NOT_MET),
        ([], "", [], NOT_MET),
    ],
)
def test_population(
    judged: Callable[..., Verdict], conditions: list[str], title: str, keywords: list[str], expected: Verdict
):
    fields = {"conditions": tuple(conditions), "brief_title": title, "keywords": tuple(keywords)}
    assert judged(Criterion.POPULATION, **fields) is expected


@pytest.mark.parametrize(
    ("given", "title", "expected"),
    [
        (["Autologous bone marrow mononuclear cells -> A", "Saline -> B"], "Trial", MET),
        (["MSC NTF -> A", "Placebo -> B"], "Trial", MET),
        (["Human neural progenitor cells -> A"], "Trial", MET),
        (["XYZ-101 -> A", "Placebo -> B"], "XYZ-101, allogeneic mesenchymal stromal cells", MET),
        (["XYZ-101 -> A", "Placebo -> B"], "A drug acting on astrocytes", UNCLEAR),
        (["Exosomes derived from mesenchymal stem cells -> A"], "Trial", NOT_MET),
        (["MSC-derived exosomes -> A"], "Trial", NOT_MET),
        (["Mesenchymal stem cell-derived exosomes -> A"], "Trial", NOT_MET),
        (["Mesenchymal stem cell conditioned medium -> A"], "Trial", NOT_MET),
        (["Mesenchymal stem cells -> A", "Exosomes -> A"], "Trial", MET),
        (["G-CSF -> A", "Placebo -> B"], "Stem cell mobilisation in ALS", NOT_MET),
        (["G-CSF -> A", "Autologous CD34+ cells -> A", "Saline -> B"], "Trial", MET),
        (["Aldesleukin -> A", "Placebo -> B"], "Low dose IL-2 as a Treg enhancer", NOT_MET),
        (["Regulatory T cells -> A", "Interleukin-2 -> A", "Placebo -> B"], "Trial", UNCLEAR),
        (["Fecal microbiota transplantation -> A"], "Trial", NOT_MET),
        (["Plasmid VM202 -> A", "Placebo -> B"], "Trial", NOT_MET),
        (["Antisense oligonucleotide -> A"], "Trial", NOT_MET),
        (["3-Cell heat patch -> A"], "Trial", NOT_MET),
        (["Riluzole -> A", "Placebo -> B"], "Trial", NOT_MET),
        ([], "Observation", NOT_MET),
    ],
)
def test_intervention(
    judged: Callable[..., Verdict],
    arms: Callable[..., tuple[Arm, ...]],
    interventions: Callable[..., tuple[Intervention, ...]],
    given: list[str],
    title: str,
    expected: Verdict,
):
    fields = {"interventions": interventions(*given), "arms": arms("A", "B"), "brief_title": title}
    assert judged(Criterion.INTERVENTION, **fields) is expected


PROSE = "Riluzole 50 mg is given twice daily. At baseline peripheral blood stem cells are drawn for an assay."


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        # What a register tells in sentences gives at most unclear.
        (PROSE, "Riluzole in ALS", UNCLEAR),
        ("The trial begins with mesenchymal stem cells. Other treatments may be added.", "Treatments in ALS", UNCLEAR),
        # A title that names it, or an arm that is named, gives met.
        ("Participants are injected once. They are followed for a year.", "Mesenchymal stem cells in ALS", MET),
        ("Group A: mesenchymal stem cells. Group B: saline. Both groups are followed for a year.", "ALS trial", MET),
        ("Patients are randomised to mesenchymal stem cells or saline.", "ALS trial", MET),
        (PROSE, "Treatment after diagnosis of ALS with mesenchymal stem cells", MET),
        # A title in which it is a circumstance, or what everybody gets, does not.
        (PROSE, "Riluzole added to mesenchymal stem cells in ALS", UNCLEAR),
        (PROSE, "Riluzole in patients treated with mesenchymal stem cells", UNCLEAR),
        (PROSE, "Riluzole after stem cell transplantation in ALS", UNCLEAR),
        ("Tacrolimus", "Tacrolimus after stem cell transplantation in ALS", UNCLEAR),
        ("Tacrolimus", "Tacrolimus in recipients of neural stem cells", UNCLEAR),
        # Title and product that do not agree.
        ("Mesenchymal stem cells", "Exosomes in ALS", UNCLEAR),
        ("Mesenchymal stem cells", "Regulatory T cells in ALS", UNCLEAR),
        ("Mesenchymal stem cells", "Mesenchymal stem cells and regulatory T cells in ALS", MET),
        (PROSE, "Exosomes in ALS", UNCLEAR),
    ],
)
def test_intervention_by_prose_and_titles(judged: Callable[..., Verdict], name: str, title: str, expected: Verdict):
    fields = {"interventions": (Intervention(name=name),), "arms": (), "brief_title": title}
    assert judged(Criterion.INTERVENTION, **fields) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"allocation": None, "intervention_model_text": "Single Group Assignment", "arms": ()}, NOT_MET),
        ({"allocation": Allocation.RANDOMISED}, MET),
        ({"allocation": Allocation.RANDOMISED, "intervention_model_text": "Single Group Assignment"}, MET),
        ({"allocation": Allocation.NON_RANDOMISED}, NOT_MET),
        ({"allocation": Allocation.NOT_APPLICABLE}, NOT_MET),
        ({"allocation": None, "brief_title": "A randomised trial"}, MET),
        ({"allocation": None, "brief_title": "A quasi-randomised trial"}, UNCLEAR),
        ({"allocation": None, "intervention_model_text": "Quasi-randomized controlled"}, UNCLEAR),
        ({"allocation": Allocation.RANDOMISED, "brief_title": "A cluster-randomised trial"}, UNCLEAR),
        ({"allocation": None, "intervention_model_text": "Stepped wedge"}, UNCLEAR),
        ({"allocation": None, "brief_title": "A non-randomised trial"}, UNCLEAR),
        ({"allocation": Allocation.NOT_APPLICABLE, "official_title": "A Randomized Trial"}, UNCLEAR),
        ({"allocation": Allocation.NON_RANDOMISED, "official_title": "Non-randomized study"}, NOT_MET),
        ({"allocation": None}, UNCLEAR),
        ({"study_type": StudyType.OBSERVATIONAL}, NOT_MET),
        ({"study_type": StudyType.EXPANDED_ACCESS}, NOT_MET),
        ({"study_type": None}, MET),
        ({"brief_title": "Cells into one leg, saline into the other leg"}, UNCLEAR),
        ({"summary_text": "The contralateral limb receives saline."}, UNCLEAR),
    ],
)
def test_design(judged: Callable[..., Verdict], fields: dict[str, Any], expected: Verdict):
    assert judged(Criterion.DESIGN, **fields) is expected


@pytest.mark.parametrize(
    ("title", "measure", "expected"),
    [
        ("Intramuscular cells", "Area of the tibialis anterior", UNCLEAR),
        ("Intrathecal cells", "Area of the tibialis anterior", MET),
        ("Intramuscular cells", "Change in ALSFRS-R", MET),
    ],
)
def test_one_muscle_injected_may_be_one_side_of_a_person(
    judged: Callable[..., Verdict], title: str, measure: str, expected: Verdict
):
    outcomes = (PlannedOutcome(role=OutcomeRole.PRIMARY, measure=measure),)
    assert judged(Criterion.DESIGN, brief_title=title, outcomes=outcomes) is expected


def test_a_run_in_is_quoted_beside_randomisation(trial: Build, protocol: Protocol):
    record = trial(brief_title="Open-label Phase With Stem Cells, Then Randomised Against Placebo")
    found = screen("NCT10000001", record, protocol.eligibility).of(Criterion.DESIGN)
    assert found.verdict is MET
    assert "a part that is not" in found.quote


@pytest.mark.parametrize(
    ("labels", "given", "title", "expected"),
    [
        (["Cells:experimental", "Placebo:placebo_comparator"], [], "Trial", MET),
        (["Cells:experimental", "Waiting:no_intervention"], [], "Trial", MET),
        (["Test group:experimental", "Control group:experimental"], [], "Trial", MET),
        (["Cells:active_comparator", "Excipient:active_comparator"], [], "Trial", MET),
        # Placebo first and cells later is still a comparator.
        (["A", "B"], ["MSC -> A, B", "Placebo -> B"], "Trial", MET),
        # A placebo inside every arm, as the title says.
        (["Low dose MSC", "High dose MSC"], ["MSC -> Low dose MSC, High dose MSC", "Placebo -> Low dose MSC, High dose MSC"],
         "Placebo-Controlled Trial", MET),
        # Nothing tells a placebo inside every arm from a double dummy.
        (["IV MSC", "IT MSC"], ["MSC -> IV MSC, IT MSC", "Placebo -> IV MSC, IT MSC"], "Trial", UNCLEAR),
        (["Low dose MSC", "High dose MSC"], ["MSC -> Low dose MSC, High dose MSC"], "Trial", NOT_MET),
        # Cells in saline are no saline.
        (["Low dose MSC in saline", "High dose MSC in saline"], ["MSC -> Low dose MSC in saline, High dose MSC in saline"],
         "Trial", UNCLEAR),
        (["Cells", "Edaravone"], ["MSC -> Cells", "Edaravone -> Edaravone"], "Trial", UNCLEAR),
        # A registry that lists no arms says nothing about them.
        ([], ["MSC"], "Trial", UNCLEAR),
        ([], ["MSC", "Placebo"], "Trial", MET),
    ],
)  # fmt: skip
def test_comparator(
    judged: Callable[..., Verdict],
    arms: Callable[..., tuple[Arm, ...]],
    interventions: Callable[..., tuple[Intervention, ...]],
    labels: list[str],
    given: list[str],
    title: str,
    expected: Verdict,
):
    fields = {"arms": arms(*labels), "interventions": interventions(*given), "brief_title": title}
    assert judged(Criterion.COMPARATOR, **fields) is expected


@pytest.mark.parametrize(
    "label",
    ["Placebo", "Sham procedure", "Sham bone marrow aspiration", "Saline injection", "Excipient", "Vehicle", "Controls",
     "Ringer's lactate", "No treatment", "Untreated", "Standard of care", "Standard medical treatment", "Usual care",
     "Conventional treatment", "Best supportive care", "Delayed treatment", "Waiting list", "Riluzole alone",
     "No transplantation", "Control"],
)  # fmt: skip
def test_an_inactive_arm_is_known_by_its_words(
    judged: Callable[..., Verdict],
    arms: Callable[..., tuple[Arm, ...]],
    interventions: Callable[..., tuple[Intervention, ...]],
    label: str,
):
    fields = {"arms": arms("Cells:experimental", f"{label}:other"), "interventions": interventions("MSC -> Cells")}
    assert judged(Criterion.COMPARATOR, brief_title="Trial", **fields) is MET


@pytest.mark.parametrize(
    "label", ["Edaravone", "Fingolimod", "Stem cells in a low dose", "Intravenous bone marrow cells"]
)
def test_an_active_arm_is_not(
    judged: Callable[..., Verdict],
    arms: Callable[..., tuple[Arm, ...]],
    interventions: Callable[..., tuple[Intervention, ...]],
    label: str,
):
    fields = {
        "arms": arms("Cells:experimental", f"{label}:active_comparator"),
        "interventions": interventions(f"MSC -> Cells, {label}"),
    }
    assert judged(Criterion.COMPARATOR, brief_title="Trial", **fields) is not MET


@pytest.mark.parametrize(
    ("phase", "allocation", "expected"),
    [
        ("Phase 1", None, NOT_MET),
        ("Phase 2", None, UNCLEAR),
        (None, None, UNCLEAR),
        ("Phase 1", Allocation.RANDOMISED, UNCLEAR),
        ("Phase 2", Allocation.NOT_APPLICABLE, NOT_MET),
    ],
)
def test_a_record_without_arms(
    judged: Callable[..., Verdict], phase: str | None, allocation: Allocation | None, expected: Verdict
):
    fields = {"arms": (), "interventions": (), "phase_text": phase, "allocation": allocation}
    assert judged(Criterion.COMPARATOR, **fields) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["MSC -> A", "Placebo -> B"], MET),
        (["MSC -> A", "Placebo -> B", "Riluzole -> A, B"], MET),
        (["MSC -> A", "Placebo -> B", "Tacrolimus -> A"], UNCLEAR),
        (["MSC -> A", "Placebo -> B", "Lithium"], MET),
        (["XYZ-101 -> A", "Placebo -> B"], MET),
    ],
)
def test_what_some_arms_get_besides_cells(
    judged: Callable[..., Verdict],
    arms: Callable[..., tuple[Arm, ...]],
    interventions: Callable[..., tuple[Intervention, ...]],
    given: list[str],
    expected: Verdict,
):
    fields = {"arms": arms("A", "B"), "interventions": interventions(*given)}
    assert judged(Criterion.CO_INTERVENTIONS, **fields) is expected


def _version(included: list[str], ongoing: list[str]) -> PublishedVersion:
    def studies(ids: list[str]) -> list[PublishedStudy]:
        return [PublishedStudy(study_id=item, label=item, evidence=EvidenceWord.VERBATIM) for item in ids]

    return PublishedVersion(
        version="2019", search_date=date(2019, 7, 31), included=studies(included), ongoing=studies(ongoing)
    )


@pytest.mark.parametrize(
    ("included", "ongoing", "allocation", "expected"),
    [
        ([], [], None, UNCLEAR),
        ([], ["NCT10000001"], None, MET),
        (["NCT10000001"], [], None, MET),
        # Authors who included a study read more than its registry entry; a list of ongoing ones rests on that entry.
        (["NCT10000001"], [], Allocation.NON_RANDOMISED, MET),
        ([], ["NCT10000001"], Allocation.NON_RANDOMISED, NOT_MET),
    ],
)
def test_what_authors_settle(
    trial: Build,
    protocol: Protocol,
    included: list[str],
    ongoing: list[str],
    allocation: Allocation | None,
    expected: Verdict,
):
    record = trial(allocation=allocation)
    decision = screen("NCT10000001", record, protocol.eligibility, (), (_version(included, ongoing),))
    assert decision.verdict is expected
    assert decision.by_rules is (NOT_MET if allocation else UNCLEAR)


def test_a_person_decides_last_and_the_last_person_wins(trial: Build, protocol: Protocol):
    def row(verdict: Verdict, day: int) -> DecisionRow:
        return DecisionRow(
            study_id="NCT10000001",
            criterion=Criterion.INTERVENTION,
            verdict=verdict,
            decided_by="A. Author",
            known_from=date(2020, 1, day),
            reason="read the paper",
        )

    decision = screen("NCT10000001", trial(), protocol.eligibility, (row(MET, 1), row(NOT_MET, 2)))
    found = decision.of(Criterion.INTERVENTION)
    assert (decision.verdict, found.decided_by, found.quote) == (NOT_MET, "A. Author", "read the paper")
    assert screen("NCT10000002", trial(), protocol.eligibility, (row(NOT_MET, 2),)).verdict is MET


CELLS = """
Autologous bone marrow derived mononuclear cells | Peripheral blood stem cells | Human spinal cord derived neural stem cells
CL2020 (Muse cells) | Multilineage-differentiating stress enduring cells | iPSC-derived motor neuron progenitors | hUC-MSCs
Human umbilical cord mesenchymal stem cells (hUC-MSC) | Bone marrow aspirate concentrate | BM MSC | BMSC | ADSC | hNSCs
Autologous hematopoietic stem cell transplantation | Haematopoietic stem cell transplant | Amniotic epithelial cells
Olfactory ensheathing cell transplantation | Fetal olfactory cells | Adipose-derived regenerative cells | MultiStem
Placenta-derived cells (PDA-001) | Dental pulp stem cells | Neural progenitor cells | Lineage-negative cells | Lin- cells
Autologous CD133+ cells | Umbilical cord blood mononuclear cells | Endothelial progenitor cells | cellular product
Mesenchymal precursor cells | AD-MSC intrathecal | Bone marrow cells | Genetically modified cells (encapsulated)
células madre mesenquimales | células mononucleares de médula ósea | cellules souches mésenchymateuses
mesenchymale Stammzellen | cellule staminali neurali
"""
NO_CELLS = """
Riluzole | Edaravone | Tofersen | Masitinib | Ibudilast | Platelet rich plasma | AAV gene therapy | Plasma exchange | IVIG
MSC-derived extracellular vesicles | Exosomes | G-CSF (filgrastim) | Low dose interleukin-2 | Memantine | Methylcobalamin
3-cell battery device | Cell phone application | Fuel cell | Single cell sequencing | Blood cell count | CellCept
Red blood cell transfusion | White cell depletion | Cell-free DNA test | Progesterone | Diaphragm pacing | Stem cell factor
Plasmid VM202
"""
IMMUNE_CELLS = """
Regulatory T cells | T-regulatory cells | CAR-T cells | Natural killer cells | NK cells | Autologous M2 macrophages
Monocyte infusion | CK0803
"""


@pytest.mark.parametrize(
    ("names", "expected"),
    [(CELLS, MET), (NO_CELLS, NOT_MET), (IMMUNE_CELLS, UNCLEAR)],
    ids=["cells", "no cells", "person"],
)
def test_a_product_is_known_by_its_words_in_any_spelling(judged: Callable[..., Verdict], names: str, expected: Verdict):
    products = [name.strip() for line in names.strip().splitlines() for name in line.split("|")]
    found = {
        name: judged(Criterion.INTERVENTION, brief_title="Trial", interventions=(Intervention(name=name),), arms=())
        for name in products
    }
    assert {name: verdict for name, verdict in found.items() if verdict is not expected} == {}
