"""Why a value is refused, in the reader's language, by the code of the refusal."""

from backend.core.schemas import FieldError
from backend.settings.registry import find_setting
from environment.reading import SettingsError
from i18n.translator import N_, get_translator

REASONS = {
    "address": N_("Enter an address such as https://orion.example, with nothing after the host and port."),
    "boolean": N_("Choose yes or no."),
    "encryption_required": N_("Emails to another machine must be encrypted. Choose STARTTLS (port 587) or TLS (465)."),
    "fixed_by_environment": N_("Only %(env_name)s in the environment sets this."),
    "host": N_("Enter the name or number of a machine, without scheme and port."),
    "https_required": N_("The address must begin with https://."),
    "login_incomplete": N_("User and password go together: enter both, or neither."),
    "mail_address": N_("Enter an email address such as cards@orion.example, without a name before it."),
    "moment": N_("Enter a time with its zone, such as 2026-12-24T14:30+01:00."),
    "one_line": N_("Enter one line of printable characters."),
    "one_of": N_("Choose one of %(choices)s."),
    "provider_sends_nothing": N_("With the provider “console” no email leaves Orion. Choose %(provider)s."),
    "required": N_("Enter a value."),
    "secret_required": N_("Enter this too: the stored one would be sent to another server."),
    "sender_required": N_("Enter the address from which emails are sent."),
    "sendgrid_key_required": N_("SendGrid needs an API key."),
    "tls_twice": N_("STARTTLS and TLS from the first byte exclude each other. Choose one."),
    "too_long": N_("Enter at most %(most)s characters."),
    "token": N_("Enter one word without accents and spaces."),
    "unknown": N_("There is no such setting in this category."),
    "unreadable": N_("It was stored with a key that is no longer there. Enter a new value."),
    "url": N_("Enter an address such as https://orion.example/path, without a name or password before the host."),
    "with_another": N_("It is not used while %(setting)s cannot be used."),
    "whole_number": N_("Enter a whole number from %(least)s to %(most)s."),
}
INVALID = N_("This value cannot be used.")


def reason_of(error: SettingsError, language: str) -> str:
    setting = find_setting(error.field)
    facts = {"env_name": setting.env_name if setting else "", **error.facts}
    return get_translator(language).gettext(REASONS.get(error.code, INVALID), **facts)


def field_error(key: str, error: SettingsError, language: str) -> FieldError:
    pointer = key.replace("~", "~0").replace("/", "~1")
    return FieldError(pointer=f"/values/{pointer}", code=error.code, detail=reason_of(error, language))
