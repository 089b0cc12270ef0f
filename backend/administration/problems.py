from backend.core.problems import Problem
from i18n.translator import N_


class MerchantCodeTaken(Problem):
    code, status = "merchant_code_taken", 409
    title = N_("Another merchant has this code")


class StoreCodeTaken(Problem):
    code, status = "store_code_taken", 409
    title = N_("Another store has this code")
    detail = N_("Codes of stores are unique on the platform, because customers enter them.")


class MerchantHasBooked(Problem):
    code, status = "merchant_has_booked", 409
    title = N_("This merchant has transactions already")
    detail = N_("Whether it is for trying out is decided before the first one.")


class ProgramExists(Problem):
    code, status = "program_exists", 409
    title = N_("The merchant has a program already")
