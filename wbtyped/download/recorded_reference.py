"""Compare what an artifact recorded of a reference with what its server sends now."""

from typing import NamedTuple

ENCODINGS = "gzip, deflate"
"""What the official client accepted when it recorded a reference.

ETag and Content-Length belong to one encoding of a resource (RFC 9110, 8.8.3.3), so the same
encodings must be requested.
"""


class Recorded(NamedTuple):
    """What an artifact recorded of the content of a reference."""

    etag: str | None
    """The ETag, with `W/` if weak, with or without quotes; None if none was sent."""
    size: int | None
    """The Content-Length: bytes on the wire; None if unknown."""

    @property
    def size_is_exact(self) -> bool:
        """Whether an equal ETag promises equal bytes: a weak one does not."""
        return self.etag is None or not self.etag.startswith("W/")

    @property
    def unverified(self) -> str:
        """Why the content cannot be verified; empty if it can."""
        if self.etag is not None:
            return ""
        reason = "no ETag was recorded (checksum=False, or its server sent none)"
        if self.size is None:
            return f"{reason}, and no size: nothing can be compared"
        return f"{reason}: only its size was compared"

    def mismatch(self, found: str | None) -> str:
        """Return why the ETag of a response does not fit; empty if it does.

        ETags are compared weakly, as RFC 9110 (8.8.3.2) allows where no ranges are combined: nginx
        and others make an ETag weak when they compress.
        """
        if self.etag is None:
            return ""
        if not found:
            return (
                "its server no longer sends an ETag, so it cannot be compared with what was"
                " recorded; record it again, with checksum=False if there will be none"
            )
        if opaque_tag(found) != opaque_tag(self.etag):
            return "it has changed since the reference was recorded"
        return ""


def recorded_of(uri: str, digest: str, size: int | None, header: object) -> Recorded:
    """Return what the manifest entry of a reference recorded.

    `header` is the ETag header, if the entry has it. As the digest, the official client writes the
    ETag without its quotes, or the URL if there is no ETag; as an unknown size, it writes 0.
    """
    if isinstance(header, str) and header:
        return Recorded(header.strip(), size or None)
    is_url = digest == uri or digest.lower().startswith(("http://", "https://"))
    return Recorded(None if is_url else digest, size or None)


def opaque_tag(etag: str) -> str:
    """Return the part of an ETag that weak comparison uses."""
    return etag.strip().removeprefix("W/").strip('"')
