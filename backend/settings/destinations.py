"""A stored secret is not sent to a server that is named by somebody who may not know the secret."""

from collections.abc import Collection, Mapping

from backend.core.problems import ValidationFailed
from backend.settings.messages import field_error
from backend.settings.resolver import ResolvedSetting
from environment.reading import SettingsError

DESTINATIONS = {"smtp_password": "smtp_host", "sendgrid_api_key": "sendgrid_api_url"}
"""By secret, the setting that says where it is sent."""


def refuse_redirected(
    before: Mapping[str, ResolvedSetting],
    after: Mapping[str, ResolvedSetting],
    entered: Collection[str],
    language: str,
) -> None:
    """Raises ValidationFailed when an address in the database would get a secret that was not entered with it.

    `entered`: keys with a new value.
    """
    redirected = [
        secret
        for secret, address in DESTINATIONS.items()
        if secret in after and secret not in entered and after[secret].value and after[address].source == "database"
        if any(before[key].value != after[key].value for key in (secret, address))
    ]
    if redirected:
        required = SettingsError("The secret is required, too.", code="secret_required")
        raise ValidationFailed(*(field_error(secret, required, language) for secret in redirected))
