import structlog

from backend.messaging.providers.ports import OutgoingMail, Route

log = structlog.get_logger()


class ConsoleDelivery:
    """Logs that a mail would have been sent; for machines without a mail server."""

    route = Route("console", "console", None, "none")

    async def send(self, mail: OutgoingMail) -> str:
        log.info("mail", mail=str(mail.id), language=mail.language)
        return "logged"

    async def close(self) -> None:
        """There is nothing to close."""
