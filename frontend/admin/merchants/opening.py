"""The form that opens a merchant: names, a first store, the owner, a program."""

import re
import unicodedata

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.administration.schemas.merchants import MerchantDraft
from frontend.admin.merchants.messages import MerchantMessages
from frontend.admin.merchants.views import FORBIDDEN, MERCHANTS, SIGNED_OUT, UNPROCESSABLE
from frontend.api.client import Caller
from frontend.api.merchants import open_merchant
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, FormError, body_of, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

FIELD_OF_CODE = {
    "merchant_code_taken": "code",
    "store_code_taken": "store_code",
    "works_for_platform": "owner_email",
    "account_deactivated": "owner_email",
}
FIRST = {"language": "fr", "timezone": "Europe/Luxembourg", "country": "LU", "program": "hybrid", "is_live": "on"}
CODE_MAX = 40


@get(f"{MERCHANTS}/new", name="admin-merchant-new")
async def show_new_merchant(request: Request) -> Response[str]:
    return _page(request, Form(FIRST))


@post(f"{MERCHANTS}/new")
async def take_new_merchant(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, say = await read_form(request), get_translator(language_of(request)).gettext
    try:
        opened = await open_merchant(caller, body_of(MerchantDraft, values_of(form), ""))
    except FormError as error:
        form.errors[error.field.replace(".", "_")] = say(N_("Check this value."))
        return _page(request, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, FORBIDDEN}:
            raise
        _take_errors(form, problem, say(N_("Check this value.")))
        return _page(request, form, status=problem.status)
    return redirect(request, f"{MERCHANTS}/{opened.code}?done=opened")


def values_of(form: Form) -> dict[str, object]:
    """Codes that are left empty are made of the names."""
    name, store_name = form.text("name"), form.text("store_name") or form.text("name")
    return {
        "name": name,
        "code": form.text("code").lower() or "-".join(_letters(name).lower().split())[:CODE_MAX].strip("-"),
        "timezone": form.text("timezone"),
        "language": form.text("language"),
        "contact_email": form.optional("contact_email"),
        "postal_address": form.optional("postal_address"),
        "store": {
            "name": store_name,
            "code": form.text("store_code").upper() or _letters(store_name).replace(" ", "").upper()[:CODE_MAX],
            "country": form.text("country").upper(),
            "is_live": bool(form.text("is_live")),
        },
        "owner": {"email": form.text("owner_email"), "name": form.optional("owner_name")},
        "program": form.optional("program"),
    }


def _letters(text: str) -> str:
    """Letters and digits without accents, in words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", " ", plain).strip()


def _take_errors(form: Form, problem: BackendProblem, wrong: str) -> None:
    pointers = ["_".join(error.pointer.strip("/").split("/")) for error in problem.view.errors]
    if problem.code in FIELD_OF_CODE:
        form.errors[FIELD_OF_CODE[problem.code]] = problem.sentence
    elif pointers:
        form.errors |= dict.fromkeys(pointers, wrong)
    else:
        form.errors[""] = problem.sentence


def _page(request: Request, form: Form, *, status: int = 200) -> Response[str]:
    messages = MerchantMessages(language_of(request))
    return page(request, "admin/merchants/new.html", status=status, form=form, messages=messages)
