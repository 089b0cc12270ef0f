"""The dependency that gives views their access to the backend."""

from frontend.api.client import Caller
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of, request_id_of
from frontend.kit.request import Request
from i18n.locales import html_language


def provide_caller(request: Request) -> Caller:
    """Sends language, client address and request id, and for a signed-in user also token and store."""
    caller, person = anonymous_caller(request), find_person(request)
    return caller.signed_in(person.token, person.store_code) if person else caller


def anonymous_caller(request: Request) -> Caller:
    """Without the token of staff, also when one is signed in in this browser."""
    return Caller(request.app.state.client, _headers(request))


def _headers(request: Request) -> dict[str, str]:
    client = request.client.host if request.client else ""
    hops = [request.headers.get("x-forwarded-for", ""), client]
    return {
        "Accept": "application/json",
        "Accept-Language": html_language(language_of(request)),
        "Request-Id": request_id_of(request),
        "X-Forwarded-For": ", ".join(hop for hop in hops if hop),
        "User-Agent": request.headers.get("user-agent", "")[:200],
    }
