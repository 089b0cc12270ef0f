from backend.core.problems import Problem
from i18n.translator import N_


class ProgramMissing(Problem):
    code, status = "program_missing", 409
    title = N_("There is no program yet")
    detail = N_("Set up the program first.")
