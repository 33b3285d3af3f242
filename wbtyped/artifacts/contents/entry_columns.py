"""The entries of a manifest in columns: 10 million of them take less than 1 GB, as objects 4."""

from array import array
from bisect import bisect_right
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from itertools import accumulate, chain, repeat
from typing import NamedTuple, Protocol, overload

from .entry import ArtifactManifestEntry, ManifestOwner, build_entry
from .json_stream import parse_json, repeated_key

BLOCK_ENTRIES = 512
"""Entries of a block: few enough to search one, enough for what each block costs by itself."""
SEPARATOR = b"\xff"
"""Ends a string in a column; no UTF-8 contains it."""
NO_SIZE = -1
MAX_SHORT_SIZE = 2**31 - 1


class Digest(Protocol):
    """What computes a digest."""

    def update(self, data: bytes, /) -> object:
        """Add bytes."""
        ...


class PlainEntries(NamedTuple):
    """Entries of files in storage, as columns; a column of one value stands for all entries."""

    paths: Sequence[str]
    digests: Sequence[str]
    sizes: Sequence[int]
    births: Sequence[str | None]
    algorithms: Sequence[str | None]


class Block(NamedTuple):
    """Some hundred entries. Strings are joined; columns whose values are all alike have one."""

    length: int
    paths: bytes
    digests: bytes
    sizes: "array[int]"
    births: tuple[str | None, ...]
    algorithms: tuple[str | None, ...]
    sources: bytes
    """The JSON of each entry that is more than a file in storage; empty if there is none."""

    def raw_paths(self) -> list[bytes]:
        """Return all paths in UTF-8."""
        return self.paths[1:-1].split(SEPARATOR)

    def first_path(self) -> bytes:
        """Return the first path in UTF-8."""
        return self.paths[1 : self.paths.index(SEPARATOR, 1)]

    def entries(self, artifact: ManifestOwner | None) -> Iterator[ArtifactManifestEntry]:
        """Yield all entries."""
        return map(
            view_entry,
            unpack(self.paths[1:-1]),
            unpack(self.digests),
            self.sizes,
            repeat_single(self.births),
            repeat_single(self.algorithms),
            unpack(self.sources) if self.sources else repeat(""),
            repeat(artifact),
        )

    def entry(
        self, path: str, position: int, artifact: ManifestOwner | None
    ) -> ArtifactManifestEntry:
        """Return the entry of a path, which is at a position."""
        return view_entry(
            path,
            nth(self.digests, position),
            self.sizes[position],
            self.births[position if len(self.births) > 1 else 0],
            self.algorithms[position if len(self.algorithms) > 1 else 0],
            nth(self.sources, position) if self.sources else "",
            artifact,
        )

    def find(self, path: bytes) -> int | None:
        """Return the position of a path; None if it is not in the block."""
        at = self.paths.find(SEPARATOR + path + SEPARATOR)
        return None if at < 0 else self.paths.count(SEPARATOR, 0, at)


def view_entry(
    path: str,
    digest: str,
    size: int,
    birth: str | None,
    algorithm: str | None,
    source: str,
    artifact: ManifestOwner | None,
) -> ArtifactManifestEntry:
    """Build an entry from the values of its columns."""
    if source:
        return build_entry(path, parse_json(source), artifact)
    extra: dict[str, object] = {"alg": algorithm} if algorithm else {}
    recorded = None if size == NO_SIZE else size
    return ArtifactManifestEntry(path, digest, recorded, None, birth, extra, artifact)


def pack(values: Iterable[str]) -> bytes:
    """Return strings joined in UTF-8."""
    return SEPARATOR.join([value.encode(errors="surrogatepass") for value in values])


def unpack(joined: bytes) -> list[str]:
    """Return the strings of a column."""
    return [str(value, "utf-8", "surrogatepass") for value in joined.split(SEPARATOR)]


def nth(joined: bytes, position: int) -> str:
    """Return one string of a column."""
    return str(joined.split(SEPARATOR, position + 1)[position], "utf-8", "surrogatepass")


def repeat_single(column: tuple[str | None, ...]) -> Iterable[str | None]:
    """Return a column whose only value is repeated as often as needed."""
    return repeat(column[0]) if len(column) == 1 else column


