from backend.core.problems import Problem
from i18n.translator import N_


class FeatureUnknown(Problem):
    code, status = "feature_unknown", 404
    title = N_("There is no such feature")
