"""The settings for Google Wallet and Apple Wallet."""

from typing import Literal

import msgspec

from environment.values import Address, Addresses, NamedPath, OneLine, SecretLine, Url


class WalletSettings(msgspec.Struct, frozen=True, kw_only=True):
    google_wallet_issuer_id: OneLine = ""
    google_wallet_service_account_file: NamedPath = ""
    google_wallet_origins: Addresses = ""
    google_wallet_api_url: Url = "https://walletobjects.googleapis.com"
    google_oauth_token_url: Url = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_wallet_save_url: Url = "https://pay.google.com/gp/v/save"
    google_wallet_keys_url: Url = "https://pay.google.com/gp/m/issuer/keys"
    """Google's root keys for the signatures of callbacks."""
    default_logo_url: Url = ""
    apple_wallet_dir: NamedPath = ""
    apple_wallet_key_password: SecretLine = ""
    apns_url: Address = "https://api.push.apple.com"
    apns_ca_file: NamedPath = ""
    apns_push_type: Literal["", "alert", "background"] = ""
    """Sent as the header apns-push-type when set; APNs does not require it for passes."""
