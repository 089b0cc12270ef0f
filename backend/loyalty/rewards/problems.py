from backend.core.problems import Problem
from i18n.translator import N_


class RewardNotFound(Problem):
    code, status = "reward_not_found", 404
    title = N_("There is no such reward")


class RewardArchived(Problem):
    code, status = "reward_archived", 409
    title = N_("This reward is archived")
    detail = N_("Restore it before you change it.")
