from urllib.parse import quote

from backend.identity.factors.schemas import PasskeySignIn, PasskeyStep, SecondStep
from backend.identity.passwords.schemas import ChangedPassword, PasswordResetLink, PasswordResetQuestion
from backend.identity.permissions.schemas import PermissionTable
from backend.identity.schemas import ChangeMe, ChosenMerchant, SessionView, SignIn, SignInView, UserView
from frontend.api.client import Caller
from frontend.kit.forms import body_of


async def sign_in(caller: Caller, *, email: str, password: str, merchant: str | None = None) -> SignInView:
    """Raises the problem `second_factor_required` when the user has one.

    `merchant`: code of the one to work for; otherwise that of the latest sign-in.
    """
    return await caller.post("/auth/sign-in", SignIn(email=email, password=password, merchant=merchant), SignInView)


async def sign_in_with_factor(caller: Caller, body: SecondStep) -> SignInView:
    return await caller.post("/auth/sign-in/second-factor", body, SignInView)


async def begin_passkey_sign_in(caller: Caller) -> PasskeyStep:
    return await caller.post("/auth/sign-in/passkey-options", None, PasskeyStep)


async def sign_in_with_passkey(caller: Caller, body: PasskeySignIn) -> SignInView:
    return await caller.post("/auth/sign-in/passkey", body, SignInView)


async def ask_for_reset(caller: Caller, email: str) -> None:
    """Raises FormError for what cannot be an email."""
    await caller.tell("/auth/password-resets", body_of(PasswordResetQuestion, {"email": email}, ""))


async def get_reset(caller: Caller, token: str) -> PasswordResetLink:
    return await caller.get(f"/auth/password-resets/{quote(token, safe='')}", PasswordResetLink)


async def reset_password(caller: Caller, token: str, password: str) -> None:
    """Raises FormError for what cannot be a password."""
    body = body_of(ChangedPassword, {"password": password}, "")
    await caller.tell(f"/auth/password-resets/{quote(token, safe='')}", body)


async def sign_out(caller: Caller) -> None:
    await caller.tell("/auth/sign-out")


async def switch_merchant(caller: Caller, code: str) -> SessionView:
    """The session at another merchant; the present token opens nothing any more."""
    body = body_of(ChosenMerchant, {"merchant": code}, "")
    return await caller.post("/auth/merchant", body, SessionView)


async def list_permissions(caller: Caller) -> PermissionTable:
    return await caller.get("/auth/permissions", PermissionTable)


async def get_me(caller: Caller) -> UserView:
    return await caller.get("/auth/me", UserView)


async def change_me(caller: Caller, change: ChangeMe) -> UserView:
    return await caller.patch("/auth/me", change, UserView)
