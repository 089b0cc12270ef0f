"""Calls to the sandbox's phones. The sandbox runs in development only, at its own address beside the backend."""

from typing import TypeVar
from uuid import UUID

import httpx
import msgspec

from backend.core.schemas import Answer
from backend.dev.sandbox.schemas import SandboxCard, SandboxCards, ShownPhones, Tap
from frontend.api.responses import BackendUnavailable, unavailable_on_error
from frontend.kit.request import Request

T = TypeVar("T", bound=Answer)
ANSWER_SECONDS = 8.0


async def list_sandbox_cards(request: Request) -> list[SandboxCard]:
    return _decoded(await _ask(request, "GET", "/phones/cards"), SandboxCards).cards


async def get_phones(request: Request, card_id: UUID, language: str) -> ShownPhones:
    return _decoded(await _ask(request, "GET", f"/phones/{card_id}?language={language}"), ShownPhones)


async def tap_button(request: Request, card_id: UUID, wallet: str, url: str) -> None:
    """Returns once the phone has installed or refused the pass."""
    await _ask(request, "POST", f"/phones/{card_id}/{wallet}", msgspec.json.encode(Tap(url)))


async def _ask(request: Request, method: str, path: str, body: bytes = b"") -> bytes:
    """Raises BackendUnavailable."""
    client: httpx.AsyncClient = request.app.state.client
    url = request.app.state.settings.sandbox_url + path
    headers = {"Content-Type": "application/json"} if body else {}
    with unavailable_on_error():
        answer = await client.request(method, url, content=body, headers=headers, timeout=ANSWER_SECONDS)
    if not answer.is_success:
        raise BackendUnavailable(f"the sandbox: status {answer.status_code}")
    return answer.content


def _decoded(content: bytes, answer: type[T]) -> T:
    try:
        decoded: T = msgspec.json.decode(content, type=answer)
    except msgspec.DecodeError as error:
        raise BackendUnavailable(f"the sandbox: {error}") from error
    return decoded
