"""The request as every view of the frontend knows it."""

from typing import Any, TypeAlias

import litestar
from litestar.datastructures import State

Request: TypeAlias = litestar.Request[Any, Any, State]
