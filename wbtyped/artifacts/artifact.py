"""One version of an artifact: its facts, its files, and changes to it."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments

from .. import arguments
from ..config.cache import CacheOption
from ..download.disk.digests import Algorithm
from ..errors import EntryNotFoundError
from ..runs.files import File
from ..transport.client import Client
from ..user_warnings import in_thread
from .contents.manifest import ArtifactManifest, ArtifactManifestEntry
from .facts import ArtifactLocation
from .lineage import LinkedArtifact
from .validation import OBJECT_KINDS

if TYPE_CHECKING:
    from ..download.batch import BatchOptions
    from ..download.engines.choice import EngineName
    from ..download.progress import Progress
    from .contents.download import ArtifactDifferences
    from .files import ArtifactFiles


class Artifact(LinkedArtifact):
    """One version of an artifact, at the place where it was found.

    `description`, `metadata`, `tags`, `aliases` and `ttl` can be assigned; a value that cannot be
    raises UsageError at once, and `save()` sends what changed. `attrs` is the typed node as the
    server sent it. Making new versions is the official client's job.
    """

    __slots__ = ("_manifest",)

    def __init__(self, client: Client, place: ArtifactLocation, attrs: fragments.Artifact) -> None:
        super().__init__(client, place, attrs)
        self._manifest: ArtifactManifest | None = None

    @property
    def manifest(self) -> ArtifactManifest:
        """Paths, digests and sizes of all files, fetched once from storage."""
        if self._manifest is None:
            from .contents.download import fetch_manifest

            result = self.client.send(calls.artifact_manifest(id=self.id))
            self._manifest = fetch_manifest(self, result)
        return self._manifest

    def use_manifest(self, manifest: ArtifactManifest) -> None:
        """Take a manifest that was kept, instead of fetching it."""
        self._manifest = manifest

    async def amanifest(self) -> ArtifactManifest:
        """Return the manifest, from a coroutine."""
        return await in_thread(lambda: self.manifest)

    @property
    def digest_algorithm(self) -> Algorithm:
        """How its files are digested, as its manifest says: `MD5` or `XXH128`."""
        return self.manifest.digest_algorithm

    def get_entry(self, name: str | PathLike[str]) -> ArtifactManifestEntry:
        """Return one file of the manifest by its path.

        An object that was added under `name`, such as a table, is found without its suffix. Raises
        EntryNotFoundError, which is a NotFoundError and a KeyError.
        """
        path = arguments.location("name", name).as_posix()
        for candidate in (path, *(f"{path}.{kind}.json" for kind in OBJECT_KINDS)):
            entry = self.manifest.get_entry_by_path(candidate)
            if entry is not None:
                return entry
        raise self._no_file(path)

    def _no_file(self, path: str) -> EntryNotFoundError:
        return EntryNotFoundError(
            f"artifact {self.qualified_name} holds no file {path!r}", path=path, missing="file"
        )

    def files(
        self, names: Sequence[str] | None = None, per_page: int = 50, *, start: str | None = None
    ) -> "ArtifactFiles":
        """Return its files; nothing is sent until they are read."""
        from .files import ArtifactFiles

        return ArtifactFiles(self.client, self, names, per_page, start=start)

    def file(self, root: str | PathLike[str] | None = None) -> Path:
        """Download the only file of a version that has one, and return its path."""
        from .contents.download import only_entry, target_folder

        folder = target_folder(self) if root is None else arguments.location("root", root)
        entry = only_entry(self)
        return Path(self.download(folder), entry.path)

    async def afile(self, root: str | PathLike[str] | None = None) -> Path:
        """Download the only file, from a coroutine; otherwise as `file`."""
        return await in_thread(self.file, root)

    def open_file(self, path: str) -> File:
        """Return one of its files by path, for itself alone; raises EntryNotFoundError."""
        found = self.files([arguments.string("path", path)], per_page=1)[:1]
        if not found:
            raise self._no_file(path)
        return found[0]

    def download(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        path_prefix: str | None = None,
        progress: "Progress" = None,
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
        cache: CacheOption = None,
    ) -> str:
        """Download all files, or those whose path begins with `path_prefix`; returns the folder.

        The folder is `root`, else `artifacts/collection:vN` below the working folder or below
        `WANDB_ARTIFACT_DIR`. Each file is checked by size and digest before it takes its name; one
        that is there and right is kept. References to `http(s)://` and to files of other artifacts
        are followed; for others, UnsupportedReferenceError names them, unless
        `allow_missing_references` says to leave them, with a warning that names them.

        `progress` True shows a bar, or calls back with a `DownloadProgress`. `engine` is `curl`
        (with the extra `fast`, and then used by itself) or `httpx`, `jobs` how many files are
        under way together, up to 128; 32 unless told, or 128 small ones with curl. Where
        connections are left, a large file that comes slowly over one is fetched over several. With
        `fsync` each file is on the disk for good before it takes its name. The first file that
        fails ends it; a later call goes on from there.

        `cache` True or a folder keeps every content on this machine by its digest, and takes what
        it holds instead of fetching it; None is as `Api` was told. Files are independent of the
        cache: reflinks where the file system has them, else copies. WBTYPED_CACHE_LINKS=1 makes
        them hard links, which are read-only: copy one to change it.
        """
        from .contents.download import download

        root = arguments.optional_location("root", root)
        arguments.check_flags(allow_missing_references=allow_missing_references)
        arguments.check_optional_strings(path_prefix=path_prefix)
        options = self._options(cache, progress, engine, jobs, fsync)
        batch = download(self, root, allow_missing_references, path_prefix, options)
        return str(batch.run().root)

    async def adownload(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        path_prefix: str | None = None,
        progress: "Progress" = None,
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
        cache: CacheOption = None,
    ) -> str:
        """Download all files, from a coroutine; otherwise as `download`."""
        from .contents.download import download

        root = arguments.optional_location("root", root)
        arguments.check_flags(allow_missing_references=allow_missing_references)
        arguments.check_optional_strings(path_prefix=path_prefix)
        options = self._options(cache, progress, engine, jobs, fsync)
        await self.amanifest()
        batch = download(self, root, allow_missing_references, path_prefix, options)
        return str((await batch.arun()).root)

    def _options(
        self,
        cache: CacheOption,
        progress: "Progress",
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
    ) -> "BatchOptions":
        from ..download.batch import build_options

        return build_options(self.client.settings, cache, progress, engine, jobs, fsync)

    def checkout(
        self,
        root: str | PathLike[str] | None = None,
        *,
        progress: "Progress" = None,
        cache: CacheOption = None,
    ) -> str:
        """Make a folder hold exactly this version: download it, and remove what does not belong.

        Removed are the files that `unexpected_files(root)` lists as this begins, once the download
        is complete, and the folders that are empty then: look at the list first in a folder that
        may hold something of your own. What is put there meanwhile stays.

        The folder is `root`, else `artifacts/collection`, without the version. For `progress` and
        `cache` see `download`.
        """
        from .contents.download import checkout

        folder = arguments.optional_location("root", root)
        return str(checkout(self, folder, self._options(cache, progress)))

    async def acheckout(
        self,
        root: str | PathLike[str] | None = None,
        *,
        progress: "Progress" = None,
        cache: CacheOption = None,
    ) -> str:
        """Make a folder hold exactly this version, from a coroutine; otherwise as `checkout`."""
        return await in_thread(self.checkout, root, progress=progress, cache=cache)

    def unexpected_files(self, root: str | PathLike[str] | None = None) -> list[str]:
        """Return the files in a folder that `checkout` would remove, by their paths below it.

        The folder is `root`, else that of `checkout`. Nothing is changed. Links count as files;
        what they lead to is never removed.
        """
        from .contents.download import checkout_folder, foreign

        folder = arguments.optional_location("root", root)
        return foreign(self, checkout_folder(self, folder))

    async def aunexpected_files(self, root: str | PathLike[str] | None = None) -> list[str]:
        """Return the files that `checkout` would remove, from a coroutine."""
        return await in_thread(self.unexpected_files, root)

    def compare(self, root: str | PathLike[str] | None = None) -> "ArtifactDifferences":
        """Return how a folder differs from this version; references are left out."""
        from .contents.download import compare

        return compare(self, arguments.optional_location("root", root))

    async def acompare(self, root: str | PathLike[str] | None = None) -> "ArtifactDifferences":
        """Return how a folder differs from this version, from a coroutine."""
        return await in_thread(self.compare, root)

    def verify(self, root: str | PathLike[str] | None = None) -> None:
        """Compare a folder with this version.

        Raises ChecksumError, which is a ValueError here, naming every missing, altered and foreign
        file. References cannot be compared and are left out.
        """
        from .contents.download import verify

        verify(self, arguments.optional_location("root", root))

    async def averify(self, root: str | PathLike[str] | None = None) -> None:
        """Compare a folder with this version, from a coroutine; otherwise as `verify`."""
        await in_thread(self.verify, root)
