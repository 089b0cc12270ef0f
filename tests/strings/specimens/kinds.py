"""How pages show the sentences that exist in lists, by their source: the first prefix that fits."""

from typing import Literal

Component = Literal["check", "entry", "fact", "field", "mail", "note", "pass", "problem", "reason", "variable"]

COMPONENTS: dict[str, Component] = {
    "backend/audit/labels.py": "entry",
    "backend/audit/": "fact",
    "backend/core/field_messages.py": "field",
    "backend/settings/messages.py": "field",
    "backend/webhooks/messages.py": "field",
    "backend/webhooks/event_types.py": "fact",
    "backend/loyalty/explanations/": "reason",
    "backend/loyalty/offline/rules/reasons.py": "reason",
    "backend/loyalty/previews/messages.py": "reason",
    "backend/messaging/connection_test/": "check",
    "backend/messaging/faults.py": "note",
    "backend/messaging/templates/faults.py": "field",
    "backend/messaging/templates/": "variable",
    "backend/identity/notices.py": "mail",
    "backend/identity/api_keys/notices.py": "mail",
    "backend/identity/device_alerts.py": "mail",
    "backend/webhooks/disabling.py": "mail",
    "backend/operations/wallets/": "mail",
    "backend/operations/readiness/": "check",
    "backend/operations/timed_tasks/": "fact",
    "backend/wallets/apple/check_messages.py": "check",
    "backend/wallets/google/checks.py": "check",
    "backend/wallets/google/reasons.py": "check",
    "backend/wallets/apple/": "pass",
    "backend/wallets/google/pass_texts.py": "pass",
    "backend/administration/program_templates.py": "pass",
    "backend/access/permissions.py": "fact",
    "backend/access/features.py": "fact",
    "backend/": "problem",
}


def component_of(file: str) -> Component | None:
    """None for templates: they are pages themselves."""
    if file.startswith("frontend/"):
        return "note" if file.endswith(".py") else None
    return next((component for prefix, component in COMPONENTS.items() if file.startswith(prefix)), None)
