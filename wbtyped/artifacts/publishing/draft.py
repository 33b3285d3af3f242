"""What a new version will contain: local files, references, and files of an earlier version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, get_args, overload

from ... import arguments
from ...errors import UsageError
from ...units import counted
from ..validation import check_new_name, check_type

if TYPE_CHECKING:
    # For start-up, as all imports in functions here: `Run` and `Artifact` refer to this module.
    from ...download.disk.digests import Algorithm
    from ..contents.entry import ArtifactManifestEntry
    from .facts import BaseVersion
    from .new_file import NewBinaryFile, NewTextFile, WriteMode, WrittenFiles
    from .references.reference import Reference


class StandaloneDraft:
    """The content of a new version; `lineage.Draft` adds how it is published."""

    __slots__ = (
        "__weakref__", "_base", "_files", "_kept", "_references", "_written", "description",
        "digest_algorithm", "metadata", "name", "type",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        type: str,  # noqa: A002
        *,
        digest_algorithm: Algorithm = "MD5",
    ) -> None:
        from .new_file import WrittenFiles

        self.name: str = name
        self.type: str = type
        self.digest_algorithm: Algorithm = digest_algorithm
        self.description: str | None = None
        self.metadata: Mapping[str, object] = {}
        self._files: dict[str, Path] = {}
        self._kept: dict[str, ArtifactManifestEntry] = {}
        self._references: dict[tuple[str, str | None, bool], Reference] = {}
        self._base: BaseVersion | None = None
        self._written: WrittenFiles = WrittenFiles()
        self.check_attributes()

    @property
    def base(self) -> BaseVersion | None:
        """The version that the draft was made from."""
        return self._base

    @property
    def references(self) -> Sequence[Reference]:
        """The references that were added."""
        return tuple(self._references.values())

    def start_from(self, base: BaseVersion, entries: Mapping[str, ArtifactManifestEntry]) -> None:
        """Begin with the entries of a version."""
        self._base = base
        self._kept = dict(entries)

    def __repr__(self) -> str:
        return f"<Draft {self.name} ({self.type}, {counted(len(self))})>"

    def __len__(self) -> int:
        return len(self._files) + len(self._kept) + len(self._references)

    def __getstate__(self) -> dict[str, object]:
        names = [name for name in StandaloneDraft.__slots__ if name != "__weakref__"]
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def files(self) -> dict[str, Path]:
        """The local file behind each name."""
        return dict(self._files)

    @property
    def entries(self) -> dict[str, ArtifactManifestEntry]:
        """What comes from an earlier version, by name; for this nothing is uploaded."""
        return dict(self._kept)

    def add_file(
        self, path: str | PathLike[str], name: str | None = None, *, overwrite: bool = False
    ) -> str:
        """Add a file, named as locally by default, and return its name in the version.

        Raises UsageError if there is no such file, or the draft has another one of this name; with
        `overwrite=True` that is replaced.
        """
        from .names import given_name

        file = arguments.location("path", path)
        arguments.check_optional_strings(name=name)
        arguments.check_flags(overwrite=overwrite)
        if not file.is_file():
            reason = "is not a file" if file.exists() else "does not exist"
            raise UsageError(f"{file} {reason}, so it cannot be added")
        return self._add(file, given_name(file.name if name is None else name), overwrite=overwrite)

    def add_dir(
        self,
        path: str | PathLike[str],
        name: str | None = None,
        *,
        ignore: Iterable[str] = (),
        overwrite: bool = False,
    ) -> list[str]:
        """Add everything below a folder, and return the names in the version.

        Names are relative to the folder, below `name` if that is given. Left out are `.git` and
        other folders of version control, what matches a pattern of `ignore` (`*.tmp` in every
        folder, `/build/` at the top), and what a file `.wandbignore` excludes, in the syntax of
        `.gitignore`; that needs `pip install 'wbtyped[ignore]'`. A link to a file counts as the
        file. Links to folders, links that lead nowhere, devices, pipes and sockets raise
        UsageError. With `overwrite=True` files replace those of the same name.
        """
        from ...name_patterns import check_glob
        from .folder import files_below
        from .names import folder_prefix

        folder = arguments.location("path", path)
        arguments.check_optional_strings(name=name)
        arguments.check_flags(overwrite=overwrite)
        patterns = arguments.strings("ignore", ignore, "patterns")
        for pattern in patterns:
            check_glob(pattern)
        if not folder.is_dir():
            reason = "is not a folder" if folder.exists() else "does not exist"
            raise UsageError(f"{folder} {reason}, so it cannot be added")
        prefix = folder_prefix(name)
        folders_of = [pattern.rstrip("/") for pattern in patterns]
        found = list(files_below(folder, [pattern for pattern in folders_of if pattern]))
        return [self._add(file, f"{prefix}{below}", overwrite=overwrite) for file, below in found]

    def _add(self, file: Path, name: str, *, overwrite: bool) -> str:
        from .names import check_name

        check_name(name)
        if overwrite:
            self._drop(name)
        self._require_free(name, file)
        self._files[name] = file
        self._written.forget(name)
        return name

    def _require_free(self, name: str, file: Path | None = None) -> None:
        known = self._files.get(name, file)
        if known != file or name in self._kept:
            source = known if known != file else "the earlier version"
            raise UsageError(
                f"{name} is already in the draft, from {source}; remove it first, or pass"
                " overwrite=True"
            )

    @overload
    def new_file(
        self, name: str, mode: Literal["w", "x"] = "w", encoding: str = "utf-8"
    ) -> NewTextFile: ...

    @overload
    def new_file(self, name: str, mode: Literal["wb", "xb"]) -> NewBinaryFile: ...

    def new_file(
        self, name: str, mode: WriteMode = "w", encoding: str = "utf-8"
    ) -> NewTextFile | NewBinaryFile:
        r"""Open a new file for writing; it is in the draft once it is closed.

        `w` and `wb` replace a file of this name, `x` and `xb` raise UsageError if there is one. The
        content is kept in a temporary folder until the draft is published or gone. A file whose
        `with` block ends with an exception is not added.

        Example:
            >>> draft = Draft("points", "dataset")
            >>> with draft.new_file("deep/train.csv") as file:
            ...     file.write("1,2,3")
            5
            >>> draft
            <Draft points (dataset, 1 file)>
        """
        from .names import given_name
        from .new_file import NewBinaryFile, NewTextFile, WriteMode, check_encoding

        arguments.check_strings(name=name, encoding=encoding)
        arguments.one_of("mode", mode, get_args(WriteMode))
        check_encoding(encoding)
        name = given_name(name)
        if mode.startswith("x"):
            self._require_free(name)
        path = self._written.new_path()
        binary = NewBinaryFile(path, lambda is_kept: self._end_writing(path, name, is_kept))
        self._written.opened(path, name)
        return binary if mode.endswith("b") else NewTextFile(binary, encoding)

    def _end_writing(self, path: Path, name: str, is_kept: bool) -> None:
        self._written.closed(path, is_kept=is_kept)
        if is_kept:
            self._add(path, name, overwrite=True)
            self._written.add(name)

    def add_reference(
        self,
        uri: str | ArtifactManifestEntry,
        name: str | None = None,
        checksum: bool = True,
        max_objects: int | None = None,
    ) -> str:
        """Add content that stays where it is, and return its name.

        By default the name is what follows the last slash. Nothing is read before `publish`, which
        records what identifies the content, so that readers notice a change:

        - `http://` and `https://`: the ETag and the size that the server sends.
        - `s3://bucket/key` and `gs://bucket/key`: the ETag, size and version of the object, or of
          each object below the key. Only public ones can be asked for: no credentials are used.
          Any other is recorded as with `checksum=False`, with a warning.
        - `file:///path`: the MD5 of the file, or of each file in the folder.
        - `wandb-artifact://id/path`, or an entry of another version's manifest: its digest.
        - Any other scheme needs `name`, and the URI alone is recorded, with a warning.

        Objects below a key and files in a folder are named relative to it, below `name` if that is
        given. With `checksum=False` nothing is requested, and the URI itself is what identifies the
        content; a key is then one entry, whose name is the key.

        A key may lead to at most `max_objects` objects, a folder to as many files; by default that
        is 10,000,000. If there are more, `publish` raises UsageError and creates nothing, and the
        draft stays as it is: add the URI again with a higher limit, or remove it.

        The URI and what redirects lead to are visible to all who may read the version. The API key
        is never sent to them.

        Example:
            >>> draft = Draft("points", "dataset")
            >>> draft.add_reference("s3://public-bucket/train.csv", checksum=False)
            'train.csv'
        """
        from ..contents.entry import ArtifactManifestEntry
        from .names import given_name
        from .references.reference import checked_reference

        arguments.check_optional_strings(name=name)
        arguments.check_flags(checksum=checksum)
        if isinstance(uri, ArtifactManifestEntry):
            uri = uri.ref_url()
        text = arguments.string("uri", uri)
        name = None if name is None else given_name(name)
        reference = checked_reference(text, name, checksum=checksum, max_objects=max_objects)
        self._references[reference.identity] = reference
        return reference.label

    def remove(self, name: str | ArtifactManifestEntry) -> None:
        """Remove a file or a reference, or everything below a folder.

        Raises UsageError if there is nothing of this name.
        """
        from ..contents.entry import ArtifactManifestEntry

        text = name.path if isinstance(name, ArtifactManifestEntry) else name
        wanted = str(PurePosixPath(arguments.string("name", text)))
        labels = (reference.label for reference in self.references)
        known = [*self._files, *self._kept, *labels, *self._written.removed]
        below = [one for one in known if one == wanted or one.startswith(f"{wanted}/")]
        if not below:
            raise UsageError(f"{text} is not in the draft")
        for one in below:
            self._drop(one)

    def _drop(self, name: str) -> None:
        self._files.pop(name, None)
        self._kept.pop(name, None)
        self._written.forget(name)
        for one in self.references:
            if one.label == name:
                del self._references[one.identity]

    def check_attributes(self) -> None:
        """Raise UsageError for a name, a type or an algorithm that is not valid."""
        from ...download.disk.digests import Algorithm

        arguments.check_strings(name=self.name, type=self.type)
        arguments.one_of("digest_algorithm", self.digest_algorithm, get_args(Algorithm))
        check_new_name(self.name)
        check_type(self.type, self.name)

    def check_complete(self, *, incremental: bool) -> None:
        """Raise UsageError if the content cannot be published."""
        self._written.check_present()
        if incremental and self._base is not None:
            raise UsageError(
                "incremental=True is for the files to add to the newest version, but a draft of a"
                " version has all its files"
            )

    def remove_written(self) -> None:
        """Remove the content of files that `new_file` wrote; done once they are published."""
        for name in self._written.remove_all():
            del self._files[name]
