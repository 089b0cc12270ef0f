"""The document in the preview's frame: an email, its text part, or the reasons why it cannot be sent.

It is rendered under a policy of its own: emails have inlined styles, and pictures from anywhere.
"""

from typing import Final

from litestar import Response
from litestar.enums import MediaType

from backend.messaging.template_editing.schemas.trials import TemplatePreview
from frontend.kit.forms import Form

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox; report-to csp"
)
DARK = "(prefers-color-scheme: dark)"


def preview_document(preview: TemplatePreview, form: Form) -> Response[str]:
    """The email in the chosen theme, not in that of the reader; its links open nothing."""
    if form.text("part") == "text":
        return Response(preview.text, media_type=MediaType.TEXT, headers=_headers())
    is_dark = form.text("scheme") == "dark"
    html = preview.html.replace(DARK, "all" if is_dark else "not all").replace("<a ", '<a target="_blank" ')
    scheme = "dark" if is_dark else "light"
    html = html.replace("color-scheme: light dark", f"color-scheme: {scheme}").replace("light dark", scheme)
    return Response(html, media_type=MediaType.HTML, headers=_headers())


def _headers() -> dict[str, str]:
    return {"Content-Security-Policy": POLICY}
