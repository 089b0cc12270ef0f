from backend.identity.permissions.schemas import PermissionTable
from backend.identity.schemas import ChangeMe, ChosenMerchant, OwnPin, SessionView, SignIn, SignInView, UserView
from frontend.api.client import Caller
from frontend.kit.forms import body_of


async def sign_in(
    caller: Caller, *, email: str, password: str, totp: str | None, merchant: str | None = None
) -> SignInView:
    """Raises the problem `totp_required` when the user has an authenticator and gave no code.

    `merchant`: code of the one to work for; otherwise that of the latest sign-in.
    """
    body = SignIn(email=email, password=password, totp=totp, merchant=merchant)
    return await caller.post("/auth/sign-in", body, SignInView)


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


async def set_own_pin(caller: Caller, *, password: str, pin: str) -> None:
    """Raises FormError for values that cannot be a password or a PIN."""
    await caller.tell("/auth/me/pin", body_of(OwnPin, {"password": password, "pin": pin}, ""), method="PUT")
