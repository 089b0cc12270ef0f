"""The form of an endpoint."""

from backend.webhooks.schemas import WebhookEndpointChange, WebhookEndpointDetail, WebhookEndpointDraft
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form
from frontend.office.webhooks.messages import WebhookMessages

URL_MAX, DESCRIPTION_MAX = 500, 200


def form_of(endpoint: WebhookEndpointDetail) -> Form:
    fields = {
        "version": str(endpoint.version),
        "url": endpoint.url,
        "description": endpoint.description,
        "paused": "" if endpoint.is_active else "on",
    }
    return Form(fields, {"event_types": list(endpoint.event_types)})


def draft_of(form: Form, messages: WebhookMessages) -> WebhookEndpointDraft | None:
    """None when a field is invalid; `form.errors` then has a sentence for each."""
    url = form.text("url")
    if not url or len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
        form.errors["url"] = messages.error("invalid")
    if not form.many("event_types"):
        form.errors["event_types"] = messages.choose()
    if form.errors:
        return None
    return WebhookEndpointDraft(
        url=url, event_types=form.many("event_types"), description=form.text("description")[:DESCRIPTION_MAX]
    )


def change_of(form: Form, messages: WebhookMessages) -> WebhookEndpointChange | None:
    """Like `draft_of`."""
    draft = draft_of(form, messages)
    if draft is None:
        return None
    return WebhookEndpointChange(
        url=draft.url,
        event_types=draft.event_types,
        description=draft.description,
        is_active=not form.text("paused"),
    )


def take_errors(form: Form, problem: BackendProblem, messages: WebhookMessages) -> None:
    """The backend's errors beside their fields."""
    for error in problem.view.errors:
        if error.pointer.startswith("/event_types"):
            form.errors["event_types"] = messages.choose()
        else:
            form.errors["url"] = messages.error(error.code)
    if not problem.view.errors:
        form.errors[""] = problem.sentence
