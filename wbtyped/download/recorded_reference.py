"""What an artifact recorded of a reference, against what its server sends now."""

from typing import NamedTuple

ENCODINGS = "gzip, deflate"
"""What the official client accepted when it recorded a reference.

An ETag and a Content-Length are those of one encoding of a content (RFC 9110, 8.8.3.3), so a
server has to be asked for the same.
"""


class Recorded(NamedTuple):
    """What is known of the content of a reference, beside its size."""

    etag: str | None
    """The ETag, with `W/` where it is weak, with quotes or without; None where none was sent."""
    size: int | None
    """The Content-Length: bytes on the wire; None where it is not known."""

    @property
    def size_is_exact(self) -> bool:
        """Whether the same ETag promises the same bytes: that of a weak one does not."""
        return self.etag is None or not self.etag.startswith("W/")

    @property
    def unverified(self) -> str:
        """Why the content cannot be compared with what was recorded; empty when it can."""
        if self.etag is not None:
            return ""
        reason = "no ETag was recorded (checksum=False, or its server sent none)"
        if self.size is None:
            return f"{reason}, and no size: nothing can be compared"
        return f"{reason}: only its size was compared"

    def mismatch(self, found: str | None) -> str:
        """Return what speaks against a response by its ETag; empty when nothing does.

        ETags are compared weakly, as RFC 9110 (8.8.3.2) has it for contents that are not put
        together from parts: nginx and others make an ETag weak when they compress.
        """
        if self.etag is None:
            return ""
        if not found:
            return (
                "its server sends no ETag any more, so nothing tells whether it is what was"
                " recorded; record it anew, with checksum=False where there will be none"
            )
        if opaque_tag(found) != opaque_tag(self.etag):
            return "it has changed since it was referred to"
        return ""


def recorded_of(uri: str, digest: str, size: int | None, header: object) -> Recorded:
    """Return what the manifest entry of a reference says.

    `header` is the ETag header where the entry keeps it. The official client writes an ETag without
    its quotes as the digest, the URL in place of one that is not there, and 0 for an unknown size.
    """
    if isinstance(header, str) and header:
        return Recorded(header.strip(), size or None)
    is_url = digest == uri or digest.lower().startswith(("http://", "https://"))
    return Recorded(None if is_url else digest, size or None)


def opaque_tag(etag: str) -> str:
    """Return what two ETags have to share."""
    return etag.strip().removeprefix("W/").strip('"')
