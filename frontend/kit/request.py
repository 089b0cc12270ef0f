"""The request type of all views."""

from typing import Any, TypeAlias

import litestar
from litestar.datastructures import State

Request: TypeAlias = litestar.Request[Any, Any, State]
