"""Measures Apple passes per second of processor time: ours, the required RSA signature alone, and the library alone.

No server is needed.
"""

import io
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec.structs import replace
from py_pkpass.models import Pass, StoreCard

from backend.core.settings import Settings
from backend.dev.sandbox.apple.pki import ApplePki
from backend.wallets.apple.assets import Asset
from backend.wallets.apple.builder import PassBuilder
from backend.wallets.apple.certificates import KEY, SIGNER, WWDR, PassCertificates, load_certificates
from backend.wallets.apple.pass_json import PassFacts
from backend.wallets.apple.signer import PassSigner
from backend.wallets.images import pictures
from backend.wallets.images.draw import draw
from backend.wallets.ports import CardSnapshot, ProgramSnapshot

SLICE_SECONDS = 1.0
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OURS, SIGNATURE, STOCK = "a pass", "one RSA-2048 signature", "a pass by py-pkpass alone"
PROGRAM = ProgramSnapshot(
    merchant_id=UUID(int=1),
    program_id=UUID(int=2),
    merchant_name="Benchmark",
    name="Club",
    card_name="Club card",
    card_color="#414FD2",
    logo_url=None,
    type="hybrid",
    stamps_target=10,
    stamp_reward={"en": "Free accessory", "fr": "Accessoire offert"},
    terms_text={"en": "One point for each euro. " * 20, "fr": "Un point par euro. " * 20},
    terms_url="https://bench.example/terms",
    privacy_url="https://bench.example/privacy",
    default_language="fr",
    timezone="Europe/Luxembourg",
    stores=["Gare", "Belval", "Kirchberg"],
)
CARD = CardSnapshot(
    card_id=UUID(int=3),
    version=1,
    state="active",
    code="BDFHKLNPRSTVXGCJ",
    customer_name="Zoé Muller",
    language="fr",
    points_balance=1250,
    debt_points=0,
    stamp_count=3,
    next_expiry_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
    next_expiry_points=40,
    next_reward={"en": "Voucher", "fr": "Bon"},
    next_reward_points=2000,
    page_url="https://bench.example/c/token",
    program=PROGRAM,
)


def measure_passes(rounds: int) -> dict[str, list[float]]:
    """Rates per second of processor time, by kind, one per round. Rounds are interleaved."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = _tasks(ApplePki.make().write(Path(folder)))
        rates = [{name: _per_cpu_second(task) for name, task in tasks.items()} for _ in range(rounds)]
    return {name: [each[name] for each in rates] for name in tasks}


def _per_cpu_second(task: Callable[[], object]) -> float:
    task()
    count, started = 0, time.process_time()
    while (used := time.process_time() - started) < SLICE_SECONDS:
        task()
        count += 1
    return count / used


def _tasks(folder: Path) -> dict[str, Callable[[], object]]:
    certificates = load_certificates(replace(Settings(), apple_wallet_dir=str(folder)), datetime.now(UTC))
    assert certificates is not None
    assets = _assets()
    builder = PassBuilder(PassSigner(certificates), assets=None, is_development=True)  # type: ignore[arg-type]  # only build_now is called
    facts = _facts(certificates)
    return {
        OURS: lambda: builder.build_now(CARD, facts, assets, NOW),
        SIGNATURE: lambda: certificates.key.sign(b"m" * 64, PKCS1v15(), SHA256()),
        STOCK: lambda: _by_the_library(certificates, folder, assets),
    }


def _assets() -> list[Asset]:
    """Nine files, as in every pass."""
    kinds = {"icon": pictures.icon, "logo": pictures.logo}
    drawn = {f"{name}@{scale}x.png": draw(kind(PROGRAM, scale)) for name, kind in kinds.items() for scale in (2, 3)}
    drawn |= {f"strip@{scale}x.png": draw(pictures.strip(PROGRAM, 3, scale)) for scale in (2, 3)}
    drawn |= {f"{name}.png": draw(kind(PROGRAM, 1)) for name, kind in kinds.items()}
    drawn["strip.png"] = draw(pictures.strip(PROGRAM, 3, 1))
    return [Asset.of(name, body) for name, body in drawn.items()]


def _facts(certificates: PassCertificates) -> PassFacts:
    return PassFacts(
        pass_type=certificates.pass_type,
        team=certificates.team,
        serial="5b0a1c0e-0000-4000-8000-000000000001",
        auth_token="0" * 32,
        web_service_url="https://bench.example/api/v1/apple",
        last_modified=NOW,
    )


def _by_the_library(certificates: PassCertificates, folder: Path, assets: list[Asset]) -> object:
    information = StoreCard()
    information.addPrimaryField("stamps", "3/10", "Stamps")
    information.addHeaderField("points", "1250", "Points")
    information.addBackField("terms", PROGRAM.terms_text["fr"], "Terms")
    stock = Pass(information, "", certificates.pass_type, "Benchmark", certificates.team)
    stock.serialNumber, stock.description = "1", "Club card"
    for asset in assets:
        stock.addFile(asset.name, io.BytesIO(asset.entry.body))
    return stock.create(str(folder / SIGNER), str(folder / KEY), str(folder / WWDR), None)
