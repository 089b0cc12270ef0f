from backend.core.schemas import Answer


class PictureView(Answer):
    """A stored picture. `GET /storefront/loyalty/pictures/{hash}` shows it; what an address shows never changes."""

    hash: str
    """SHA-256 of the stored file, in hexadecimal."""
    media_type: str
    width: int
    height: int