class EntryColumns(Mapping[str, ArtifactManifestEntry]):
    """The entries of a version by path, in the order of its manifest, made when looked at.

    A manifest whose paths are sorted, as W&B writes them, is searched as it is; for any other, an
    index of about 150 bytes per entry is kept.
    """

    __slots__ = ("_artifact", "_blocks", "_count", "_firsts", "_index", "_is_sorted", "_view")

    def __init__(
        self, blocks: Sequence[Block], artifact: ManifestOwner | None, *, is_sorted: bool
    ) -> None:
        self._blocks = blocks
        self._artifact = artifact
        self._is_sorted = is_sorted
        self._count = sum(block.length for block in blocks)
        self._firsts = [block.first_path() for block in blocks] if is_sorted else []
        self._index = {} if is_sorted else self._positions()
        # The block that was last used, with its entries once it is used again.
        self._view: tuple[int, dict[str, ArtifactManifestEntry]] = (-1, {})

    def _positions(self) -> dict[str, tuple[int, int]]:
        """Return block and position of each path; raises ValueError for one that is repeated."""
        found: dict[str, tuple[int, int]] = {}
        for number, block in enumerate(self._blocks):
            for position, path in enumerate(unpack(block.paths[1:-1])):
                if path in found:
                    raise repeated_key(path)
                found[path] = (number, position)
        return found

    def __reduce__(self) -> tuple[object, ...]:
        return restore_columns, (self._blocks, self._artifact, self._is_sorted)

    def __repr__(self) -> str:
        return f"<entries of {self._count:,} files>"

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(unpack(block.paths[1:-1]) for block in self._blocks)

    def __contains__(self, path: object) -> bool:
        return self._find(path) is not None

    def __getitem__(self, path: str) -> ArtifactManifestEntry:
        viewed, entries = self._view
        if path in entries:
            return entries[path]
        found = self._find(path)
        if found is None:
            raise KeyError(path)
        number, position = found
        block = self._blocks[number]
        if viewed != number:
            self._view = (number, {})
            return block.entry(path, position, self._artifact)
        # Whoever looks for a second entry of a block often looks for all of them.
        entries = {entry.path: entry for entry in block.entries(self._artifact)}
        self._view = (number, entries)
        return entries[path]

    def _find(self, path: object) -> tuple[int, int] | None:
        if not isinstance(path, str):
            return None
        if not self._is_sorted:
            return self._index.get(path)
        key = path.encode(errors="surrogatepass")
        # UTF-8 has the order of Python's strings.
        number = bisect_right(self._firsts, key) - 1
        position = None if number < 0 else self._blocks[number].find(key)
        return None if position is None else (number, position)

    def entries(self) -> Iterator[ArtifactManifestEntry]:
        """Yield all entries."""
        return chain.from_iterable(block.entries(self._artifact) for block in self._blocks)

    def values(self) -> ValuesView[ArtifactManifestEntry]:
        """Return a view of all entries."""
        return _Values(self)

    def items(self) -> ItemsView[str, ArtifactManifestEntry]:
        """Return a view of all paths with their entries."""
        return _Items(self)

    # What needs no entries.

    def sorted_paths(self) -> Sequence[str]:
        """Return all paths, sorted."""
        return SortedPaths(self._blocks) if self._is_sorted else sorted(self)

    def total_size(self) -> int:
        """Return the sum of all sizes, as far as they are recorded."""
        return sum(sum(block.sizes) + block.sizes.count(NO_SIZE) for block in self._blocks)

    @property
    def has_xxh128(self) -> bool:
        """Whether the digest of a file is an XXH128."""
        return any("XXH128" in block.algorithms for block in self._blocks)

    def add_to(self, digest: Digest) -> None:
        """Add the paths and digests of all files to the digest of a version, sorted by path."""
        if self._is_sorted:
            for block in self._blocks:
                digest.update(b"".join(digest_lines(block)))
            return
        pairs = (zip(b.raw_paths(), digest_lines(b), strict=True) for b in self._blocks)
        for _, line in sorted(chain.from_iterable(pairs)):
            digest.update(line)


def digest_lines(block: Block) -> list[bytes]:
    """Return what each entry adds to the digest of its version."""
    pairs = zip(block.raw_paths(), block.digests.split(SEPARATOR), strict=True)
    return [b"%b:%b\n" % pair for pair in pairs]


def restore_columns(
    blocks: Sequence[Block], artifact: ManifestOwner | None, is_sorted: bool
) -> EntryColumns:
    """Return columns that were pickled."""
    return EntryColumns(blocks, artifact, is_sorted=is_sorted)


