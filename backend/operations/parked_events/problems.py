from backend.core.problems import Problem
from i18n.translator import N_


class ParkedEventNotFound(Problem):
    code, status = "parked_event_not_found", 404
    title = N_("This event is not parked")
    detail = N_("It was tried again already, or there is no such event.")
