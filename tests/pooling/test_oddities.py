"""What is odd among rows is pooled and told."""

import pytest

from models.vocabulary import Measure, Model
from pooling.pool import analyses
from pooling.spreadsheet import PoolError

TABLES = "study,ai,n1i,ci,n2i\n"
MEANS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\n"
ODD = {
    "the same row under the same name": (TABLES + "A,12,100,10,100\nA,12,100,10,100\nB,5,100,6,100\n", "RR", "lines 2 and 3 of A hold the same numbers"),
    "the same row under two names": (TABLES + "A,12,100,10,100\nA 2001,12,100,10,100\n", "RR", "lines 2 and 3 (A, A 2001) hold the same"),
    "one control group twice": (TABLES + "A,12,100,10,100\nA,9,90,10,100\n", "RR", "the same control data in 2 rows"),
    "a total by its numbers": (TABLES + "A,12,100,10,110\nB,5,90,6,100\nAlle,17,190,16,210\n", "RR", "line 4 (Alle) is the sum of the others"),
    "a total by its name": ("study,yi,vi\nA,0.1,0.1\nB,0.2,0.1\nOverall (95% CI),0.15,0.05\n", "GEN", "line 4 (Overall (95% CI)) is called like"),
    "a total in German": (TABLES + "A,12,100,10,110\nSumme,12,100,10,110\n", "RR", "line 3 (Summe) is called like"),
    "a total of people of means": ("study,m1i,sd1i,n1i,m2i,sd2i,n2i,ni\nA,5,2,30,4,2,30,60\nB,5,2,20,4,2.5,20,40\nAll studies,5,2,50,4,2,50,100\n", "MD", "line 4 (All studies)"),
    "a standard error as SD": (MEANS + "A,5,2.1,30,4,2.2,30\nB,5,0.4,30,4,2.0,30\nC,6,1.9,25,5,2.3,24\n", "MD", "B (line 3): sd1i 0.4 beside SDs of about 2.05: a standard error"),
    "a standard error as SD in a single study": (MEANS + "A,5,2.1,30,4,0.38,30\n", "SMD", "sd2i 0.38 beside sd1i 2.1: a standard error"),
    "another unit": (MEANS + "A,5,2.1,30,4,2.2,30\nB,5000,2100,30,4000,2000,30\nC,6,1.9,25,5,2.3,24\n", "MD", "another unit"),
    "one of three in another unit": (MEANS + "A,5.1,2.1,30,4,2.2,31\nB,51,21,33,44,20,30\nC,4.9,2.4,25,4.2,2.0,26\n", "MD", "B (line 3): sd1i 21 and sd2i 20 beside SDs of about 2.3: another unit"),
    "one of two in another unit": (MEANS + "A,5.1,2.1,30,4,2.2,31\nB,51,21,33,44,20,30\n", "MD", "A (line 2), sd1i and sd2i 2.149, beside B (line 3), sd1i and sd2i 20.49"),
    "several units": (MEANS + "".join(f"S{i},{5 * 10**i},{2 * 10**i},30,{4 * 10**i},{2 * 10**i},30\n" for i in range(-4, 5)), "MD", "needs one unit in all rows"),
    "two effects out of scale": ("study,yi,vi\nA,0.2,0.01\nB,0.1,0.01\nC,4.1,0.01\nD,-0.2,0.01\nE,3.9,0.01\n", "RR", "C (line 4): effect 4.1"),
    "an effect out of scale": ("study,yi,vi\nA,0.2,0.1\nB,0.1,0.1\nC,4.1,0.1\n", "RR", "C (line 4): effect 4.1, more than 10 times any other: a ratio in place of"),
    "counts with decimals": (TABLES + "A,12.5,100,10,100\nB,5,100,6,100\n", "RR", "decimals: ai 12.5 (line 2)"),
    "a slip in a name": ("study,ai,n1i,ci,n2i,icc,clustersize\nA,1,10,2,10,,5\n", "RR", "'clustersize' is not read; if it is meant as cluster_size"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_file_is_pooled_with_a_note_on(write, name):
    text, measure, said = ODD[name]
    (found,) = analyses(write(text), Measure(measure), [Model.COMMON])
    assert found.pooled.estimate is not None
    assert [note for note in found.studies.notes if said in note], found.studies.notes


ORDINARY = [
    ("MD", MEANS + "A,5,2.1,30,4,2.2,30\nB,5.2,1.8,28,4.1,2.0,30\nC,6,1.9,25,5,2.3,24\n"),
    ("MD", MEANS + "A,5.1,2.1,30,4,2.2,31\nB,51,6,33,44,5.5,30\n"),
    ("MD", MEANS + "A,55,47,155,75,64,156\nB,27,7,31,29,4,32\nC,64,17,75,119,29,71\nD,66,20,18,137,48,18\n"),
    ("SMD", MEANS + "A,5.1,2.1,30,4,2.2,31\nB,51,21,33,44,20,30\nC,4.9,2.4,25,4.2,2.0,26\n"),
    ("RR", "study,yi,vi\nA,0.02,0.04\nB,-0.01,0.05\nC,0.4,0.06\n"),
    ("RR", "study,yi,vi\nA,0.02,0.04\n\nB,-0.01,0.05\n"),
]


@pytest.mark.parametrize(("measure", "text"), ORDINARY)
def test_an_ordinary_file_has_no_note(write, measure, text):
    (found,) = analyses(write(text), Measure(measure), [Model.COMMON])
    assert found.studies.notes == ()


THOUSANDS = {
    "points and semicolons": "study;ai;n1i;ci;n2i\nA;1.234;12.000;1.100;12.100\nB;5;100;6;100\n",
    "commas within quotes": 'study,ai,n1i,ci,n2i\nA,"1,234","12,000",90,12100\n',
    "decimal commas of thousands": "study;ai;n1i;ci;n2i\nA;1,234;12,000;1,100;12,100\n",
    "blanks": "study;ai;n1i;ci;n2i\nA;90;12 000;80;9000\n",
    "several marks": "study;ai;n1i;ci;n2i\nA;90;1.012.000;80;9000\n",
}


@pytest.mark.parametrize("name", THOUSANDS)
def test_marks_between_thousands_are_not_decimal_marks(write, name):
    with pytest.raises(PoolError, match=r"line 2, column (ai|n1i): .*thousands"):
        analyses(write(THOUSANDS[name]), Measure.RR)


NO_NUMBERS = [
    ("1 234", "write 1234"),
    ("1'234", "write 1234"),
    ("1.234,5", "write 1234.5"),
    ("1,234.5", "write 1234.5"),
    ("12 people", "write 12 alone"),
    ("12 (24%)", "more than one number"),
    ("12/100", "more than one number"),
    ("5±2", "more than one number"),
    ("<5", "bounds a number"),
    ("NS", "bounds a number"),
    ("~5", "is approximate"),
    ("½", "is not a finite number"),
    ("1e400", "beyond what a number can hold"),
    ("1e11", "give 1e+10 or less"),
]


@pytest.mark.parametrize(("cell", "said"), NO_NUMBERS)
def test_a_cell_that_is_no_number_is_refused_with_what_to_write(write, cell, said):
    with pytest.raises(PoolError) as refused:
        analyses(write(f"study;ai;n1i;ci;n2i\nA;{cell};1000;10;100\nB;5;100;6;100\n"), Measure.RR)
    assert "line 2, column ai: " in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "cell", ["\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}", "\u0661\u0662", "12.0", "1.2e1", "+12"]
)
def test_a_number_in_any_digits_is_read(write, cell):
    (found,) = analyses(write(f"ai;n1i;ci;n2i\n{cell};100;6;100\n"), Measure.RR)
    assert found.studies.values["ai"].tolist() == [12]


@pytest.mark.parametrize("cell", ["n/a", "—", "?", "NR", "…", "not reported", "--"])
def test_a_word_for_nothing_is_nothing(write, cell):
    (found,) = analyses(write(f"study;ai;n1i;ci;n2i\nA;{cell};100;10;100\nB;5;100;6;100\n"), Measure.RR)
    assert found.studies.names == ("B",)


def test_one_slip_is_told_once(write):
    with pytest.raises(PoolError) as refused:
        analyses(write("study,ratio,ci.lb,ci.ub\nA,-0.46,-0.80,-0.13\nB,0.22,-0.51,0.07\n"), Measure.HR)
    assert len(str(refused.value).splitlines()) == 2


def test_many_studies_in_several_rows_take_few_sentences(write):
    rows = "".join(f"S{i % 9},{0.1 * i:.1f},0.1\n" for i in range(18))
    (found,) = analyses(write(f"study,yi,vi\n{rows}"), Measure.GEN)
    assert found.studies.notes[-1].startswith("and 6 more studies have several rows")
    assert len(found.studies.notes) == 4


HALF = {
    # columns, cells, measure: what is said of row A, while B counts
    "icc alone": ("ai,n1i,ci,n2i,icc,cluster_size", "30,300,40,310,0.05,", "RR", "icc without cluster_size"),
    "cluster size alone": ("ai,n1i,ci,n2i,icc,cluster_size", "30,300,40,310,,20", "RR", "cluster_size without icc"),
    "a shared group of an effect": ("yi,vi,shared_by", "0.1,0.2,2", "GEN", "shared_by"),
    "0 of 0": ("ai,n1i,ci,n2i", "0,0,0,0", "OR", "an arm without people"),
    "0 and 0": ("ai,bi,ci,di", "0,0,1,1", "OR", "an arm without people"),
    "a difference of 0 by p": ("m1i,n1i,m2i,n2i,pval", "6,40,6,40,0.9", "MD", "a difference of 0 has no SE by its p"),
    "a p that is a bound": ("yi,pval", "0.5,<0.001", "GEN", "p <0.001 is no exact p"),
    "a p that is not told": ("yi,pval", "0.5,NS", "GEN", "p NS is no exact p"),
    "a p printed as 0": ("yi,pval", "0.5,0.000", "GEN", "a p printed as 0.000 tells no SE"),
    "a p of 1": ("yi,pval", "0.5,1", "GEN", "tells no SE"),
    "limits that are equal": ("ratio,ci.lb,ci.ub", "1.00,1.00,1.00", "HR", "limits that are the same"),
    "a lower limit of 0": ("ratio,ci.lb,ci.ub", "0.20,0.00,3.10", "HR", "a lower limit of 0"),
    "a single person": ("m1i,sd1i,n1i,m2i,sd2i,n2i", "5,2,1,4,2,30", "MD", "an arm of 1 has no SD"),
    "an SE of 0": ("m1i,se1i,n1i,m2i,se2i,n2i", "5,0,30,4,2,30", "MD", "an SE of 0"),
    "no person-time": ("x1i,t1i,x2i,t2i", "0,0,3,90", "IRR", "person-time that is not above 0"),
    "skewed quartiles": ("med1i,q1_1i,q3_1i,n1i,m2i,sd2i,n2i", "9,6,30,25,11,8,22", "MD", "T = 0.75"),
    "a skewed range": ("med1i,min1i,max1i,n1i,m2i,sd2i,n2i", "2,1,60,40,3,1,40", "MD", "T = 0.97"),
    "quartiles of four people": ("med1i,q1_1i,q3_1i,n1i,m2i,sd2i,n2i", "9,6,12,4,11,8,22", "MD", "tells no mean"),
}
GOOD = {
    "ai,n1i,ci,n2i": "5,50,9,50", "ai,n1i,ci,n2i,icc,cluster_size": "5,50,9,50,,", "yi,vi,shared_by": "0.1,0.1,",
    "ai,bi,ci,di": "5,45,9,41", "m1i,n1i,m2i,n2i,pval": "5,30,4,31,0.03", "yi,pval": "0.5,0.03",
    "ratio,ci.lb,ci.ub": "0.5,0.30,0.83", "m1i,sd1i,n1i,m2i,sd2i,n2i": "5,2,30,4,2,30", "m1i,se1i,n1i,m2i,se2i,n2i": "5,1,30,4,1,30",
    "x1i,t1i,x2i,t2i": "2,90,3,90", "med1i,q1_1i,q3_1i,n1i,m2i,sd2i,n2i": "9,6,12,25,11,8,22",
    "med1i,min1i,max1i,n1i,m2i,sd2i,n2i": "20,1,40,40,3,10,40",
}  # fmt: skip


@pytest.mark.parametrize("name", HALF)
def test_one_hopeless_row_is_left_out_with_its_reason(write, name):
    columns, cells, measure, reason = HALF[name]
    (found,) = analyses(write(f"study,{columns}\nA,{cells}\nB,{GOOD[columns]}\n"), Measure(measure))
    assert found.studies.names == ("B",)
    assert [note for note in found.studies.notes if reason in note and "A" in note], found.studies.notes


def test_a_control_group_is_shared_by_whole_rows_and_clusters_act_on_every_kind_of_number(write):
    with pytest.raises(PoolError, match=r"line 2, column shared_by: 2\.5; give the whole number"):
        analyses(write("ai,n1i,ci,n2i,shared_by\n1,10,2,10,2.5\n"), Measure.RR)
    for columns, cells, measure in [
        ("x1i,t1i,x2i,t2i", "4,100,8,100", Measure.IRR),
        ("oei,vi_oe", "-2,6", Measure.HR),
        ("m1i,sd1i,m2i,sd2i,ni,ri", "38,5,42,5.5,27,0.7", Measure.MD),
        ("yi,vi", "0.1,0.2", Measure.GEN),
    ]:
        (plain,) = analyses(write(f"{columns}\n{cells}\n"), measure)
        (cluster,) = analyses(write(f"{columns},icc,cluster_size\n{cells},0.1,11\n"), measure)
        assert cluster.pooled.estimate == pytest.approx(plain.pooled.estimate)
        assert cluster.pooled.se == pytest.approx(plain.pooled.se * 2**0.5)
