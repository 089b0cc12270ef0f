"""Callbacks are accepted from Google only, for us only, and before they expire."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.dev.sandbox.google.signer import CallbackSigner
from backend.wallets.google.signatures import RootKey, SignatureRefused, UnknownRoot, verify

ISSUER_ID = "3388000000012345678"
TOLD = {"class_id": f"{ISSUER_ID}.prog_1", "object_id": f"{ISSUER_ID}.card_1", "event": "save"}


@pytest.fixture
def signer() -> CallbackSigner:
    return CallbackSigner()


def roots(signer: CallbackSigner) -> list[RootKey]:
    return msgspec.convert(signer.keys()["keys"], list[RootKey])


def verified(signer: CallbackSigner, body: bytes | None = None, *, now: datetime | None = None, **others: Any) -> Any:
    body = signer.sign(recipient=ISSUER_ID, **TOLD) if body is None else body
    return verify(body, roots(signer), recipient=ISSUER_ID, now=now or datetime.now(UTC), **others)


def test_a_message_of_googles_is_taken(signer: CallbackSigner) -> None:
    message = verified(signer, signer.sign(recipient=ISSUER_ID, **TOLD, nonce="once"))
    assert (message.object_id, message.event_type, message.nonce) == (TOLD["object_id"], "save", "once")
    assert message.expires_at > datetime.now(UTC)


def test_lengths_are_counted_in_bytes(signer: CallbackSigner) -> None:
    told = TOLD | {"object_id": f"{ISSUER_ID}.Café_Lëtzebuerg_☕"}
    assert verified(signer, signer.sign(recipient=ISSUER_ID, **told)).object_id.endswith("☕")


@pytest.mark.parametrize("part", ["root_lives", "intermediate_lives", "message_lives"])
def test_what_has_expired_is_refused(signer: CallbackSigner, part: str) -> None:
    setattr(signer, part, -1)
    with pytest.raises(SignatureRefused):
        verified(signer)


@pytest.mark.parametrize("part", ["root_lives", "intermediate_lives", "message_lives"])
def test_the_last_second_counts_and_the_next_does_not(signer: CallbackSigner, part: str) -> None:
    setattr(signer, part, 100)
    body, known, now = signer.sign(recipient=ISSUER_ID, **TOLD), roots(signer), datetime.now(UTC)
    verify(body, known, recipient=ISSUER_ID, now=now + timedelta(seconds=98))
    with pytest.raises(SignatureRefused):
        verify(body, known, recipient=ISSUER_ID, now=now + timedelta(seconds=102))


def test_a_message_for_another_issuer_is_refused_though_google_has_signed_it(signer: CallbackSigner) -> None:
    other = TOLD | {"class_id": "42.prog_1", "object_id": "42.card_1"}
    with pytest.raises(SignatureRefused):
        verified(signer, signer.sign(recipient="42", **other))


def test_another_sender_is_refused(signer: CallbackSigner) -> None:
    signer.sender = "GoogleWalletPasses"
    with pytest.raises(UnknownRoot):
        verified(signer)


def test_an_unknown_root_is_refused_as_such(signer: CallbackSigner) -> None:
    with pytest.raises(UnknownRoot):
        verify(
            signer.sign(recipient=ISSUER_ID, **TOLD),
            roots(CallbackSigner()),
            recipient=ISSUER_ID,
            now=datetime.now(UTC),
        )
    with pytest.raises(UnknownRoot):
        verify(signer.sign(recipient=ISSUER_ID, **TOLD), [], recipient=ISSUER_ID, now=datetime.now(UTC))


def test_one_good_root_among_several_is_enough(signer: CallbackSigner) -> None:
    body = signer.sign(recipient=ISSUER_ID, **TOLD)
    found = [*roots(CallbackSigner()), *roots(signer)]
    assert verify(body, found, recipient=ISSUER_ID, now=datetime.now(UTC)).event_type == "save"


def test_a_root_of_another_protocol_signs_nothing(signer: CallbackSigner) -> None:
    old = [msgspec.structs.replace(root, protocol_version="ECv1") for root in roots(signer)]
    with pytest.raises(UnknownRoot):
        verify(signer.sign(recipient=ISSUER_ID, **TOLD), old, recipient=ISSUER_ID, now=datetime.now(UTC))


def test_a_root_without_an_end_is_good(signer: CallbackSigner) -> None:
    endless = [msgspec.structs.replace(root, key_expiration="") for root in roots(signer)]
    verify(signer.sign(recipient=ISSUER_ID, **TOLD), endless, recipient=ISSUER_ID, now=datetime.now(UTC))


def test_another_protocol_is_refused(signer: CallbackSigner) -> None:
    signer.protocol = "ECv2"
    with pytest.raises(SignatureRefused):
        verified(signer)


def changed(body: bytes, path: list[Any], value: Any) -> bytes:
    envelope = json.loads(body)
    place = envelope
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(envelope).encode()


def other_key() -> str:
    key = generate_private_key(SECP384R1()).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


TAMPERED: dict[str, tuple[list[Any], Any]] = {
    "the message": (["signedMessage"], json.dumps({"classId": "1.a"})),
    "no message": (["signedMessage"], None),
    "the signature": (["signature"], base64.b64encode(b"0" * 70).decode()),
    "a signature that is no Base64": (["signature"], "****"),
    "no signature": (["signature"], None),
    "the intermediate key": (["intermediateSigningKey", "signedKey"], '{"keyValue": "", "keyExpiration": "1"}'),
    "no intermediate key": (["intermediateSigningKey"], None),
    "no signatures of the intermediate key": (["intermediateSigningKey", "signatures"], []),
    "another protocol": (["protocolVersion"], "ECv1"),
    "a number for the protocol": (["protocolVersion"], 2),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_everything_tampered_with_is_refused(signer: CallbackSigner, what: str) -> None:
    body = signer.sign(recipient=ISSUER_ID, **TOLD)
    verified(signer, body)
    with pytest.raises(SignatureRefused):
        verified(signer, changed(body, *TAMPERED[what]))


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"\xff", b"{" * 5000, b"x" * 100_000])
def test_nonsense_is_refused_and_nothing_worse(signer: CallbackSigner, body: bytes) -> None:
    with pytest.raises(SignatureRefused):
        verified(signer, body)


def test_a_signed_message_without_its_facts_is_refused(signer: CallbackSigner) -> None:
    with pytest.raises(SignatureRefused):
        verified(signer, signer.sign_message(json.dumps({"eventType": "save"}), ISSUER_ID))
    absurd = {"classId": "1.a", "objectId": "1.b", "expTimeMillis": 10**30, "eventType": "save", "nonce": "n"}
    with pytest.raises(SignatureRefused):
        verified(signer, signer.sign_message(json.dumps(absurd), ISSUER_ID))


def test_a_root_on_another_curve_is_refused(signer: CallbackSigner) -> None:
    strange = [msgspec.structs.replace(root, key_value=other_key()) for root in roots(signer)]
    with pytest.raises(SignatureRefused):
        verify(signer.sign(recipient=ISSUER_ID, **TOLD), strange, recipient=ISSUER_ID, now=datetime.now(UTC))
