"""How large files are divided into parts."""

MULTIPART_BYTES = 256 * 1024 * 1024
"""Bytes from which a file is sent in parts: in parallel, and so that each is sent only once."""
PART_BYTES = 64 * 1024 * 1024
MAX_PARTS = 10_000
"""Object stores accept no more."""
PART_STEP_BYTES = 4096
"""Larger parts are multiples of this."""


def part_bytes_of(size: int) -> int:
    """Return the bytes of each part of a file but the last; 0 if it is sent as a whole."""
    if size < MULTIPART_BYTES:
        return 0
    if size <= MAX_PARTS * PART_BYTES:
        return PART_BYTES
    smallest = -(-size // MAX_PARTS)
    return -(-smallest // PART_STEP_BYTES) * PART_STEP_BYTES
