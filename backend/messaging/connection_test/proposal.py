"""The settings that a form proposes, and whether a stored secret may be sent to the server that it names."""

from urllib.parse import urlsplit

from msgspec.structs import replace

from backend.core.mail_settings import MailSettings
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.settings.checks import checked_values
from backend.settings.schemas import SettingValue
from i18n.translator import N_, get_translator

PASSWORD_NEEDED = N_(
    "Enter the password too. The stored one belongs to %(user)s at %(host)s, and is sent only there and only over TLS."
)
KEY_NEEDED = N_("Enter the API key too. The stored one is sent only to %(host)s.")


def proposed_mail(current: MailSettings, values: dict[str, SettingValue], language: str) -> MailSettings:
    """The settings in force with these values. They may contradict each other: the test says so.

    Raises ValidationFailed for an invalid value, and when a stored secret would be sent to another server.
    """
    checked = checked_values("email", dict(values), language)
    proposed = replace(current, **checked)
    errors = [*_password_error(current, proposed, checked, language), *_key_error(current, proposed, checked, language)]
    if errors:
        raise ValidationFailed(*errors)
    return proposed


def _password_error(
    current: MailSettings, proposed: MailSettings, given: dict[str, SettingValue | None], language: str
) -> list[FieldError]:
    """The certificate proves that another port of the same host belongs to the same server."""
    if proposed.email_provider != "smtp" or "smtp_password" in given or not current.smtp_password:
        return []
    is_same_user = (proposed.smtp_host, proposed.smtp_user) == (current.smtp_host, current.smtp_user)
    is_verified = proposed.smtp_use_tls or proposed.smtp_use_ssl
    if is_same_user and (is_verified or _conversation(proposed) == _conversation(current)):
        return []
    return [_error("smtp_password", PASSWORD_NEEDED, language, user=current.smtp_user, host=current.smtp_host)]


def _key_error(
    current: MailSettings, proposed: MailSettings, given: dict[str, SettingValue | None], language: str
) -> list[FieldError]:
    is_elsewhere = proposed.sendgrid_api_url != current.sendgrid_api_url
    if proposed.email_provider != "sendgrid" or "sendgrid_api_key" in given or not is_elsewhere:
        return []
    host = urlsplit(current.sendgrid_api_url).hostname or ""
    return [_error("sendgrid_api_key", KEY_NEEDED, language, host=host)] if current.sendgrid_api_key else []


def _conversation(mail: MailSettings) -> tuple[int, bool, bool]:
    return mail.smtp_port, mail.smtp_use_tls, mail.smtp_use_ssl


def _error(key: str, sentence: str, language: str, **values: str) -> FieldError:
    detail = get_translator(language).gettext(sentence, **values)
    return FieldError(f"/values/{key}", "secret_required", detail)
