"""Values for the placeholders of a sentence that is shown by itself."""

import re

VALUES = {
    "address": "https://till.example/orion",
    "amount": "25.50 €",
    "balance": "460 points",
    "date": "24 December",
    "day": "24 December",
    "email": "anna@fashion.example",
    "error": "KeyError",
    "file": "signer.pem",
    "host": "mail.example",
    "inviter": "Claire",
    "issuer": "Example CA",
    "merchant": "Fashion Group",
    "moment": "24 December 2026, 09:15",
    "money": "25.50 €",
    "name": "Fashion Group",
    "platform": "Orion",
    "port": "587",
    "reason": "connection refused",
    "recipient": "anna@fashion.example",
    "reward": "Tote bag",
    "sender": "cards@orion.example",
    "store": "Fashion Hub",
    "time": "09:15",
    "user": "orion",
    "valid_for": "15 minutes",
    "wallet": "Google Wallet",
    "when": "24 December 2026, 09:15",
    "who": "Claire",
}
NUMBER = 12
NUMBERS = {
    *(
        "count",
        "points",
        "days",
        "most",
        "least",
        "number",
        "target",
        "missing",
        "limit",
        "maximum",
        "minimum",
        "stamps",
    ),
    *(
        "tries_left",
        "waiting",
        "customers",
        "seconds",
        "ms",
        "total",
        "all",
        "live",
        "draft",
        "euros",
        "failed",
        "sent",
    ),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def values_for(text: str) -> dict[str, str]:
    """The name itself where there is no example."""
    return {name: _value(name) for name in PLACEHOLDER.findall(text)}


def _value(name: str) -> str:
    return str(NUMBER) if name in NUMBERS else VALUES.get(name, f"‹{name}›")
