import segno
from markupsafe import Markup


def qr(text: str, *, error: str = "m") -> Markup:
    """An inline SVG of one path, four modules of quiet zone, sized by CSS (`svg.qr`): dark on white in both themes."""
    code = segno.make(text, error=error, micro=False)
    drawing = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff", dark="#000")
    return Markup(drawing)  # noqa: S704 - segno draws modules; the text itself is not in the drawing
