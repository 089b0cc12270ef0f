"""SendGrid's mail API over HTTP."""

from typing import Any

import httpx
import msgspec

from backend.core.clock import clock
from backend.core.mail_settings import MailSettings, is_this_machine
from backend.core.outbound.calls import CallFailed, HttpResponse, outbound_errors, send_request
from backend.core.outbound.retry import retry_after_seconds
from backend.messaging.providers.mime import envelope_address, message_id_of, one_line, reply_to_of
from backend.messaging.providers.ports import DeliveryFailed, MailFault, OutgoingMail, Route
from backend.messaging.providers.replies import kept_reply, secrets_of
from i18n.locales import html_language

SEND = "/v3/mail/send"
CODES = {401: "auth_refused", 403: "sender_refused", 413: "message_too_large", 429: "rate_limited"}
SERVER_ERROR = 500


class _Error(msgspec.Struct):
    message: str = ""
    field: str | None = None


class _Errors(msgspec.Struct):
    errors: list[_Error] = []


class SendgridDelivery:
    def __init__(self, settings: MailSettings) -> None:
        url = httpx.URL(settings.sendgrid_api_url)
        is_https = url.scheme == "https"
        self.route = Route("sendgrid", url.host, url.port or (443 if is_https else 80), "tls" if is_https else "none")
        self._settings = settings
        self._secrets = secrets_of(settings)
        self._http: httpx.AsyncClient | None = None

    async def send(self, mail: OutgoingMail) -> str:
        settings = self._settings
        if self.route.security == "none" and not is_this_machine(self.route.host):
            raise DeliveryFailed(MailFault("clear_text_refused"))
        body = sendgrid_body(settings, mail)
        if self._http is None:
            self._http = httpx.AsyncClient(
                base_url=settings.sendgrid_api_url,
                timeout=settings.smtp_timeout_seconds,
                headers={"Authorization": f"Bearer {settings.sendgrid_api_key}"},
            )
        try:
            response = await send_request(self._http, "POST", SEND, seconds=settings.smtp_timeout_seconds, json=body)
        except CallFailed as failure:
            # Without an answer to a request that was sent, SendGrid may have taken the mail.
            code = _code_of_connection(failure) if failure.is_unreachable else "outcome_unknown"
            raise DeliveryFailed(MailFault(code)) from failure
        # SendGrid answers 202; any other success comes from a proxy.
        if response.status != httpx.codes.ACCEPTED:
            raise DeliveryFailed(_fault_of(response, self._secrets))
        return kept_reply(f"{response.status} {response.headers.get('x-message-id', '')}", self._secrets)

    async def close(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            with outbound_errors():
                await http.aclose()


def sendgrid_body(settings: MailSettings, mail: OutgoingMail) -> dict[str, Any]:
    """The request of the mail API. Raises DeliveryFailed when the address cannot be written to."""
    recipient = envelope_address(mail.recipient)
    headers = {
        "Content-Language": html_language(mail.language),
        "Message-ID": message_id_of(settings, mail),
        "Auto-Submitted": "auto-generated",
        **{name: one_line(value) for name, value in mail.headers.items()},
    }
    content = [{"type": "text/plain", "value": mail.body_text}]
    if mail.body_html is not None:
        content.append({"type": "text/html", "value": mail.body_html})
    body: dict[str, Any] = {
        "personalizations": [{"to": [{"email": recipient}], "custom_args": {"mail_id": str(mail.id)}}],
        "from": {"email": settings.email_from_address, "name": one_line(mail.sender)},
        "subject": one_line(mail.subject),
        "headers": headers,
        "content": content,
        # SendGrid would replace card links by its own, which tell it who opened them.
        "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
    }
    if reply_to := reply_to_of(settings, mail):
        body["reply_to"] = {"email": reply_to}
    return body


def _fault_of(response: HttpResponse, secrets: set[str]) -> MailFault:
    errors = _errors_of(response)
    reply = kept_reply(" ".join([str(response.status), *(error.message for error in errors)]), secrets)
    wait = retry_after_seconds(response.headers.get("retry-after"), clock.now()) or 0
    return MailFault(_code_of(response, errors), reply, wait)


def _code_of(response: HttpResponse, errors: list[_Error]) -> str:
    if response.status in CODES:
        return CODES[response.status]
    if response.status >= SERVER_ERROR:
        return "service_unavailable"
    if response.status != httpx.codes.BAD_REQUEST or not errors:
        return "not_sendgrid"
    fields = [error.field or "" for error in errors]
    if any(field.startswith("personalizations") for field in fields):
        return "recipient_refused"
    return "sender_refused" if any(field.startswith("from") for field in fields) else "message_refused"


def _errors_of(response: HttpResponse) -> list[_Error]:
    try:
        return msgspec.json.decode(response.content, type=_Errors).errors
    except (msgspec.DecodeError, UnicodeError):
        return []


def _code_of_connection(failure: CallFailed) -> str:
    return "timeout" if failure.reason == "ConnectTimeout" else "connection_failed"
