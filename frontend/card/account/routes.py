from litestar.types import ControllerRouterHandler

from frontend.card.account.not_me import show_not_me, take_not_me
from frontend.card.account.sign_in import show_code, take_code, take_email
from frontend.card.account.views import (
    show_account,
    take_account_language,
    take_account_sign_out,
    take_account_sign_out_everywhere,
)

CUSTOMER_ACCOUNT: list[ControllerRouterHandler] = [
    show_account,
    take_email,
    show_code,
    take_code,
    take_account_language,
    take_account_sign_out,
    take_account_sign_out_everywhere,
    show_not_me,
    take_not_me,
]
