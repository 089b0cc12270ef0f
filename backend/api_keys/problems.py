from backend.core.problems import Problem
from i18n.translator import N_


class ApiKeyNotFound(Problem):
    code, status = "api_key_not_found", 404
    title = N_("There is no such API key")


class ApiKeyEnded(Problem):
    code, status = "api_key_ended", 409
    title = N_("This API key was revoked")
    detail = N_("Create another one.")


class TooManyApiKeys(Problem):
    code, status = "too_many_api_keys", 409
    title = N_("There are too many API keys")
    detail = N_("Revoke one that is no longer needed.")
