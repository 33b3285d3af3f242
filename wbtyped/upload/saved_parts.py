"""What a killed upload of a large file has already sent: kept on disk for the next call."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ..config.cache import cache_folder
from ..config.settings import Settings

FOLDER_NAME = "uploads"
KEPT_SECONDS = 7 * 24 * 3600.0
"""Object stores drop parts that are never joined, often after a week."""


@dataclass(slots=True)
class PartsUpload:
    """An upload in parts, as storage knows it."""

    artifact_id: str
    upload_id: str
    storage_path: str
    part_bytes: int
    urls: Mapping[int, str]
    """The upload URL of each part; parts are counted from 1."""
    etags: dict[int, str] = field(default_factory=dict[int, str])
    """What storage called the parts that it has."""


class SavedParts:
    """The file that remembers the parts of one content in one collection on one server.

    It holds signed URLs, so only its owner can read it. An error of the disk is ignored: without
    the file, parts are sent again.
    """

    def __init__(self, settings: Settings, collection: str, md5: str) -> None:
        folder = cache_folder(True, settings.cache)
        key = "\0".join((settings.base_url, collection, md5))
        name = f"{hashlib.sha256(key.encode()).hexdigest()}.json"
        self._path: Path | None = None if folder is None else folder / FOLDER_NAME / name

    def load(self, artifact_id: str, part_bytes: int) -> PartsUpload | None:
        """Return what was saved for the same version, unless the parts were divided otherwise."""
        if self._path is None:
            return None
        try:
            saved = TypeAdapter(PartsUpload).validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return None
        is_same = (saved.artifact_id, saved.part_bytes) == (artifact_id, part_bytes)
        return saved if is_same else None

    def save(self, upload: PartsUpload) -> None:
        """Remember an upload; called after each part."""
        if self._path is None:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(f".{secrets.token_hex(8)}")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                json.dump(asdict(upload), stream)
            temporary.replace(self._path)

    def remove(self) -> None:
        """Forget the upload, and others that are too old to be of use."""
        if self._path is None:
            return
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            for other in self._path.parent.iterdir():
                if other.stat().st_mtime < time.time() - KEPT_SECONDS:
                    other.unlink(missing_ok=True)
