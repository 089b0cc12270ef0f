from backend.core.problems import Problem
from i18n.translator import N_


class WebhookEndpointNotFound(Problem):
    code, status = "webhook_endpoint_not_found", 404
    title = N_("There is no such endpoint")


class WebhookDeliveryNotFound(Problem):
    code, status = "webhook_delivery_not_found", 404
    title = N_("There is no such delivery")
    detail = N_("Deliveries are kept for a limited time.")


class WebhookEndpointInactive(Problem):
    code, status = "webhook_endpoint_inactive", 409
    title = N_("This endpoint is not active")
    detail = N_("Activate it before you send anything to it.")


class TooManyWebhookEndpoints(Problem):
    code, status = "too_many_webhook_endpoints", 409
    title = N_("There are too many endpoints")
    detail = N_("Delete one before you add another.")
