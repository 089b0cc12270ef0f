"""The mails that `make run` has caught, in the browser; for this machine only."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get
from litestar.connection import ASGIConnection
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from frontend.dev.mail.folder import Mail, find_mail, list_mails, with_links
from frontend.kit.pages import page
from frontend.kit.request import Request

PLACE = "/mail"
NAMES = {"localhost", "127.0.0.1", "[::1]"}
HTML_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src data: http: https:",
        "style-src 'unsafe-inline'",
        "font-src data: http: https:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)
"""Of a mail's HTML: no scripts and no access to these pages. Links open windows of their own."""
HEAD = re.compile("<head[^>]*>|^(?!.*<head)", re.IGNORECASE | re.DOTALL)
IN_NEW_WINDOWS = '<base target="_blank">'


async def only_from_here(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raises NotFoundException for other machines, and for foreign names that DNS has pointed at this machine."""
    host = connection.headers.get("host", "").rpartition(":")
    name = host[0] if host[2].isdigit() else "".join(host)
    if name not in NAMES or not _is_loopback(connection.client.host if connection.client else ""):
        raise NotFoundException


@get("/", name="mail")
async def show_mails(request: Request, to: FromQuery[str] = "") -> Response[str]:
    """The page asks again every two seconds; mails that have come meanwhile are swapped in."""
    return page(request, "dev/mail/page.html", mails=list_mails(_folder(request), to), asked=to)


@get("/{name:str}", name="mail-one")
async def show_mail(request: Request, name: FromPath[str]) -> Response[str]:
    mail = _get(request, name)
    return page(request, "dev/mail/mail.html", mail=mail, text=with_links(mail.text or ""))


@get("/{name:str}/html", name="mail-html")
async def show_html(request: Request, name: FromPath[str]) -> Response[str]:
    """The frame's content."""
    content = HEAD.sub(rf"\g<0>{IN_NEW_WINDOWS}", _get(request, name).html or "", count=1)
    return Response(content, headers={"Content-Security-Policy": HTML_POLICY}, media_type=MediaType.HTML)


@get("/{name:str}/source", name="mail-source")
async def show_source(request: Request, name: FromPath[str]) -> Response[bytes]:
    return Response(_get(request, name).source, media_type="text/plain; charset=utf-8")


@get("/{name:str}/attachments/{number:int}", name="mail-attachment")
async def show_attachment(request: Request, name: FromPath[str], number: FromPath[int]) -> Response[bytes]:
    attachment = next((each for each in _get(request, name).attachments if each.number == number), None)
    if attachment is None:
        raise NotFoundException
    disposition = f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}"
    return Response(
        attachment.content, media_type="application/octet-stream", headers={"Content-Disposition": disposition}
    )


def _folder(request: Request) -> Path:
    return Path(request.app.state.settings.mail_catcher_dir)


def _get(request: Request, name: str) -> Mail:
    mail = find_mail(_folder(request), name)
    if mail is None:
        raise NotFoundException
    return mail


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


MAIL = Router(
    path=PLACE,
    guards=[only_from_here],
    route_handlers=[show_mails, show_mail, show_html, show_source, show_attachment],
)
