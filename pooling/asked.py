"""Models that may be asked for at the command line."""

from enum import StrEnum

from models.vocabulary import Model


class AskedModel(StrEnum):
    """Every pooling model, and the Bayesian one, which has priors and posteriors instead of estimates."""

    COMMON = Model.COMMON.value
    MH = Model.MH.value
    PETO = Model.PETO.value
    DL = Model.DL.value
    PM = Model.PM.value
    REML = Model.REML.value
    ML = Model.ML.value
    EB = Model.EB.value
    HE = Model.HE.value
    SJ = Model.SJ.value
    GLMM_CM_AL = Model.GLMM_CM_AL.value
    GLMM_CM_EL = Model.GLMM_CM_EL.value
    GLMM_UM_FS = Model.GLMM_UM_FS.value
    GLMM_CM_AL_EE = Model.GLMM_CM_AL_EE.value
    GLMM_CM_EL_EE = Model.GLMM_CM_EL_EE.value
    GLMM_UM_FS_EE = Model.GLMM_UM_FS_EE.value
    BETA_BINOMIAL = Model.BETA_BINOMIAL.value
    EXACT = Model.EXACT.value
    BAYES = "bayes"


def pooled_models(asked: list[AskedModel]) -> list[Model]:
    """Those that pool."""
    return [Model(name.value) for name in asked if name is not AskedModel.BAYES]
