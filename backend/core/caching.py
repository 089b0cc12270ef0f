"""Headers for what browsers and proxies may keep."""

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For addresses that contain the hash of their content."""
