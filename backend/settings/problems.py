from backend.core.problems import Problem
from i18n.translator import N_


class SettingCategoryNotFound(Problem):
    code, status = "setting_category_not_found", 404
    title = N_("There is no such category of settings")


class SettingNotFound(Problem):
    code, status = "setting_not_found", 404
    title = N_("There is no such setting")
