"""Convert URLs of Amazon S3 to `s3://` URIs."""

from urllib.parse import urlsplit


def s3_uri(url: str) -> str | None:
    """Return `s3://bucket/key` for a URL of Amazon S3, or None for any other.

    Supports both forms: the bucket as part of the host name (it may contain dots), and as the first
    part of the path.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # no URL, whatever the server says
        return None
    host, key = parts.hostname or "", parts.path.lstrip("/")
    if parts.scheme not in {"http", "https"} or not host.endswith(".amazonaws.com"):
        return None
    labels = host.removesuffix(".amazonaws.com").split(".")
    service = next((i for i, label in reversed(list(enumerate(labels))) if _is_s3(label)), None)
    if service is None:
        return None
    if service > 0:
        return f"s3://{'.'.join(labels[:service])}/{key}"
    bucket, _, key = key.partition("/")
    return f"s3://{bucket}/{key}" if bucket else None


def _is_s3(label: str) -> bool:
    return label == "s3" or label.startswith("s3-")