class SortedPaths(Sequence[str]):
    """The paths of columns that are sorted; those of the block that was last used are kept."""

    __slots__ = ("_blocks", "_starts", "_view")

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._starts = [0, *accumulate(block.length for block in blocks)]
        self._view: tuple[int, list[str]] = (-1, [])

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        number = bisect_right(self._starts, at) - 1
        viewed, paths = self._view
        if viewed != number:
            paths = unpack(self._blocks[number].paths[1:-1])
            self._view = (number, paths)
        return paths[at - self._starts[number]]


def sorted_paths(entries: Mapping[str, ArtifactManifestEntry]) -> Sequence[str]:
    """Return the sorted paths of entries; those of columns take no memory of their own."""
    return entries.sorted_paths() if isinstance(entries, EntryColumns) else sorted(entries)


class _Values(ValuesView[ArtifactManifestEntry]):
    __slots__ = ()
    _mapping: EntryColumns

    def __iter__(self) -> Iterator[ArtifactManifestEntry]:
        return self._mapping.entries()


class _Items(ItemsView[str, ArtifactManifestEntry]):
    __slots__ = ()
    _mapping: EntryColumns

    def __iter__(self) -> Iterator[tuple[str, ArtifactManifestEntry]]:
        return ((entry.path, entry) for entry in self._mapping.entries())


class ColumnsBuilder:
    """Collects entries in the order of a manifest."""

    __slots__ = (
        "_algorithms", "_births", "_blocks", "_digests", "_is_sorted", "_last", "_names", "_paths",
        "_sizes", "_sources",
    )  # fmt: skip

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._names: dict[str | None, str | None] = {}
        self._last: str | None = None
        self._is_sorted = True
        self._clear()

    def _clear(self) -> None:
        self._paths: list[str] = []
        self._digests: list[str] = []
        self._sizes: list[int] = []
        self._births: list[str | None] = []
        self._algorithms: list[str | None] = []
        self._sources: dict[int, str] = {}

    def add_plain(self, entries: PlainEntries) -> None:
        """Add entries of files in storage."""
        count = len(entries.paths)
        self._paths += entries.paths
        self._digests += entries.digests
        self._sizes += entries.sizes
        self._births += repeated(entries.births, count)
        self._algorithms += repeated(entries.algorithms, count)
        if len(self._paths) >= BLOCK_ENTRIES:
            self._close_block()

    def add(self, entry: ArtifactManifestEntry, source: str) -> None:
        """Add any entry; `source` is its JSON, kept if the columns do not tell all of it."""
        if not is_plain(entry):
            self._sources[len(self._paths)] = source
        algorithm = entry.digest_algorithm() if "alg" in entry.extra else None
        size = NO_SIZE if entry.size is None else entry.size
        self.add_plain(
            PlainEntries(
                [entry.path], [entry.digest], [size], [entry.birth_artifact_id], [algorithm]
            )
        )

    def build(self, artifact: ManifestOwner | None) -> EntryColumns:
        """Return the columns; raises ValueError for a repeated path."""
        if self._paths:
            self._close_block()
        return EntryColumns(self._blocks, artifact, is_sorted=self._is_sorted)

    def _close_block(self) -> None:
        paths, sources = self._paths, self._sources
        self._is_sorted = (
            self._is_sorted
            and (self._last is None or self._last < paths[0])
            and paths == sorted(paths)
            and len(set(paths)) == len(paths)
        )
        self._last = paths[-1]
        self._blocks.append(
            Block(
                len(paths),
                b"".join((SEPARATOR, pack(paths), SEPARATOR)),
                pack(self._digests),
                array("i" if max(self._sizes) <= MAX_SHORT_SIZE else "q", self._sizes),
                self._shared(self._births),
                self._shared(self._algorithms),
                pack(sources.get(n, "") for n in range(len(paths))) if sources else b"",
            )
        )
        self._clear()

    def _shared(self, column: Sequence[str | None]) -> tuple[str | None, ...]:
        """Return a column with equal values kept once."""
        shared = {value: self._names.setdefault(value, value) for value in set(column)}
        if len(shared) == 1:
            return tuple(shared.values())
        return tuple([shared[value] for value in column])


def repeated(column: Sequence[str | None], count: int) -> Sequence[str | None]:
    """Return a column with its only value repeated."""
    return column if len(column) == count else [*column] * count


def is_plain(entry: ArtifactManifestEntry) -> bool:
    """Return True if the columns tell everything about an entry."""
    return (
        not entry.unreadable
        and entry.ref is None
        and entry.extra in ({}, {"alg": "MD5"}, {"alg": "XXH128"})
    )
