"""A row must agree with itself to the rounding of its printed digits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vocabulary import Measure, Model
from pooling.agreement import of_effects
from pooling.pool import analyses
from pooling.spreadsheet import PoolError, Row

REFUSED = [
    # measure, columns, cells, what the message says besides file and line
    ("GEN", "yi,ci.lb,ci.ub", "5,0,1", "columns yi, ci.lb, ci.ub: .*outside its own limits"),
    ("HR", "ratio,ci.lb,ci.ub", "2.50,0.40,0.90", "outside its own limits"),
    ("GEN", "yi,ci.lb,ci.ub", "0.5,0.9,0.1", "lower limit is above the upper"),
    ("GEN", "yi,vi,sei", "0.5,0.04,0.9", "columns vi, sei: .*not the square"),
    ("GEN", "yi,sei,ci.lb,ci.ub", "0.50,0.10,-0.50,1.50", "standard errors 0.1 and 0.51"),
    ("GEN", "yi,vi,ci.lb,ci.ub", "0.50,0.01,-0.50,1.50", "another level than 95 %"),
    ("HR", "ratio,ci.lb,ci.ub,pval", "0.5,0.30,0.83,0.9", "give p = 0.01"),
    ("GEN", "yi,sei,pval", "0.50,0.10,0.40", "columns pval, sei"),
    ("HR", "yi,ci.lb,ci.ub", "0.50,0.30,0.83", "look like a ratio and its limits.* name the column ratio"),
    ("RR", "yi,ci.lb,ci.ub", "-0.69,0.30,0.83", "limits look like ratios"),
    (
        "RR",
        "ratio,ci.lb,ci.ub",
        "-0.69,-1.20,-0.18",
        "columns ratio, ci.lb, ci.ub: .*if these are logarithms, name the column yi",
    ),
    ("RR", "ratio,ci.lb,ci.ub", "0.50,-1.20,-0.18", "if these are logarithms"),
    ("RR", "yi,ratio,sei", "0.69,0.50,0.1", "not exp"),
    ("HR", "ratio,sei,ci.lb,ci.ub", "3.00,1.02,1.54,5.84", "SE is that of the ratio"),
    ("RR", "ai,bi,n1i,ci,n2i", "5,20,26,4,30", "ai \\+ bi is not n1i"),
    ("MD", "m1i,lb1i,ub1i,n1i,m2i,sd2i,n2i", "50,30.0,34.2,25,30,5,25", "mean lies outside its own limits"),
    ("MD", "m1i,sd1i,n1i,se1i,m2i,sd2i,n2i", "5,2,30,2,4,2,30", "SE of 0.365, not 2"),
    ("MD", "m1i,sd1i,lb1i,ub1i,n1i,m2i,sd2i,n2i", "5.0,2.0,3.0,7.0,30,4,2,30", "standard errors 0.365 and"),
    ("MD", "med1i,q1_1i,q3_1i,n1i,m2i,sd2i,n2i", "9,12,14,30,4,2,30", "q1_1i 12, med1i 9: .*not in order"),
    ("MD", "m1i,sd1i,min1i,max1i,n1i,m2i,sd2i,n2i", "9.0,2.0,10.0,14.0,30,4,2,30", "outside minimum and maximum"),
    ("MD", "m1i,sd1i,min1i,max1i,n1i,m2i,sd2i,n2i", "12,8,10,14,30,4,2,30", "so large an SD"),
    ("MD", "m1i,n1i,m2i,n2i,ci.lb,ci.ub", "5.0,30,4.0,30,2.0,4.0", "difference of the means is 1"),
    ("MD", "m1i,n1i,m2i,n2i,ti,ci.lb,ci.ub", "5.0,30,4.0,30,9.0,0.0,2.0", "columns ti, ci.lb, ci.ub"),
]


@pytest.mark.parametrize(("measure", "columns", "cells", "message"), REFUSED)
def test_what_cannot_both_be_right_stops_the_file_and_is_named(write, measure, columns, cells, message):
    path = write(f"study,{columns}\nA,{cells}\n")
    with pytest.raises(PoolError, match=message) as refused:
        analyses(path, Measure(measure))
    assert str(refused.value).startswith(f"{path}, line 2, column")


NOTED = [
    ("HR", "ratio,ci.lb,ci.ub", "4.64,1.33,6.16", "not in the middle of its limits on the log scale (2.86)"),
    ("HR", "ratio,ci.lb,ci.ub", "0.30,0.10,0.50", "are these logarithms"),
    ("MD", "yi,ci.lb,ci.ub", "2.0,1.0,4.5", "not in the middle of its limits (2.75)"),
    ("GEN", "yi,sei,ci.lb,ci.ub", "0.500,0.100,0.336,0.664", "standard errors 0.1 and 0.0837"),
    ("HR", "ratio,ci.lb,ci.ub,pval", "0.50,0.30,0.83,0.020", "not 0.020"),
    ("HR", "ratio,ci.lb,ci.ub,pval", "0.50,0.30,0.83,<0.001", "not <0.001"),
    ("RR", "ai,n1i,ci,n2i,ratio", "5,50,10,50,0.80", "events and people give 0.5; they are what is pooled"),
    ("IRR", "x1i,t1i,x2i,t2i,ratio", "5,50,10,50,0.80", "give 0.5"),
    ("HR", "oei,vi_oe,ratio", "-5,10,0.80", "O - E and V give 0.60"),
    ("HR", "oei,vi_oe,ci.lb,ci.ub", "-5,10,0.50,0.70", "O - E and V give about 0.325 to 1.12"),
    ("RR", "ai,n1i,ci,n2i,ni", "5,50,10,50,90", "n1i + n2i is not ni"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,pval", "5.0,2.0,30,4.0,2.0,30,0.80", "means and SDs give p = 0.053"),
    (
        "MD",
        "m1i,sd1i,n1i,m2i,sd2i,n2i,ci.lb,ci.ub",
        "5.0,2.0,30,4.0,2.0,30,1.0,3.0",
        "means and SDs give about -0.0232 to 2.02",
    ),
    ("RR", "ai,n1i,ci,n2i,ratio", "5,50,10,50,0.444", "which is the odds ratio: events and people give 0.5"),
    ("OR", "ai,n1i,ci,n2i,ratio", "5,50,10,50,0.50", "which is the risk ratio"),
    ("RR", "ai,bi,ci,di,yi", "5,45,10,40,0.50", "which is the ratio, not its logarithm"),
    ("OR", "ai,n1i,ci,n2i,yi,vi", "5,50,10,50,-0.811,0.12", "vi 0.12: events and people give a variance of 0.347"),
    ("OR", "ai,n1i,ci,n2i,sei", "5,50,10,50,0.30", "a standard error of 0.589"),
    ("RR", "ai,n1i,ci,n2i,ci.lb,ci.ub", "40,150,50,150,0.30,0.63", "give about 0.56"),
    ("RR", "ai,n1i,ci,n2i,pval", "40,150,50,150,0.90", "give p = 0.2"),
    ("RD", "ai,n1i,ci,n2i,yi", "5,50,10,50,0.5", "events and people give -0.1"),
    ("RD", "ai,n1i,ci,n2i,ci.lb,ci.ub", "40,150,50,150,-0.02,0.10", "give about -0.17 to 0.03"),
    ("PETO", "ai,n1i,ci,n2i,pval", "1,150,9,150,0.9", "events and people give p"),
    ("IRR", "x1i,t1i,x2i,t2i,ratio,ci.lb,ci.ub", "50,500,100,500,0.50,0.20,0.83", "give about 0.356 to 0.702"),
    ("IRR", "x1i,t1i,x2i,t2i,pval", "50,500,100,500,0.9", "events and person-time give p"),
    ("IRR", "x1i,t1i,x2i,t2i,yi,sei", "50,500,100,500,-0.693,0.40", "a standard error of 0.173"),
    ("HR", "oei,vi_oe,yi", "-5.0,10.0,0.5", "O - E and V give -0.5"),
    ("HR", "oei,vi_oe,pval", "-5.0,10.0,0.8", "O - E and V give p = 0.11"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,pval", "5,2,30,4,2,30,0.9", "only their rounding would explain it"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,yi", "5.0,2.0,30,4.0,2.0,30,2.0", "means and SDs give 1;"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,ti", "5.0,2.0,30,4.0,2.0,30,4.1", "means and SDs give t = 1.9"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,sei", "5.0,2.0,30,4.0,2.0,30,2.0", "a standard error of 0.516"),
    ("MD", "m1i,se1i,n1i,m2i,se2i,n2i,vi", "5.0,0.37,30,4.0,0.37,30,0.9", "a variance of 0.274"),
    ("SMD", "m1i,sd1i,n1i,m2i,sd2i,n2i,yi", "5.00,2.00,30,4.00,2.00,30,1.00", "which is the mean difference"),
    ("SMD", "m1i,sd1i,n1i,m2i,sd2i,n2i,ci.lb,ci.ub", "5.00,2.00,30,4.00,2.00,30,0.40,0.60", "give about"),
    ("SMD", "m1i,sd1i,n1i,m2i,sd2i,n2i,pval", "5.00,2.00,30,4.00,2.00,30,0.80", "give p = 0.0"),
    ("ROM", "m1i,sd1i,n1i,m2i,sd2i,n2i,ratio", "5.00,2.00,30,4.00,2.00,30,0.80", "means and SDs give 1.25"),
    ("RR", "ratio,sei,ci.lb", "0.5,0.3,0.2", "ci.lb without ci.ub"),
]


@pytest.mark.parametrize(("measure", "columns", "cells", "said"), NOTED)
def test_what_another_test_or_interval_would_explain_is_a_note(write, measure, columns, cells, said):
    (found,) = analyses(write(f"study,{columns}\nA,{cells}\n"), Measure(measure))
    assert [note for note in found.studies.notes if note.startswith("A (line 2): ") and said in note]
    assert found.pooled.k == 1


AGREEING = [
    ("RR", "ratio,ci.lb,ci.ub", "0.7,0.1,8.2"),
    ("RR", "ratio,ci.lb,ci.ub,pval", "0.47,0.13,1.72,0.25"),
    ("HR", "ratio,sei,ci.lb,ci.ub", "0.50,0.26,0.30,0.83"),
    ("HR", "yi,vi,sei", "-0.25,0.040,0.2"),
    ("HR", "yi,ratio,sei", "-0.69,0.50,0.1"),
    ("GEN", "yi,sei,ci.lb,ci.ub,pval", "0.3,0.1,0.1,0.5,<0.01"),
    ("GEN", "yi,sei,ci.lb,ci.ub", "0.3,0.1,0.104,0.496"),
    ("RR", "ai,bi,n1i,ci,di,n2i,ni", "5,20,25,4,26,30,55"),
    ("OR", "ai,n1i,ci,n2i,ratio", "5,50,10,50,0.44"),
    ("RR", "ai,n1i,ci,n2i,ratio,ci.lb,ci.ub,pval", "5,50,10,50,0.50,0.18,1.36,0.17"),
    ("RR", "ai,n1i,ci,n2i,pval", "5,50,10,50,0.26"),
    ("OR", "ai,n1i,ci,n2i,ratio,ci.lb,ci.ub,pval", "5,50,10,50,0.44,0.11,1.57,0.262"),
    ("OR", "ai,n1i,ci,n2i,yi,vi,sei", "5,50,10,50,-0.811,0.347,0.589"),
    ("RD", "ai,n1i,ci,n2i,yi,ci.lb,ci.ub,pval", "5,50,10,50,-0.10,-0.24,0.04,0.16"),
    ("IRR", "x1i,t1i,x2i,t2i,ratio,ci.lb,ci.ub,pval", "50,500,100,500,0.50,0.36,0.70,<0.001"),
    ("HR", "oei,vi_oe,ratio,ci.lb,ci.ub,pval", "-5.0,10.0,0.61,0.33,1.13,0.11"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,yi,sei,vi,ti,pval", "5.00,2.00,30,4.00,2.00,30,1.0,0.516,0.267,1.94,0.058"),
    ("SMD", "m1i,sd1i,n1i,m2i,sd2i,n2i,yi,ci.lb,ci.ub,pval", "5.00,2.00,30,4.00,2.00,30,0.49,-0.02,1.01,0.058"),
    ("SMD", "m1i,sd1i,n1i,m2i,sd2i,n2i,ci.lb,ci.ub", "5.00,2.00,30,4.00,2.00,30,-0.03,2.03"),
    ("ROM", "m1i,sd1i,n1i,m2i,sd2i,n2i,ratio,ci.lb,ci.ub", "5.00,2.00,30,4.00,2.00,30,1.25,1.00,1.57"),
    ("MD", "m1i,sd1i,se1i,lb1i,ub1i,n1i,m2i,sd2i,n2i", "5.0,2.0,0.37,4.3,5.7,30,4,2,30"),
    ("MD", "med1i,q1_1i,q3_1i,min1i,max1i,n1i,m2i,sd2i,n2i", "5,3,7,0,10,30,4,2,30"),
    ("MD", "m1i,sd1i,n1i,m2i,sd2i,n2i,ci.lb,ci.ub,pval", "5,2,30,4,2,30,-0.03,2.03,0.058"),
    ("MD", "m1i,n1i,m2i,n2i,ti,pval", "5.0,30,4.0,30,1.94,0.06"),
]


@pytest.mark.parametrize(("measure", "columns", "cells"), AGREEING)
def test_what_rounding_explains_is_not_mentioned(write, measure, columns, cells):
    (found,) = analyses(write(f"study,{columns}\nA,{cells}\n"), Measure(measure), [Model.COMMON])
    assert found.studies.notes == ()


@given(
    st.floats(-3, 3),
    st.floats(0.02, 2),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from([1.96, 1.959963984540054]),
)
def test_an_honest_row_agrees_however_it_is_rounded(effect, se, digits, is_ratio, z):
    ends = (effect, effect - z * se, effect + z * se)
    texts = [f"{math.exp(value) if is_ratio else value:.{digits}f}" for value in ends]
    p = math.erfc(abs(effect) / se / math.sqrt(2))
    cells = dict(zip(("ratio" if is_ratio else "yi", "ci.lb", "ci.ub"), texts, strict=True))
    cells |= {"sei": f"{se:.{digits}f}", "vi": f"{se**2:.{digits}f}", "pval": f"{p:.{digits}f}"}
    if is_ratio and texts[0] == f"{0:.{digits}f}":
        return
    row = Row(__file__, 2, cells, has_decimal_comma=False)
    assert not list(of_effects(row, Measure.OR if is_ratio else Measure.MD))


@given(st.floats(-3, 3), st.floats(0.05, 2), st.floats(1.6, 5))
def test_limits_of_another_width_are_never_missed(effect, se, factor):
    # With all their digits: an SE of 0.1 may be any from 0.05 to 0.15.
    said = {"yi": effect, "sei": se, "ci.lb": effect - 1.96 * factor * se, "ci.ub": effect + 1.96 * factor * se}
    cells = {name: f"{value:.6f}" for name, value in said.items()}
    found = list(of_effects(Row(__file__, 2, cells, has_decimal_comma=False), Measure.MD))
    assert [finding.is_error for finding in found] == [True]
