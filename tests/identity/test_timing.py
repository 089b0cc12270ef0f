"""The time of an answer does not tell who works here."""

import time
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from backend.core import hashing
from backend.services import Services
from tests.world import PASSWORD
from tests.world import shop as world
from tests.world.limits import forget_everything
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

PAIRS = 120
"""By chance alone the area leaves its bounds once in 30,000 runs of this many pairs, once in 200 of 60."""
NEAREST = (0.35, 0.65)
STRONG = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
"""Takes milliseconds, as long as all else of an answer: one hash more or less is half of the time."""

pytestmark = pytest.mark.slow


def area_under_curve(known: list[float], unknown: list[float]) -> float:
    """The probability that an answer about somebody known takes longer than one about nobody."""
    longer = sum((one > other) + 0.5 * (one == other) for one in known for other in unknown)
    return longer / (len(known) * len(unknown))


@pytest.fixture
def strong_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored one of the shop's people, too."""
    monkeypatch.setattr(hashing, "_hasher", STRONG)
    monkeypatch.setattr(hashing, "_dummy_hash", STRONG.hash("nobody has this password"))
    monkeypatch.setattr(world, "password_hash", lambda: STRONG.hash(PASSWORD))


async def seconds_of(caller: AnonymousCaller, path: str, body: dict[str, str], status: int) -> float:
    began = time.perf_counter()
    answer = await caller.send("POST", path, json=body)
    taken = time.perf_counter() - began
    assert answer.status_code == status
    return taken


@pytest.mark.parametrize(
    "question",
    [("/auth/sign-in", 401, {"password": "wrong"}), ("/auth/password-resets", 202, {})],
    ids=["sign-in", "reset"],
)
@pytest.mark.usefixtures("strong_hashes")
async def test_the_time_of_an_answer_is_the_same_for_somebody_and_for_nobody(
    shop: Shop,
    anonymous: AnonymousCaller,
    services: Services,
    question: tuple[str, int, dict[str, str]],
) -> None:
    path, status, more = question
    known: list[float] = []
    unknown: list[float] = []
    for number in range(PAIRS):
        await forget_everything(services.redis)
        pair = [(known, shop.emails["claire"]), (unknown, f"{uuid4().hex}@x.example")]
        for times, email in pair if number % 2 else reversed(pair):
            times.append(await seconds_of(anonymous, path, {"email": email} | more, status))
    assert NEAREST[0] < area_under_curve(known, unknown) < NEAREST[1]


def test_the_measure_notices_a_difference() -> None:
    assert area_under_curve([2.0, 3.0], [0.1, 0.2]) == 1
    assert area_under_curve([1.0, 2.0], [1.0, 2.0]) == 0.5
