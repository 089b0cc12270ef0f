"""What follows a successful sign-in, however it was proven."""

from litestar import Response

from backend.identity.schemas import SignInView
from frontend.kit.forms import Form
from frontend.kit.known_device import remember_device
from frontend.kit.pages import close_overlay, is_htmx, local_path, redirect
from frontend.kit.person import Person, choose_store, find_person, person_of, remember_person
from frontend.kit.request import Request

START = "/"


def arrive(request: Request, answer: SignInView, form: Form) -> Response[str]:
    """Starts a session and leads to the requested page. At the till, the same person continues where they were."""
    person = person_of(answer)
    remember_person(request, person)
    if is_over(request, form) and _goes_on(request, person, form):
        response = close_overlay()
    else:
        response = redirect(request, place_of(person, form.text("next")))
    remember_device(request, response, answer.known_device)
    return response


def place_of(person: Person, wanted: str | None) -> str:
    """The requested page, or the user's own start page."""
    place = local_path(wanted, START)
    return person.home if place == START or person.lacks_second_factor else place


def is_over(request: Request, form: Form) -> bool:
    """Whether the form is shown over a till page that stays in the document."""
    return bool(form.text("over")) and is_htmx(request)


def _goes_on(request: Request, person: Person, form: Form) -> bool:
    """Whether the same user works at the same store again and so can continue on the page below."""
    choose_store(request, person, form.text("page_store"))
    here = find_person(request)
    place = (here.email, here.store_code) if here else ("", "")
    return place == (form.text("page_email"), form.text("page_store"))
