"""A customer's sign-in and account."""

from urllib.parse import quote

from backend.identity.customers.schemas import (
    ChangeOwnAccount,
    CustomerSignInBody,
    CustomerSignInView,
    NotMe,
    NotMeView,
    OwnAccount,
    SignInAttempt,
    SignInCodeRequest,
)
from frontend.api.client import Caller

ACCOUNT = "/storefront/account"


async def request_sign_in_code(caller: Caller, store_code: str, body: SignInCodeRequest) -> SignInAttempt:
    """The answer is the same whether or not the email address has a card."""
    return await caller.post(f"{ACCOUNT}/{quote(store_code.upper(), safe='')}/codes", body, SignInAttempt)


async def sign_in_customer(caller: Caller, body: CustomerSignInBody) -> CustomerSignInView:
    return await caller.post(f"{ACCOUNT}/sessions", body, CustomerSignInView)


async def get_own_account(caller: Caller) -> OwnAccount:
    return await caller.get(ACCOUNT, OwnAccount)


async def change_own_account(caller: Caller, change: ChangeOwnAccount) -> OwnAccount:
    return await caller.patch(ACCOUNT, change, OwnAccount)


async def sign_out_customer(caller: Caller, *, everywhere: bool) -> None:
    await caller.tell(f"{ACCOUNT}/{'sign-out-everywhere' if everywhere else 'sign-out'}")


async def disown_sign_in(caller: Caller, token: str) -> NotMeView:
    """The token alone authorizes the call."""
    return await caller.post(f"{ACCOUNT}/not-me", NotMe(token), NotMeView)
