"""Who reads a sentence. Each audience has catalogs of its own, so that a translator begins with what customers see."""

from collections.abc import Iterable
from typing import Literal, get_args

Audience = Literal["customer", "staff", "operator"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
"""In the order of importance: a sentence that two audiences read belongs to the first of them."""

# The longest prefix of a source file decides.
READERS: dict[str, Audience] = {
    "backend": "staff",
    "backend/administration": "operator",
    "backend/administration/program_templates.py": "customer",
    "backend/audit": "operator",
    "backend/cli": "operator",
    "backend/core/field_messages.py": "customer",
    "backend/core/maintenance.py": "customer",
    "backend/core/problems.py": "customer",
    "backend/identity/customers": "customer",
    "backend/loyalty/enrollment": "customer",
    "backend/loyalty/explanations": "customer",
    "backend/messaging": "operator",
    "backend/messaging/templates": "staff",
    "backend/messaging/templates/catalog": "customer",
    "backend/messaging/templates/catalog/account_changed.py": "staff",
    "backend/messaging/templates/catalog/api_key_notice.py": "staff",
    "backend/messaging/templates/catalog/device_alert.py": "staff",
    "backend/messaging/templates/catalog/offline_review.py": "staff",
    "backend/messaging/templates/catalog/password_reset.py": "staff",
    "backend/messaging/templates/catalog/staff_invitation.py": "staff",
    "backend/messaging/templates/catalog/test_email.py": "operator",
    "backend/messaging/templates/catalog/wallet_certificate_expiring.py": "operator",
    "backend/messaging/templates/catalog/webhook_disabled.py": "staff",
    "backend/messaging/templates/greeting.py": "customer",
    "backend/messaging/templates/layout.html": "customer",
    "backend/messaging/templates/layout.txt": "customer",
    "backend/operations": "operator",
    "backend/settings": "operator",
    "backend/wallets": "operator",
    "backend/wallets/apple/card_texts.py": "customer",
    "backend/wallets/apple/program_texts.py": "customer",
    "backend/wallets/google/pass_texts.py": "customer",
    "backend/wallets/ports.py": "customer",
    "backend/wallets/problems.py": "customer",
    "frontend": "staff",
    "frontend/admin": "operator",
    "frontend/audit": "operator",
    "frontend/card": "customer",
    "frontend/components/explanation.html": "customer",
    "frontend/components/pass.html": "customer",
    "frontend/components/ui.html": "customer",
    "frontend/dev": "operator",
    "frontend/join": "customer",
    "frontend/kit": "customer",
    "frontend/kit/card_states.py": "staff",
    "frontend/kit/conflicts.py": "staff",
    "frontend/kit/navigation.py": "staff",
    "frontend/kit/pictures.py": "staff",
    "frontend/layouts": "customer",
    "frontend/layouts/menu.html": "staff",
    "frontend/layouts/office.html": "staff",
    "frontend/layouts/on_behalf.html": "staff",
    "frontend/layouts/till.html": "staff",
    "frontend/system": "customer",
    "frontend/unsubscribe": "customer",
    "workers": "operator",
}


def audience_of(files: Iterable[str]) -> Audience:
    """`files` are relative to the project's root. An unknown one is the operators'."""
    return min((_reader(file) for file in files), key=AUDIENCES.index, default=AUDIENCES[-1])


def _reader(file: str) -> Audience:
    known = [prefix for prefix in READERS if file == prefix or file.startswith(f"{prefix}/")]
    return READERS[max(known, key=len)] if known else AUDIENCES[-1]
