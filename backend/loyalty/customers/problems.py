from backend.core.problems import Problem
from i18n.translator import N_


class CustomerNotFound(Problem):
    code, status = "customer_not_found", 404
    title = N_("No customer matches")
    detail = N_("There is no such customer, or the customer was removed.")
