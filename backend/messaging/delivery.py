"""Opens the provider that the settings name."""

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.console import ConsoleDelivery
from backend.messaging.providers.ports import Delivery
from backend.messaging.providers.sendgrid import SendgridDelivery
from backend.messaging.providers.smtp import SmtpDelivery


def open_delivery(settings: MailSettings) -> Delivery:
    match settings.email_provider:
        case "smtp":
            return SmtpDelivery(settings)
        case "sendgrid":
            return SendgridDelivery(settings)
        case "console":
            return ConsoleDelivery()
