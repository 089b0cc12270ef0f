"""The box that `orion dev` prints when everything runs."""

from collections.abc import Sequence

from rich import box
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from backend.staff.passwords import DEMO_PASSWORD

SIGN_INS = (
    ("anna@fashion.example", "till at FASHIONHUB, PIN 2468"),
    ("luc@fashion.example", "till at FASHIONOUTLET, PIN 1357"),
    ("owner@fashion.example", "office of fashion-group"),
    ("owner@aurora.example", "office of cafe-aurora"),
    ("admin@orion.example", "platform, super admin"),
    ("platform@orion.example", "platform, admin"),
)


FOR_TRANSLATORS = (
    ("Look up", "{pages}/sign-in?strings=on: press and hold Alt, and click a text"),
    ("", "or press the button “Strings of this page”"),
    ("Change", "save the catalog, then load the page again"),
    ("Languages", "in the menu of a page; Pseudo (en-XA) shows what is not translated"),
    ("Check", ".venv/bin/orion i18n check"),
)


def welcome(
    *, frontend_url: str, backend_url: str, has_sandbox: bool, hints: Sequence[tuple[str, str]] = ()
) -> RenderableType:
    """A box with the addresses and the demo world's sign-ins. `hints`: what can be done, by name."""
    table = Table.grid(padding=(0, 2))
    addresses = [
        ("Pages", f"{frontend_url}/"),
        ("Join page", f"{frontend_url}/j/FASHIONHUB"),
        ("API", f"{backend_url}/docs"),
    ]
    if has_sandbox:
        addresses.append(("Wallets", f"{frontend_url}/sandbox"))
    addresses.append(("Mail", f"{frontend_url}/mail"))
    for name, address in addresses:
        table.add_row(name, Text(address, "bold"))
    table.add_row()
    for email, role in SIGN_INS:
        table.add_row("Sign in", Text.assemble((f"{email:<24}", "bold"), role))
    table.add_row("Password", Text(DEMO_PASSWORD, "bold"))
    table.add_row()
    for name, hint in hints:
        table.add_row(name, hint.format(pages=frontend_url))
    if hints:
        table.add_row()
    table.add_row("Stop", "Ctrl-C")
    return Panel(table, title="Orion is running", box=box.ROUNDED, expand=False, padding=(1, 2))
