"""The entries of named files of a version, without its manifest where that is less work."""

from collections.abc import Sequence

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import ArtifactFileEntry

from ...transport.flow import Flow, ask
from .entry import CONTENT_DIGEST, ArtifactManifestEntry
from .url_pages import URLS_PER_PAGE, path_batches
from .version import VersionContents


def find_named_entries(
    version: VersionContents, names: Sequence[str]
) -> Flow[list[ArtifactManifestEntry]]:
    """Return the entries of some files; names that do not exist are left out.

    A manifest may take a gigabyte to learn of a few files, so their digests and URLs are queried
    (query ArtifactFileEntries). The manifest is used if it is known already, or if it has to tell
    what a file is: the server lists it as a reference, by a digest of its own, or not at all.
    """
    names = list(dict.fromkeys(names))
    takes_less = len(names) <= URLS_PER_PAGE or len(names) < version.file_count
    if version.known_manifest is None and takes_less:
        found = yield from _query_entries(version, names)
        if found is not None:
            return found
    manifest = yield from version.load_manifest()
    return [entry for name in names if (entry := manifest.get_entry_by_path(name))]


def _query_entries(
    version: VersionContents, names: Sequence[str]
) -> Flow[list[ArtifactManifestEntry] | None]:
    """Return the entries of files, in the order of names; None if the manifest has to tell."""
    files: dict[str, ArtifactFileEntry] = {}
    for page in path_batches(names):
        result = yield from ask(
            calls.artifact_file_entries(id=version.id, file_names=page, file_limit=len(page)),
            f"files of artifact {version.qualified_name}",
        )
        if result.artifact is None or result.artifact.files is None:
            raise version.missing()
        nodes = (edge.node for edge in result.artifact.files.edges if edge.node)
        plain = {node.name: node for node in nodes if is_plain_file(node)}
        if not plain.keys() >= set(page):
            return None
        files |= plain
    version.unused_urls.add((name, files[name].direct_url) for name in names)
    return [_entry_of(version, files[name]) for name in names]


def is_plain_file(file: ArtifactFileEntry) -> bool:
    """Return True if a file is in storage, and its MD5 is what its manifest entry has."""
    return (
        file.url != file.direct_url
        and file.md5 is not None
        and file.digest in {None, file.md5}
        and CONTENT_DIGEST.fullmatch(file.md5) is not None
    )


def _entry_of(version: VersionContents, file: ArtifactFileEntry) -> ArtifactManifestEntry:
    return ArtifactManifestEntry(file.name, file.md5 or "", file.size_bytes, artifact=version.owner)
