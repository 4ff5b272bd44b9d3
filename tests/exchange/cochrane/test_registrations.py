"""Every registration that a package declares is found, none of another study, and what is doubtful is asked."""

import csv
import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from made_up_packages import article, entry, study, write_package

from exchange.cochrane.package import StudyList
from exchange.cochrane.read import read_package
from exchange.cochrane.registrations import StudyRegistrations, registrations_of

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "cochrane"
PORTAL = "https://trialsearch.who.int/Trial2.aspx?TrialID="


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real packages, which live beside the project and not in it."""
    if not SAMPLES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no real packages at {SAMPLES}")
    return SAMPLES


def test_registrations_of_real_packages_are_those_that_people_labelled(samples: Path) -> None:
    labels = defaultdict(list)
    with (samples / "labels.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            labels[line["review"]].append(line)
    right, wrong, missed = Counter[str](), list[str](), list[str]()
    for review, lines_of in labels.items():
        told = registrations_of(read_package(samples / review))
        found = {(str(item.list), item.study): set(item.numbers) for item in told}
        for line in lines_of:
            wanted, have = set(line["registry_numbers"].split()), found.get((line["list"], line["study"]), set())
            right[line["list"]] += len(wanted & have)
            wrong += [f"{review} {line['study']}: {number}" for number in have - wanted]
            missed += [f"{review} {line['study']}: {number}" for number in wanted - have]
    for name, n_right in right.items():
        print(f"{name}: {n_right} numbers found, wrong {len(wrong)}, missed {len(missed)} over all lists")
    assert (wrong, missed) == ([], [])
    assert right == {"ongoing": 36, "awaiting": 15, "included": 14}


def test_a_slip_of_the_pen_in_a_real_package_yields_to_address_and_notes(samples: Path) -> None:
    (miller,) = (item for item in registrations_of(read_package(samples / "CD010461")) if item.study == "Miller 2019")
    assert [(item.number, item.is_declared) for item in miller.found] == [
        ("ISRCTN99214271", True),
        ("ISRCTN99314271", False),
    ]
    assert miller.remarks == ("AU: ISRCTN99314271 contradicts ISRCTN99214271, which is taken",)


def only(folder: Path, *references: list[tuple[str, str]], name: str = "Ash 2001", **told: str) -> StudyRegistrations:
    """What is found of one awaiting study with these references and columns."""
    listed = {"awaiting": [study(name, **told)]}
    (found,) = registrations_of(
        read_package(write_package(folder, studies=listed, references={"awaiting": references}))
    )
    return found


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://clinicaltrials.gov/study/NCT01363402", "NCT01363402"),
        ("https://clinicaltrials.gov/ct2/show/NCT01363402", "NCT01363402"),
        ("https://clinicaltrials.gov/show/nct01363402", "NCT01363402"),
        ("HTTPS://CLINICALTRIALS.GOV/STUDY/NCT01363402?tab=history", "NCT01363402"),
        ("clinicaltrials.gov/ct2/show/study/NCT01363402?term=NCT09999998&amp;rank=1", "NCT01363402"),
        ("https://clinicaltrials.gov/search?term=NCT01363402", "NCT01363402"),
        ("https://clinconnect.io/trials/NCT01363402", "NCT01363402"),
        (f"{PORTAL}EUCTR2015-001410-10-DE", "2015-001410-10"),
        (f"{PORTAL}EUCTR2015%E2%80%90001410%E2%80%9010", "2015-001410-10"),
        (f"{PORTAL}EUCTR2015%25E2%2580%2590001410%25E2%2580%259010-ES", "2015-001410-10"),
        (f"{PORTAL}EUCTR2015-001410-10-Outside-EU/EEA", "2015-001410-10"),
        (
            "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2015-001410-10",
            "2015-001410-10",
        ),
        ("https://www.clinicaltrialsregister.eu/ctr-search/trial/2015-001410-10/DE", "2015-001410-10"),
        ("https://euclinicaltrials.eu/ctis-public/view/2022-501234-12-00", "2022-501234-12-00"),
        ("https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2022-501234-12-00", "2022-501234-12-00"),
        (f"{PORTAL}CTIS2022-501234-12-00", "2022-501234-12-00"),
        (f"{PORTAL}CTIS2022-501234-12", "2022-501234-12"),
        (f"{PORTAL}ACTRN12622001458729", "ACTRN12622001458729"),
        ("https://www.anzctr.org.au/Trial/Registration/TrialReview.aspx?ACTRN=12622001458729", "ACTRN12622001458729"),
        ("https://anzctr.org.au/ACTRN12622001458729.aspx", "ACTRN12622001458729"),
        ("https://anzctr.org.au/12622001458729.aspx", "ACTRN12622001458729"),
        ("https://doi.org/10.1186/ISRCTN12949496", "ISRCTN12949496"),
        ("https://www.isrctn.com/ISRCTN12949496?q=trees", "ISRCTN12949496"),
        ("https://drks.de/search/en/trial/DRKS00012346", "DRKS00012346"),
        ("https://www.drks.de/drks_web/navigate.do?navigationId=trial.HTML&amp;TRIAL_ID=DRKS00012346", "DRKS00012346"),
        (f"{PORTAL}NTR4567", "NTR4567"),
        (f"{PORTAL}NL8242", "NL8242"),
        (f"{PORTAL}NL-OMON37783", "NL-OMON37783"),
        ("http://www.trialregister.nl/trialreg/admin/rctview.asp?TC=4567", "NTR4567"),
        (f"{PORTAL}JPRN-UMIN000047538", "UMIN000047538"),
        (f"{PORTAL}JPRN-C000012347", "UMIN000012347"),
        ("https://jrct.niph.go.jp/en-latest-detail/jRCT1031220345", "jRCT1031220345"),
        (f"{PORTAL}JPRN-jRCTs031190001", "jRCTs031190001"),
        (f"{PORTAL}JPRN-JapicCTI-121871", "JapicCTI-121871"),
        (f"{PORTAL}KCT0001239", "KCT0001239"),
        (f"{PORTAL}PACTR201203000123459", "PACTR201203000123459"),
        (f"{PORTAL}SLCTR/2016/003", "SLCTR/2016/003"),
        ("https://slctr.lk/trials/slctr-2016-003", "SLCTR/2016/003"),
        ("https://www.thaiclinicaltrials.org/show/TCTR20160101001", "TCTR20160101001"),
        ("https://ensaiosclinicos.gov.br/rg/RBR-2q8wmx", "RBR-2q8wmx"),
        ("https://rpcec.sld.cu/en/trials/RPCEC00000123-En", "RPCEC00000123"),
        ("https://lbctr.moph.gov.lb/LBCTR/Trials/Details/LBCTR2020043495", "LBCTR2020043495"),
        (f"{PORTAL}IRCT20080728001031N26", "IRCT20080728001031N26"),
        (f"{PORTAL}CTRI/2016/08/007231", "CTRI/2016/08/007231"),
        (f"{PORTAL}CTRI%2F2016%2F08%2F007231", "CTRI/2016/08/007231"),
        (f"{PORTAL}ChiCTR-IPR-17012346", "ChiCTR-IPR-17012346"),
        (f"{PORTAL}CHICTR2000034568", "ChiCTR2000034568"),
        (f"{PORTAL}PER-012-19", "PER-012-19"),
        (f"{PORTAL}ITMCTR2022000012", "ITMCTR2022000012"),
        ("ClinicalTrials.gov NCT01363402", "NCT01363402"),
    ],
)
def test_an_entrys_address_declares_its_number(tmp_path: Path, address: str, number: str) -> None:
    found = only(tmp_path, entry("Ash 2001", address))
    assert [(item.number, item.place, item.is_certain) for item in found.found] == [(number, "JF", True)]
    assert found.remarks == ()


@pytest.mark.parametrize(
    "address",
    [
        "https://www.chictr.org.cn/showprojEN.html?proj=171522",
        "https://ctri.nic.in/Clinicaltrials/pmaindet2.php?trialid=48722",
        "https://cris.nih.go.kr/cris/search/detailSearch.do?seq=22116",
        "https://onderzoekmetmensen.nl/en/trial/37782",
        "https://center6.umin.ac.jp/cgi-open-bin/ctr_e/ctr_view.cgi?recptno=R000052345",
        "https://www.irct.ir/trial/40271",
        "https://pactr.samrc.ac.za/TrialDisplay.aspx?TrialID=9821",
        "https://www.anzctr.org.au/Trial/Registration/TrialReview.aspx?id=337777",
    ],
)
def test_an_address_with_an_internal_number_gives_none_and_is_told(tmp_path: Path, address: str) -> None:
    found = only(tmp_path, entry("Ash 2001", address))
    assert found.found == ()
    assert found.remarks == (f"JF: {address} tells no public number; look it up there",)
    named = only(tmp_path, entry("Ash 2001", address, author="KCT0001239"))
    assert (named.numbers, named.found[0].place, named.remarks) == (("KCT0001239",), "AU", ())


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("NCT01363402", ("NCT01363402",)),
        ("NCT01363402 2012", ("NCT01363402",)),
        ("Nct01363402 2012a", ("NCT01363402",)),
        ("ASH-1 (NCT01363402)", ("NCT01363402",)),
        ("CTRI/2017/05/008655", ("CTRI/2017/05/008655",)),
        ("JPRN-UMIN000047538 2022", ("UMIN000047538",)),
        ("Euctr2015-001410-10-De 2015", ("2015-001410-10",)),
        ("2015-001410-10", ("2015-001410-10",)),
        ("Actrn12609001065280 2009", ("ACTRN12609001065280",)),
        ("IRCT 20080728001031N26", ("IRCT20080728001031N26",)),
        ("IRCT20080728001031 N26", ("IRCT20080728001031N26",)),
        ("CTRI / 2017 / 05/008655", ("CTRI/2017/05/008655",)),
        ("DRKS00012346 and NCT01363402", ("DRKS00012346", "NCT01363402")),
        ("Irct2017090336039N 2017", ()),
        ("Ntr 2013", ()),
        ("NL 2019", ()),
        ("NCT00000000", ()),
        ("NCT11111111", ()),
        ("NCT01234567 2011", ("NCT01234567",)),
        ("MCDH/2017/35", ()),
        ("Ash 2001", ()),
    ],
)
def test_a_studys_name_may_be_its_number(tmp_path: Path, name: str, numbers: tuple[str, ...]) -> None:
    assert only(tmp_path, name=name).numbers == numbers


NOTES = [
    ("Trial registration: NCT01363402", "NCT01363402", True),
    (
        "<p><b>Trial registration: </b>NCT01363402; suspected retrospective registration, see below</p>",
        "NCT01363402",
        True,
    ),
    ("<p>Trial&nbsp;registration:&nbsp;CTRI / 2017 / 05/008655.</p>", "CTRI/2017/05/008655", True),
    ("<p><b>Trial registration</b></p><p>NCT01363402 (prospective)</p>", "NCT01363402", True),
    ("Registered at ClinicalTrials.gov (NCT01363402) before the first participant", "NCT01363402", True),
    ("ClinicalTrials.gov Identifier: NCT01363402", "NCT01363402", True),
    ("Trial ID: IRCT20080728001031N26", "IRCT20080728001031N26", True),
    ("Secondary IDs: 2015-001410-10", "2015-001410-10", True),
    ("EudraCT number 2015-001410-10", "2015-001410-10", True),
    ("Clinical trial registration number is UMIN000047538.", "UMIN000047538", True),
    ("https://clinicaltrials.gov/study/NCT01363402?term=NCT01363402&amp;rank=1", "NCT01363402", True),
    (f"Trial registration: {PORTAL}CTIS2023-507307-64-00", "2023-507307-64-00", True),
    (f"Trial registration: {PORTAL}EUCTR2015%E2%80%90001410%E2%80%9010-DE", "2015-001410-10", True),
    ("NCT01363402", "NCT01363402", True),
    ("Registration: DRKS00012346 (German Clinical Trials Register)", "DRKS00012346", True),
    ("Funded by nobody. Trial registration: NCT01363402. No conflicts.", "NCT01363402", True),
    (
        "Trial registration: NCT01363402; although dates are missing, this appears to be prospective",
        "NCT01363402",
        True,
    ),
    ("Trial registry: ClinicalTrials.gov. Number: NCT01363402", "NCT01363402", True),
    ("URL: https://clinicaltrials.gov/ct2/show/NCT01363402", "NCT01363402", True),
    ("Trial registration: NCT01363402. The registry has no results, and dropouts were not found", "NCT01363402", True),
    ("Trial registration: NCT01363402 (this number refers to another trial)", "NCT01363402", False),
    ("See also NCT01363402", "NCT01363402", False),
    ("Related trial: NCT01363402", "NCT01363402", False),
    ("This is a sub-study of NCT01363402", "NCT01363402", False),
    ("The parent trial is registered as NCT01363402", "NCT01363402", False),
    ("Follow-up of NCT01363402, registered in 2012", "NCT01363402", False),
    ("Not registered. The same group registered NCT01363402 for adults", "NCT01363402", False),
    ("Trial does not appear to be registered; a similar trial is NCT01363402", "NCT01363402", False),
    ("Possibly registered as NCT01363402", "NCT01363402", False),
    ("Trial registration: NCT01363402. However, this number belongs to a different trial", "NCT01363402", False),
    ("The participants took part in NCT01363402 before", "NCT01363402", False),
    ("Drug code 12345678, ethics approval MCDH/2017/35, dossier NL12345.018.06", None, False),
    ("Universal Trial Number U1111-1190-1234", "U1111-1190-1234", False),
    ("Registration number NCT00000000", None, False),
    ("Trial does not appear to be registered.", None, False),
]


@pytest.mark.parametrize(("note", "number", "is_declared"), NOTES)
def test_notes_declare_a_number_or_mention_one(
    tmp_path: Path, note: str, number: str | None, is_declared: bool
) -> None:
    found = only(tmp_path, article("Ash 2001"), **{"Char: Notes": note}).found
    assert [(item.number, item.is_declared, item.place) for item in found] == (
        [(number, is_declared, "Char: Notes")] if number else []
    )
    assert all(
        item.is_certain is is_declared and item.sentence and bool(item.doubt) is not is_declared for item in found
    )


def test_a_note_may_declare_several_numbers(tmp_path: Path) -> None:
    note = "Trial registration: NCT01363402, EudraCT 2015-001410-10 and DRKS00012346. See also NCT05134117."
    found = only(tmp_path, **{"Char: Notes": note})
    assert found.numbers == ("NCT01363402", "2015-001410-10", "DRKS00012346")
    assert [item.number for item in found.candidates] == ["NCT05134117"]


def test_a_title_and_a_papers_abstract_journal_declare_nothing(tmp_path: Path) -> None:
    found = only(tmp_path, article("Ash 2001", TI="Protocol of the ASH trial (NCT01363402)", JF="Trials"))
    assert found.numbers == ()
    assert [(item.number, item.place, item.doubt) for item in found.candidates] == [
        ("NCT01363402", "TI", "only mentioned: it may be another study's")
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("ID: Website", "https://clinicaltrials.gov/study/NCT01363402"),
        ("ID: ClinicalTrials.gov", "NCT01363402"),
        ("Char: Study name", "<p>A trial of a drug (NCT01363402)</p>"),
    ],
)
def test_identifiers_and_names_declare_their_number(tmp_path: Path, column: str, value: str) -> None:
    assert only(tmp_path, **{column: value}).numbers == ("NCT01363402",)


def test_c3_of_a_reference_comes_last_and_counts(tmp_path: Path) -> None:
    told = [
        ("TY", "GEN"),
        ("NS", "Ash 2001"),
        ("C3", "CRS 12345678"),
        ("C3", "CENTRAL CN-02671777"),
        ("C3", "Website clinicaltrials.gov/ct2/show/NCT01363402"),
    ]
    assert [(item.number, item.places) for item in only(tmp_path, told).found] == [("NCT01363402", ("C3",))]


def test_a_slip_in_the_author_field_yields_to_the_address_and_is_told(tmp_path: Path) -> None:
    slip = entry("Ash 2001", f"{PORTAL}ISRCTN99214273", author="ISRCTN99314273")
    found = only(tmp_path, slip, **{"Char: Notes": "Trial registration: ISRCTN99214273"})
    assert found.numbers == ("ISRCTN99214273",)
    assert found.found[0].is_certain
    assert found.candidates[0].doubt == "perhaps a slip for ISRCTN99214273, which other places have"
    assert found.remarks == ("AU: ISRCTN99314273 contradicts ISRCTN99214273, which is taken",)


def test_a_slip_in_the_address_yields_to_everything_else(tmp_path: Path) -> None:
    slip = entry("NCT01363402", "https://clinicaltrials.gov/study/NCT01363412", author="NCT01363402")
    found = only(tmp_path, slip, name="NCT01363402", **{"Char: Notes": "Trial registration: NCT01363402"})
    assert found.numbers == ("NCT01363402",)
    assert found.remarks == ("JF: NCT01363412 contradicts NCT01363402, which is taken",)


def test_two_registers_may_know_one_trial(tmp_path: Path) -> None:
    told = [
        entry("Ash 2001", "https://clinicaltrials.gov/study/NCT01363402"),
        entry("Ash 2001", f"{PORTAL}EUCTR2015-001410-10-DE"),
    ]
    assert [(item.number, item.is_certain) for item in only(tmp_path, *told).found] == [
        ("NCT01363402", True),
        ("2015-001410-10", True),
    ]


def test_of_several_numbers_the_follow_up_comes_last_and_a_person_is_asked(tmp_path: Path) -> None:
    told = [
        entry("Ash 2001", "https://clinicaltrials.gov/study/NCT05134117", TI="Two-year follow-up of ASH"),
        entry("Ash 2001", "https://clinicaltrials.gov/study/NCT03770742", TI="ASH"),
    ]
    found = only(tmp_path, *told)
    assert found.numbers == ("NCT03770742", "NCT05134117")
    assert [item.doubt for item in found.found] == [
        "the study has further numbers of this register: NCT05134117",
        "the study has further numbers of this register: NCT03770742",
    ]


def test_one_number_under_two_studies_is_asked_about(tmp_path: Path) -> None:
    path = write_package(
        tmp_path,
        studies={
            "ongoing": [study("NCT01363402")],
            "awaiting": [study("Birch 2020", **{"Char: Notes": "Trial registration: NCT01363402"})],
        },
    )
    birch, ash = registrations_of(read_package(path))
    assert (birch.list, ash.list) == (StudyList.AWAITING, StudyList.ONGOING)
    assert birch.numbers == ash.numbers == ("NCT01363402",)
    assert [item.doubt for item in (*birch.found, *ash.found)] == [
        "also the number of NCT01363402 (ongoing)",
        "also the number of Birch 2020 (awaiting)",
    ]
    assert not birch.found[0].is_certain


def test_references_of_another_list_are_not_the_studys(tmp_path: Path) -> None:
    path = write_package(
        tmp_path,
        studies={"ongoing": [study("Ash 2001")], "excluded": [study("Ash 2001")]},
        references={"excluded": [entry("Ash 2001", "https://clinicaltrials.gov/study/NCT01363402")]},
    )
    found = {item.list: item.numbers for item in registrations_of(read_package(path))}
    assert found == {StudyList.EXCLUDED: ("NCT01363402",), StudyList.ONGOING: ()}


@pytest.mark.parametrize(
    ("reference", "numbers"),
    [
        (entry("Ash 2001", TI="NCT01363402. A trial of a drug"), ("NCT01363402",)),
        (entry("Ash 2001", TI="NCT01363402: long-term extension of the ASH trial"), ()),
        (entry("Ash 2001", TI="A trial after NCT01363402"), ()),
        (article("Ash 2001", TI="NCT01363402: a protocol"), ()),
        (entry("Ash 2001", SP="NCT01363402"), ("NCT01363402",)),
        (entry("Ash 2001", UR="https://clinicaltrials.gov/study/NCT01363402"), ("NCT01363402",)),
        (article("Ash 2001", SP="12345-12349", DO="10.1186/s13063-023-07699-x"), ()),
        (article("Ash 2001", DO="https://doi.org/10.1186/ISRCTN12949496"), ("ISRCTN12949496",)),
        (article("Ash 2001", C3="URL www.journal.example/articles/NL12345-trees"), ()),
    ],
)
def test_further_fields_of_an_entry_count_where_they_say_so(
    tmp_path: Path, reference: list[tuple[str, str]], numbers: tuple[str, ...]
) -> None:
    assert only(tmp_path, reference).numbers == numbers
