"""Which entries are one study: tests named after the failure they prevent."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.folder_rows import LinkRow
from models.judgement import Linked
from models.literature import Literature
from models.study_relations import StudyRelationKind
from models.trial import SecondaryId, TrialRecord
from models.vocabulary import LinkMethod, Status
from studies.linkage import link

Build = Callable[..., TrialRecord]
NCT_A, NCT_B, NCT_C = "NCT01000001", "NCT01000002", "NCT01000003"
EUDRACT, ISRCTN = "2006-003096-12", "ISRCTN17473621"
REGISTRIES = {"NCT": "ClinicalTrials.gov", "ISR": "ISRCTN", "EUC": "EU Clinical Trials Register", "20": "EU"}


@pytest.fixture(scope="module")
def entry(trial: Build) -> Build:
    """A record of the register that its id belongs to, declaring other numbers; a kind stands after ``@``."""

    def build(record_id: str, *declares: str, **fields: object) -> TrialRecord:
        secondary = tuple(
            SecondaryId(id=text.partition("@")[0], kind=text.partition("@")[2] or None) for text in declares
        )
        registry = next(name for start, name in REGISTRIES.items() if record_id.startswith(start))
        return trial(record_id, registry=registry, secondary_ids=secondary, **fields)

    return build


def groups(linked: Linked) -> set[frozenset[str]]:
    by_study: dict[str, set[str]] = {}
    for item in linked.records:
        by_study.setdefault(item.study_id, set()).add(item.record_id)
    return {frozenset(members) for members in by_study.values() if len(members) > 1}


def joined(*records: TrialRecord, rows: Sequence[LinkRow] = ()) -> Linked:
    return link({record.record_id: record for record in records}, Literature(), rows)


def row(study: str, item: str, is_linked: bool = True) -> LinkRow:
    return LinkRow(
        study_id=study,
        item_id=item,
        relation="record",
        is_linked=is_linked,
        known_from=date(2020, 1, 1),
        decided_by="A. Author",
        reason="read both",
    )


@pytest.mark.parametrize(
    ("first", "declares", "second"),
    [
        (NCT_A, "ISRCTN17473621", ISRCTN),
        (NCT_A, "isrctn 17473621", ISRCTN),
        (NCT_A, "ISRCTN: 17473621 (retrospective)", ISRCTN),
        (NCT_A, EUDRACT, EUDRACT),
        (NCT_A, "EudraCT 2006-003096-12", EUDRACT),
        (NCT_A, "2006-003096-12", "EUCTR2006-003096-12-ES"),
        ("EUCTR2006-003096-12-ES", "NCT01000001", NCT_A),
        (ISRCTN, "NCT01000001", NCT_A),
    ],
)
def test_a_declared_number_joins_however_it_is_spelled(entry: Build, first: str, declares: str, second: str):
    linked = joined(entry(first, declares), entry(second))
    assert groups(linked) == {frozenset({first, second})}
    [other] = [item for item in linked.records if item.method is not LinkMethod.OWN_ID]
    assert (other.method, NCT_A) == (LinkMethod.DECLARED_ID, other.study_id)
    assert declares in other.evidence


@pytest.mark.parametrize("placeholder", ["NCT00000000", "ISRCTN00000000", "0000-000000-00", "N/A", "12345678", "NA"])
def test_a_placeholder_joins_nobody(entry: Build, placeholder: str):
    stranger = entry(ISRCTN, placeholder, aliases=(placeholder,))
    assert groups(joined(entry(NCT_A, placeholder), stranger)) == set()


def test_a_sponsors_number_joins_nobody_even_when_it_is_a_register_number(entry: Build):
    assert groups(joined(entry(NCT_A, "ALS-001@ORG_STUDY_ID"), entry(ISRCTN, "ALS-001@ORG_STUDY_ID"))) == set()
    assert groups(joined(entry(NCT_A, f"{ISRCTN}@ORG_STUDY_ID"), entry(ISRCTN))) == set()


def test_two_numbers_of_one_register_are_two_studies_when_one_declares_the_other(entry: Build):
    linked = joined(entry(NCT_A, NCT_B), entry(NCT_B))
    assert groups(linked) == set()
    assert [(item.kind, item.study_id, item.other_id) for item in linked.relations] == [
        (StudyRelationKind.NAMED, NCT_A, NCT_B)
    ]


def test_a_chain_through_a_third_register_is_a_conflict_and_no_merge(entry: Build):
    linked = joined(entry(NCT_A, ISRCTN), entry(ISRCTN, NCT_B), entry(NCT_B))
    assert groups(linked) == set()
    [item] = linked.queue
    assert "one register" in item.reason
    assert item.value == f"{ISRCTN}, {NCT_A}, {NCT_B}"


def test_in_a_chain_the_link_that_both_ends_declare_holds(entry: Build):
    linked = joined(entry(NCT_A, ISRCTN), entry(ISRCTN, NCT_A, NCT_B), entry(NCT_B))
    assert groups(linked) == {frozenset({NCT_A, ISRCTN})}
    assert len(linked.queue) == 1


def test_a_shared_eudract_number_stays_two_studies(entry: Build):
    first = entry(NCT_A, EUDRACT, brief_title="Cells in ALS")
    second = entry(NCT_B, EUDRACT, brief_title="Cells in ALS (Extension CMN/ELA)")
    linked = joined(first, second)
    assert groups(linked) == set()
    assert {item.kind for item in linked.relations} == {StudyRelationKind.SHARED_NUMBER, StudyRelationKind.EXTENSION}
    assert linked.queue == ()


def test_a_shared_eudract_number_with_its_own_entry_is_a_conflict(entry: Build):
    linked = joined(entry(NCT_A, EUDRACT), entry(NCT_B, EUDRACT), entry(EUDRACT))
    assert groups(linked) == set()
    assert len(linked.queue) == 1
    assert {item.kind for item in linked.relations} >= {StudyRelationKind.SHARED_NUMBER}


def test_country_entries_of_one_eudract_number_are_one_study(entry: Build):
    linked = joined(entry("EUCTR2006-003096-12-ES"), entry("EUCTR2006-003096-12-DE"), entry(NCT_A, EUDRACT))
    assert groups(linked) == {frozenset({"EUCTR2006-003096-12-ES", "EUCTR2006-003096-12-DE", NCT_A})}
    assert linked.queue == ()


def test_a_trial_moved_from_eu_ctr_to_ctis_is_one_study(entry: Build):
    linked = joined(entry(EUDRACT), entry("2023-508143-51-01", EUDRACT), entry(NCT_A, "2023-508143-51-00"))
    assert groups(linked) == {frozenset({EUDRACT, "2023-508143-51-01", NCT_A})}
    assert {item.study_id for item in linked.records} == {NCT_A}


def test_a_number_in_a_title_joins_and_says_so(entry: Build):
    linked = joined(entry(NCT_A, official_title=f"Cells in ALS ({ISRCTN})"), entry(ISRCTN))
    [other] = [item for item in linked.records if item.method is not LinkMethod.OWN_ID]
    assert (other.method, "title" in other.evidence) == (LinkMethod.MINED_ID, True)


def test_a_number_in_prose_is_a_relation_and_no_merge(entry: Build):
    linked = joined(entry(NCT_A, summary_text=f"Compare {ISRCTN}."), entry(ISRCTN))
    assert groups(linked) == set()
    assert [item.kind for item in linked.relations] == [StudyRelationKind.NAMED]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Cells in ALS: Open-label Extension", StudyRelationKind.EXTENSION),
        ("Cells in ALS, Long-term Follow-up", StudyRelationKind.EXTENSION),
        ("Imaging Substudy of Cells in ALS", StudyRelationKind.SUB_STUDY),
        ("Something Else in ALS", StudyRelationKind.NAMED),
    ],
)
def test_what_a_named_study_is_to_the_other_is_read_from_its_title(entry: Build, title: str, kind: StudyRelationKind):
    linked = joined(entry(NCT_A, brief_title="Cells in ALS"), entry(NCT_B, NCT_A, brief_title=title))
    assert [item.kind for item in linked.relations] == [kind]


def test_withdrawn_and_registered_anew_is_a_relation(entry: Build):
    old = entry(NCT_A, status=Status.WITHDRAWN, sponsor="Clinic", first_posted_date="2015-01-01")
    new = entry(NCT_B, sponsor="Clinic", first_posted_date="2017-01-01")
    other = entry(NCT_C, sponsor="Another Clinic", first_posted_date="2017-01-01")
    linked = joined(old, new, other)
    assert groups(linked) == set()
    assert [(item.kind, item.study_id, item.other_id) for item in linked.relations] == [
        (StudyRelationKind.RE_REGISTRATION, NCT_A, NCT_B)
    ]


def test_another_entry_of_the_withdrawn_study_is_not_taken_for_the_new_one(entry: Build):
    same = {"sponsor": "Clinic"}
    old = entry(NCT_A, ISRCTN, status=Status.WITHDRAWN, first_posted_date="2015-01-01", **same)
    elsewhere = entry(ISRCTN, first_posted_date="2016-01-01", **same)
    new = entry(NCT_B, first_posted_date="2017-01-01", **same)
    found = [(item.kind, item.study_id, item.other_id) for item in joined(old, elsewhere, new).relations]
    assert found == [(StudyRelationKind.RE_REGISTRATION, NCT_A, NCT_B)]


def test_of_one_pair_one_thing_is_said(entry: Build):
    same = {"sponsor": "Clinic", "start_date": "2016-02", "enrolment_count": 40}
    old = entry(NCT_A, status=Status.WITHDRAWN, first_posted_date="2015-01-01", **same)
    new = entry(NCT_B, first_posted_date="2017-01-01", **same)
    assert [item.kind for item in joined(old, new).relations] == [StudyRelationKind.RE_REGISTRATION]


def test_of_many_entries_with_one_title_each_is_told_once_beside_another(entry: Build):
    same = {"sponsor": "Clinic", "start_date": "2016-02", "enrolment_count": 40}
    many = [entry(f"NCT{20000000 + n}", brief_title="Stem cells" + " in ALS" * (n % 2), **same) for n in range(12)]
    found = joined(*many).relations
    assert {item.kind for item in found} == {StudyRelationKind.DUPLICATE}
    assert sorted(item.other_id for item in found) == [record.record_id for record in many[2:]]


def test_a_person_joins_and_parts_and_takes_it_back(entry: Build):
    records = (entry(NCT_A), entry(ISRCTN))
    declared = (entry(NCT_A, ISRCTN), entry(ISRCTN))
    together, apart = row(NCT_A, ISRCTN), row(ISRCTN, NCT_A, is_linked=False)
    assert groups(joined(*records, rows=[together])) == {frozenset({NCT_A, ISRCTN})}
    assert groups(joined(*records, rows=[together, apart])) == set()
    assert groups(joined(*declared, rows=[apart])) == set()
    assert groups(joined(*declared, rows=[apart, together])) == {frozenset({NCT_A, ISRCTN})}
    [other] = [item for item in joined(*records, rows=[together]).records if item.method is not LinkMethod.OWN_ID]
    assert (other.method, other.evidence) == (LinkMethod.PERSON, "A. Author: read both")


def test_a_person_may_join_two_numbers_of_one_register(entry: Build):
    linked = joined(entry(NCT_A), entry(NCT_B), rows=[row(NCT_A, NCT_B)])
    assert groups(linked) == {frozenset({NCT_A, NCT_B})}
    assert linked.queue == ()


def test_what_a_person_parted_is_not_joined_through_a_third(entry: Build):
    records = (entry(NCT_A, ISRCTN), entry(ISRCTN, NCT_A, EUDRACT), entry(EUDRACT))
    linked = joined(*records, rows=[row(NCT_A, EUDRACT, is_linked=False)])
    assert not any({NCT_A, EUDRACT} <= members for members in groups(linked))
    assert len(linked.queue) == 1


def test_an_obsolete_number_leads_to_its_record(entry: Build):
    linked = joined(entry(NCT_A, aliases=("NCT00999991",)), entry(ISRCTN, "NCT00999991"))
    assert groups(linked) == {frozenset({NCT_A, ISRCTN})}


IDS = st.sampled_from([NCT_A, NCT_B, NCT_C, ISRCTN, "ISRCTN20343063", EUDRACT, "EUCTR2006-003096-12-ES"])


@given(edges=st.lists(st.tuples(IDS, IDS), max_size=8), seed=st.integers(0, 1000))
def test_links_do_not_depend_on_the_order_of_records(entry: Build, edges: list[tuple[str, str]], seed: int):
    ids = sorted({record_id for edge in edges for record_id in edge})
    records = [entry(first, *(second for one, second in edges if one == first)) for first in ids]
    shuffled = random.Random(seed).sample(records, len(records))
    first, second = joined(*records), joined(*shuffled)
    assert (set(first.records), first.queue, first.relations) == (set(second.records), second.queue, second.relations)


@given(edges=st.lists(st.tuples(IDS, IDS), max_size=8))
def test_no_study_ever_holds_two_numbers_of_one_register(entry: Build, edges: list[tuple[str, str]]):
    ids = sorted({record_id for edge in edges for record_id in edge})
    linked = joined(*(entry(first, *(second for one, second in edges if one == first)) for first in ids))
    assert sorted(item.record_id for item in linked.records) == ids
    for members in groups(linked):
        assert sum(member.startswith("NCT") for member in members) <= 1
        assert sum(member.startswith("ISRCTN") for member in members) <= 1


def test_the_archives_records_are_all_studies_of_their_own(archived: Mapping[str, Sequence[TrialRecord]]):
    linked = joined(*(versions[-1] for versions in archived.values()))
    assert groups(linked) == set()
    assert {(item.study_id, item.other_id, item.kind) for item in linked.relations} == {
        ("NCT00855400", "NCT01254539", StudyRelationKind.SHARED_NUMBER),
        ("NCT00855400", "NCT01254539", StudyRelationKind.EXTENSION),
    }


@pytest.mark.parametrize(
    ("title", "is_joined"),
    [
        ("Stem cells in ALS: extension", False),
        ("Rollover study of stem cells in ALS", False),
        ("Imaging sub-study of stem cells in ALS", False),
        ("Stem cells in ALS with an open-label extension", True),
        ("Stem cells in ALS", True),
    ],
)
def test_an_extension_that_declares_its_parent_in_another_register_is_no_copy_of_it(
    trial: Build, title: str, is_joined: bool
):
    parent = trial("DRKS00012349", registry="DRKS", brief_title="Stem cells in ALS")
    other = trial(brief_title=title, secondary_ids=(SecondaryId(id="DRKS00012349", kind="REGISTRY"),))
    linked = link({item.record_id: item for item in (parent, other)}, Literature(), ())
    assert (len({item.study_id for item in linked.records}) == 1) == is_joined
    assert [item.kind for item in linked.relations] == (
        [] if is_joined else ["sub_study" if "sub-study" in title else "extension"]
    )
    assert [item.value for item in linked.queue] == ([] if is_joined else ["NCT10000001"])


def test_a_person_joins_what_its_title_keeps_apart(trial: Build):
    parent = trial("DRKS00012349", registry="DRKS", brief_title="Stem cells in ALS")
    other = trial(brief_title="Extension in ALS", secondary_ids=(SecondaryId(id="DRKS00012349", kind="REGISTRY"),))
    row = LinkRow(
        study_id="NCT10000001", item_id="DRKS00012349", relation="record", known_from=date(2020, 1, 1),
        decided_by="A. Author", reason="one protocol",
    )  # fmt: skip
    linked = link({item.record_id: item for item in (parent, other)}, Literature(), [row])
    assert {(item.study_id, item.record_id) for item in linked.records} == {
        ("NCT10000001", "NCT10000001"), ("NCT10000001", "DRKS00012349"),
    }  # fmt: skip
    assert linked.queue == ()


def test_one_trial_registered_twice_in_one_register_is_shown_and_stays_two(trial: Build):
    facts = {"sponsor": "Clinic", "start_date": "2015-03", "enrolment_count": 40}
    records = [trial(**facts), trial("NCT10000002", **facts), trial("NCT10000003", **(facts | {"enrolment_count": 60}))]
    linked = link({item.record_id: item for item in records}, Literature(), ())
    assert [(item.study_id, item.other_id, item.kind) for item in linked.relations] == [
        ("NCT10000001", "NCT10000002", "duplicate")
    ]
    assert len(linked.records) == 3
