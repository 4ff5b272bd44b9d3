"""The closed lists of words of a package, in lower case, and what they mean."""

from exchange.cochrane.package import Applicability, DataType, EffectModel, Method, RiskOfBias
from models.vocabulary import Interval, Measure, Model

DATA_TYPE = {
    "dichotomous": DataType.DICHOTOMOUS,
    "continuous": DataType.CONTINUOUS,
    "contrast level": DataType.CONTRAST,
    "contrast-level": DataType.CONTRAST,
    "giv": DataType.CONTRAST,
    "generic inverse variance": DataType.CONTRAST,
    "o-e and variance": DataType.O_E_VARIANCE,
    "o-e & variance": DataType.O_E_VARIANCE,
}
METHOD = {
    "mh": Method.MH,
    "m-h": Method.MH,
    "mantel-haenszel": Method.MH,
    "iv": Method.IV,
    "inverse variance": Method.IV,
    "peto": Method.PETO,
}
MEASURE = {
    "risk ratio": Measure.RR,
    "odds ratio": Measure.OR,
    "risk difference": Measure.RD,
    "peto odds ratio": Measure.PETO,
    "mean difference": Measure.MD,
    "std. mean difference": Measure.SMD_APPROXIMATE,
    "standardized mean difference": Measure.SMD_APPROXIMATE,
    "standardised mean difference": Measure.SMD_APPROXIMATE,
    "hazard ratio": Measure.HR,
    "rate ratio": Measure.IRR,
}
"""RevMan's standardised difference has its own small-sample factor."""
OF_DATA_TYPE = {
    DataType.DICHOTOMOUS: frozenset({Measure.RR, Measure.OR, Measure.RD, Measure.PETO}),
    DataType.CONTINUOUS: frozenset({Measure.MD, Measure.SMD_APPROXIMATE}),
}
"""Measures that arm data of a type can have; the measure of estimates is their authors' own."""
MODEL = {
    "fixed effect": EffectModel.FIXED,
    "fixed effects": EffectModel.FIXED,
    "fixed": EffectModel.FIXED,
    "random effect": EffectModel.RANDOM,
    "random effects": EffectModel.RANDOM,
    "random": EffectModel.RANDOM,
}
ESTIMATOR = {"dl": Model.DL, "dersimonian-laird": Model.DL, "reml": Model.REML}
INTERVAL = {"wald": Interval.WALD, "hksj": Interval.HKSJ}
APPLICABILITY = {str(word).lower(): word for word in Applicability}
RISK = {str(word).lower(): word for word in RiskOfBias} | {
    word: meaning
    for meaning, words in {
        RiskOfBias.LOW: ("low", "low risk of bias"),
        RiskOfBias.HIGH: ("high", "high risk of bias"),
        RiskOfBias.UNCLEAR: ("unclear", "unclear risk of bias"),
    }.items()
    for word in words
}
