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
    ("RR", "author,Events (I),Total (I),Events (C),Total (C)\nA,3,33,6,31\nB,23,95,17,94\n"),
    ("RR", "Study,events_treatment,n_treatment,events_control,n_control\nA,3,33,6,31\nB,23,95,17,94\n"),
    ("RR", "Study,Treatment group cases,Treated non-events,Control events,Control non-events\n"
           "A,3,30,6,25\nB,23,72,17,77\n"),
    ("MD", "Study,Mean Treatment,SD Treatment,N Treatment,Mean Placebo,SD Placebo,N Placebo\nA,-3.1,3.51,31,-6.48,4.53,25\n"),
    ("MD", "Study,Intervention mean (kg),Intervention SD [kg],Intervention N,Control mean (kg),Control SD [kg],Control N\nA,-3.1,3.51,31,-6.48,4.53,25\n"),
    ("RR", "Study,Treated events,Treated total,Untreated events,Untreated total\nA,3,33,6,31\nB,23,95,17,94\n"),
    ("IRR", "Study,Active events,Active person-years,Control events,Control person-years\nA,4,100,8,100\n"),
    ("HR", "Study,log_HR,SE(logHR)\nA,-0.25,0.2\n"),
    ("HR", "Study,lnHR,selnHR\nA,-0.25,0.2\n"),
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
    ("HR,lower_ci,upper_ci", "1.07,0.94,1.22", Measure.HR, math.log(1.07)),
    ("HR,HR lower 95% CI,HR upper 95% CI", "1.07,0.94,1.22", Measure.HR, math.log(1.07)),
    ("OR,95% CI low,95% CI high", "1.07,0.94,1.22", Measure.OR, math.log(1.07)),
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


SUGGESTED = [
    ("event1,total1,event2,total2", "'event1' meant as ai?; is 'total1' meant as n1i?; is 'event2' meant as ci"),
    ("a1,n1i,ci,n2i", "'a1' meant as ai"),
    ("ai,Total 1,ci,Total 2", "'total 1' meant as n1i?; is 'total 2' meant as n2i"),
]


@pytest.mark.parametrize(("columns", "said"), SUGGESTED)
def test_names_that_do_not_tell_the_arm_are_suggested_and_not_read(write, columns, said):
    with pytest.raises(PoolError) as refused:
        analyses(write(f"{columns}\n1,20,3,40\n"), Measure.RR)
    assert said in str(refused.value)


@pytest.mark.parametrize(("measure", "text"), THEIRS)
def test_a_column_that_is_read_is_not_said_to_be_unread(write, measure, text):
    (found,) = analyses(write(text), Measure(measure), [Model.COMMON])
    assert not [note for note in found.studies.notes if "is not read" in note]


def test_two_columns_that_mean_the_same_are_not_chosen_from(write):
    with pytest.raises(PoolError, match="columns experimental n and experimental total both mean n1i"):
        analyses(
            write("Experimental cases,Experimental N,Experimental total,Control cases,Control N\n1,9,9,2,9\n"),
            Measure.RR,
        )
