from backend.core.schemas import Answer


class PictureView(Answer):
    """A stored picture. `GET /storefront/loyalty/pictures/{hash}` shows it and never changes."""

    hash: str
    """SHA-256 of the stored file, in hexadecimal."""
    media_type: str
    """`image/png` or `image/jpeg`."""
    width: int
    """Width in pixels."""
    height: int
    """Height in pixels."""
