"""The columns of the tables of a data package as RevMan Web writes them now, in their order."""

_LIMITS = ("Mean", "CI start", "CI end")
_ARMS = ("Experimental cases", "Experimental N", "Control cases", "Control N")
_HETEROGENEITY = (
    "Heterogeneity Tau²", "Tau² CI start", "Tau² CI end", "Heterogeneity Chi²", "Heterogeneity df", "Heterogeneity P",
    "Heterogeneity I²", "Effect Z", "Effect T", "Effect P",
)  # fmt: skip

SETTINGS_COLUMNS = (
    "Analysis group", "Analysis number", "Analysis name", "Analysis group name", "Data source",
    "Data source eligibility", "Data type", "Log-scale data", "Outcome", "Intervention grouping",
    "Experimental intervention", "Control intervention", "Subgroup by", "Filter criteria", "Experimental group label",
    "Control group label", "Statistical method", "Effect measure", "Unit of effect measure", "Analysis model",
    "Heterogeneity estimator", "Tau² CI", "Subgroup estimates", "Overall estimates", "Test for subgroup differences",
    "Prediction interval", "Swap event and non-event", "CI method", "CI/PI level", "Sort studies by",
    "Graph label (left)", "Graph label (right)", "Graph scale", "Show risk of bias", *_ARMS, *_LIMITS, "PI start",
    "PI end", *_HETEROGENEITY, "Subgroup Chi²", "Subgroup df", "Subgroup P", "Subgroup I²", "ID",
)  # fmt: skip
ROW_COLUMNS = (
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Subgroup number", "Applicability", "Study",
    "Study year", "GIV Mean", "GIV SE", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N",
    "Control mean", "Control SD", "Control cases", "Control N", "O-E", "Variance", "Weight", *_LIMITS, "Footnotes",
)  # fmt: skip
SUBGROUP_COLUMNS = (
    "Analysis group", "Analysis number", "Subgroup", "Subgroup number", *_ARMS, "Weight", *_LIMITS, *_HETEROGENEITY,
    "ID",
)  # fmt: skip
OF_V1 = frozenset({"Study CI", "Estimate CI"})
"""Columns of the first layout that are called otherwise now."""

DATA = {
    "giv_mean": "GIV Mean", "giv_se": "GIV SE", "m1": "Experimental mean", "sd1": "Experimental SD",
    "e1": "Experimental cases", "n1": "Experimental N", "m2": "Control mean", "sd2": "Control SD",
    "e2": "Control cases", "n2": "Control N", "o_e": "O-E", "variance": "Variance",
}  # fmt: skip
"""Columns of a row's data by the names that `exchange.cochrane.package.PackageRow` gives them."""
ESTIMATE = {
    "estimate": "Mean", "ci_low": "CI start", "ci_high": "CI end", "pi_low": "PI start", "pi_high": "PI end",
    "tau2": "Heterogeneity Tau²", "tau2_low": "Tau² CI start", "tau2_high": "Tau² CI end",
    "chi2": "Heterogeneity Chi²", "df": "Heterogeneity df", "p_heterogeneity": "Heterogeneity P",
    "i2": "Heterogeneity I²", "z": "Effect Z", "t": "Effect T", "p": "Effect P", "subgroup_chi2": "Subgroup Chi²",
    "subgroup_df": "Subgroup df", "subgroup_p": "Subgroup P", "subgroup_i2": "Subgroup I²",
    "e1": "Experimental cases", "n1": "Experimental N", "e2": "Control cases", "n2": "Control N",
}  # fmt: skip
"""Columns of an estimate by the names that `exchange.cochrane.package.Published` gives them."""
