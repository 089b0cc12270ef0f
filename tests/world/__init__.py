"""The town: the people of world.toml by name, for tests that read like sentences."""

from dataclasses import dataclass
from typing import Any

from backend.dev.seed import read_world

WORLD = read_world()
PASSWORD: str = WORLD["password"]


@dataclass(frozen=True)
class Colleague:
    """Someone who signs in to work."""

    email: str
    name: str
    role: str
    stores: tuple[str, ...] = ()
    pin: str | None = None


@dataclass(frozen=True)
class Customer:
    email: str
    first_name: str
    last_name: str
    language: str
    phone: str | None = None


def _colleagues() -> dict[str, Colleague]:
    told = [*WORLD["users"], *(user for merchant in WORLD["merchants"] for user in merchant["users"])]
    return {user["email"]: Colleague(**user | {"stores": tuple(user.get("stores", ()))}) for user in told}


def _customers(merchant: dict[str, Any]) -> dict[str, Customer]:
    fields = Customer.__dataclass_fields__
    return {
        told["email"]: Customer(**{name: value for name, value in told.items() if name in fields})
        for told in merchant["customers"]
    }


COLLEAGUES = _colleagues()
FASHION_CUSTOMERS = _customers(WORLD["merchants"][0])

ADA, PAUL = COLLEAGUES["admin@orion.example"], COLLEAGUES["platform@orion.example"]
CLAIRE, ANNA, LUC = (COLLEAGUES[f"{name}@fashion.example"] for name in ("owner", "anna", "luc"))
AURORE = COLLEAGUES["owner@aurora.example"]
MARIE, SOFIA = FASHION_CUSTOMERS["marie.weber@example.com"], FASHION_CUSTOMERS["sofia.pereira@example.com"]
JEAN, LUC_HOFFMANN = FASHION_CUSTOMERS["jean.muller@example.com"], FASHION_CUSTOMERS["luc.hoffmann@example.com"]
