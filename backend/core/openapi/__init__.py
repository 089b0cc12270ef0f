"""The OpenAPI document: what routes tell about their responses."""

from backend.core.openapi.refusals import add_problems as add_problems
from backend.core.openapi.refusals import refusals as refusals
from backend.core.openapi.responses import empty as empty
from backend.core.openapi.responses import success as success
