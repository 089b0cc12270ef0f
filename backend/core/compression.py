"""Which answers are compressed: those above a kilobyte that hold no secret and are not compressed already."""

from litestar.config.compression import CompressionConfig

BYTES_MIN = 1024
LEVEL = 4
"""Costs a third of the time of level 9, for a twentieth more bytes."""
EXCLUDED = [
    # Tokens and one-time codes beside text that a caller chooses: the length of a compressed answer would reveal them.
    r"^/api/v1/auth",
    r"^/api/v1/storefront/(?!loyalty/[^/]+/program$)",
    # Protocols of wallets, with passes that are compressed already.
    r"^/api/v1/(apple|google|sendgrid)/",
    # Lines that are read as they arrive.
    r"^/api/v1/admin/settings/email/connection-test$",
]
COMPRESSION = CompressionConfig(backend="gzip", minimum_size=BYTES_MIN, gzip_compress_level=LEVEL, exclude=EXCLUDED)
