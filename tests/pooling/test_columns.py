"""Columns of R's meta and of RevMan are read under metafor's names, and told."""

import math

import pytest

from models.vocabulary import Measure, Model
from pooling.pool import analyses
from pooling.spreadsheet import PoolError

OURS = {
    "RR": "study,ai,n1i,ci,n2i\nA,3,33,6,31\nB,23,95,17,94\n",
    "MD": "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,-3.1,3.51,31,-6.48,4.53,25\n",
    "IRR": "study,x1i,t1i,x2i,t2i\nA,4,100,8,100\n",
    "HR": "study,yi,sei\nA,-0.25,0.2\n",
}
THEIRS = [
    ("RR", "studlab,event.e,n.e,event.c,n.c\nA,3,33,6,31\nB,23,95,17,94\n"),
    ("RR", "Study,Experimental cases,Experimental total,Control cases,Control total\nA,3,33,6,31\nB,23,95,17,94\n"),
    ("RR", "Study,Study year,GIV Mean,GIV SE,Experimental mean,Experimental SD,Experimental cases,Experimental N,"
           "Control mean,Control SD,Control cases,Control N,O-E,Variance,Weight,Mean,CI start,CI end,Footnotes\n"
           "A,2018,,,,,3,33,,,6,31,,,20,0.47,0.13,1.72,\nB,2022,,,,,23,95,,,17,94,,,80,1.34,0.77,2.34,\n"),
    ("MD", "studlab,n.e,mean.e,sd.e,n.c,mean.c,sd.c\nA,31,-3.1,3.51,25,-6.48,4.53\n"),
    ("MD", "Study;Experimental mean;Experimental SD;Experimental N;Control mean;Control SD;Control N;Mean;CI start;CI end\n"
           "A;-3,1;3,51;31;-6,48;4,53;25;3,38;1,22;5,54\n"),
    ("IRR", "studlab,event.e,time.e,event.c,time.c\nA,4,100,8,100\n"),
    ("HR", "studlab,TE,seTE\nA,-0.25,0.2\n"),
    ("HR", "Study,GIV Mean,GIV SE,Mean,CI start,CI end\nA,-0.25,0.2,0.78,0.53,1.15\n"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "text"), THEIRS)
def test_other_programs_columns_give_the_same_and_are_told(write, measure, text):
    (expected,) = analyses(write(OURS[measure], "ours.csv"), Measure(measure), [Model.COMMON])
    (found,) = analyses(write(text, "theirs.csv"), Measure(measure), [Model.COMMON])
    assert found.studies.names == expected.studies.names
    assert found.pooled.estimate == pytest.approx(expected.pooled.estimate, rel=1e-12)
    assert found.pooled.se == pytest.approx(expected.pooled.se, rel=1e-12)
    assert any(note.startswith("columns are read under these names: ") for note in found.studies.notes)


PRINTED = [
    ("Hazard ratio,CI start,CI end", "1.07,0.94,1.22", Measure.HR, math.log(1.07)),
    ("Mean,CI start,CI end", "1.07,0.94,1.22", Measure.OR, math.log(1.07)),
    ("Mean difference,SE", "3.38,1.10", Measure.MD, 3.38),
    ("Mean Difference,CI start,CI end", "3.38,1.22,5.54", Measure.MD, 3.38),
    ("TE,lower,upper", "0.07,-0.06,0.20", Measure.HR, 0.07),
    ("RR,lower,upper", "1.07,0.94,1.22", Measure.RR, math.log(1.07)),
    ("O-E,Variance", "-2,5", Measure.HR, -0.4),
]


@pytest.mark.parametrize(("columns", "cells", "measure", "estimate"), PRINTED)
def test_an_effect_is_read_on_the_scale_of_its_name(write, columns, cells, measure, estimate):
    (found,) = analyses(write(f"Study,{columns}\nA,{cells}\n"), measure, [Model.COMMON])
    assert found.pooled.estimate == pytest.approx(estimate)


def test_a_wrong_column_is_answered_with_the_nearest_right_one(write):
    with pytest.raises(PoolError, match=r"columns study, ai, n1, ci, n2i do not give RR.*is 'n1' meant as n1i"):
        analyses(write("study,ai,n1,ci,n2i\nA,1,2,3,4\n"), Measure.RR)


def test_two_columns_that_mean_the_same_are_not_chosen_from(write):
    with pytest.raises(PoolError, match="columns experimental n and experimental total both mean n1i"):
        analyses(
            write("Experimental cases,Experimental N,Experimental total,Control cases,Control N\n1,9,9,2,9\n"),
            Measure.RR,
        )
