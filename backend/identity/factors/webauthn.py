"""What a passkey is asked for, and whether its answer is valid (WebAuthn)."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from backend.identity.problems import PasskeyRefused
from backend.staff.models import User

LOCALHOST = "localhost"
CREDENTIAL_ID_MAX = 1023
"""Bytes, of the standard."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Where passkeys are valid: the pages' host."""

    id: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> "RelyingParty":
        """Browsers accept names only: on this machine itself the pages are called `localhost`."""
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        if not _is_loopback(host):
            return cls(host, f"{parts.scheme}://{parts.netloc}")
        port = f":{parts.port}" if parts.port else ""
        return cls(LOCALHOST, f"{parts.scheme}://{LOCALHOST}{port}")


def registration_options(
    party: RelyingParty, user: User, challenge: bytes, known: Sequence[bytes], platform_name: str
) -> dict[str, Any]:
    """`known`: credentials of the person; an authenticator with one of them makes no second."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=platform_name,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return _as_json(options_to_json(options))


def request_options(party: RelyingParty, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
    """Without known credentials the passkey alone signs in, so the authenticator must verify the person."""
    verification = UserVerificationRequirement.PREFERRED if known else UserVerificationRequirement.REQUIRED
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        allow_credentials=_descriptors(known) if known else None,
        user_verification=verification,
    )
    return _as_json(options_to_json(options))


def verify_registration(party: RelyingParty, credential: dict[str, Any], challenge: bytes) -> VerifiedRegistration:
    """Raises PasskeyRefused."""
    try:
        return verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except Exception as error:
        raise PasskeyRefused from error


def verify_assertion(
    party: RelyingParty,
    credential: dict[str, Any],
    challenge: bytes,
    *,
    public_key: bytes,
    sign_count: int,
    is_alone: bool,
) -> VerifiedAuthentication:
    """`is_alone`: without a password, so the authenticator must have verified the person. Raises PasskeyRefused."""
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=is_alone,
        )
    except Exception as error:
        raise PasskeyRefused from error


def credential_id_of(credential: dict[str, Any]) -> bytes:
    """Raises PasskeyRefused."""
    raw_id = credential.get("rawId")
    try:
        credential_id = base64url_to_bytes(raw_id) if isinstance(raw_id, str) else b""
    except ValueError:
        credential_id = b""
    if not 0 < len(credential_id) <= CREDENTIAL_ID_MAX:
        raise PasskeyRefused
    return credential_id


def _descriptors(ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential_id) for credential_id in ids]


def _as_json(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
