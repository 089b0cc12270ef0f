"""The signed-in person with the rights they have now: an owner may have changed them since the sign-in."""

from backend.identity.schemas import UserView
from frontend.api.client import Caller
from frontend.api.identity import get_me
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.caller import provide_caller
from frontend.kit.person import Person, find_person, person_from, update_person
from frontend.kit.request import Request


async def find_person_now(request: Request) -> Person | None:
    """Asks the backend, and stores the answer in the session. Without an answer: as the session has the person."""
    person = find_person(request)
    if person is None:
        return None
    user = await _read(provide_caller(request))
    if user is None:
        return person
    current = person_from(person.token, user, person.store_code)
    update_person(request, current)
    return current


async def _read(caller: Caller) -> UserView | None:
    try:
        return await get_me(caller)
    except (BackendProblem, BackendUnavailable):
        return None
