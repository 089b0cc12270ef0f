"""A customer as a tablet shows them: enough to recognize, too little to take away."""

HIDDEN = "***"
DIGITS_SHOWN = 2


def masked_name(first_name: str | None, last_name: str | None, email: str | None) -> str:
    """First name and initial, such as `Marie W.`; without any name the first letter of the address."""
    parts = [first_name or "", f"{last_name[0]}." if last_name else ""]
    return " ".join(filter(None, parts)) or masked_email(email or "").partition("@")[0]


def masked_email(email: str) -> str:
    """`m***@example.com`"""
    local, at, domain = email.partition("@")
    return f"{local[:1]}{HIDDEN}{at}{domain}"


def masked_phone(phone: str | None) -> str | None:
    """The last two digits."""
    return f"{HIDDEN}{phone[-DIGITS_SHOWN:]}" if phone else None
