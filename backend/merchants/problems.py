from backend.core.problems import Problem
from i18n.translator import N_


class MerchantNotFound(Problem):
    code, status = "merchant_not_found", 404
    title = N_("There is no such merchant")
