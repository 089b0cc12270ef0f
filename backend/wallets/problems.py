from collections.abc import Mapping

from backend.core.problems import Problem
from i18n.translator import N_


class WalletNotConfigured(Problem):
    code, status = "wallet_not_configured", 409
    title = N_("This wallet is not available here")
    detail = N_("The wallet has not been set up. Your card works without it.")


class WalletUnavailable(Problem):
    code, status = "wallet_unavailable", 503
    title = N_("The wallet does not answer just now")
    detail = N_("Your card works without it. Please try again in a minute.")
    headers: Mapping[str, str] = {"Retry-After": "60"}


class NoSuchPass(Problem):
    code, status = "no_such_pass", 404
    title = N_("This card is in no wallet")
    detail = N_("This card has not been added to a wallet yet.")
