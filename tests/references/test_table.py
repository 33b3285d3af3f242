"""Every cell of a table: what was recorded for a reference, against what its server sends.

`ok`: downloaded and verified. `unverif.`: downloaded, and the result says why it could not be
verified. The others raise ChecksumError for that file: `changed` has another ETag, `no ETag` no
longer has one, `size` has another size with the same strong ETag, or if only that was recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.conftest import Scripts
from wbtyped import Api
from wbtyped.download.options import EngineName
from wbtyped.download.results import DownloadResult
from wbtyped.errors import ChecksumError
from wbtyped.server import Reference, WandbServer

from .web_server import CONTENT, GZIPPED, RESPONSES, path_of, web_server

SIZE, GZIPPED_SIZE = len(CONTENT), len(GZIPPED)


@dataclass(frozen=True)
class Record:
    """What a manifest records for a reference, besides its URL."""

    etag: str | None
    size: int
    in_extra: bool = True
    """Whether the original header is recorded too; older official clients left it out."""

    def reference(self, url: str) -> Reference:
        """Return the reference as the official client writes it."""
        if self.etag is None:
            return Reference(url, None, self.size)
        extra: dict[str, object] = {"etag": self.etag} if self.in_extra else {}
        return Reference(url, self.etag.strip('"'), self.size, extra)


RECORDS = {
    "strong": Record('"v1"', SIZE),
    "strong, no size": Record('"v1"', 0),
    "strong, compressed": Record('"v1"', GZIPPED_SIZE),
    "strong, old": Record('"v1"', SIZE, in_extra=False),
    "weak": Record('W/"v1"', SIZE),
    "weak, compressed": Record('W/"v1"', GZIPPED_SIZE),
    "weak, old": Record('W/"v1"', SIZE, in_extra=False),
    "Apache": Record('"v1-gzip"', GZIPPED_SIZE),
    "another": Record('"v0"', SIZE),
    "size alone": Record(None, SIZE),
    "compressed size": Record(None, GZIPPED_SIZE),
    "checksum=False": Record(None, 0),
}
WIDTH = 10
TABLE = """
                    strong    strong,   strong,   strong,   weak      weak,     weak,     Apache    another   size      compr.    checksum
                              no size   compr.    old                 compr.    old                           alone     size      =False
plain               ok        ok        size      ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
weak                ok        ok        size      ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
unquoted            ok        ok        size      ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
no ETag             no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   unverif.  size      unverif.
another ETag        changed   changed   changed   changed   changed   changed   changed   changed   changed   unverif.  size      unverif.
chunked             ok        ok        size      ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
until it closes     ok        ok        size      ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
gzip as nginx       ok        ok        ok        ok        ok        ok        ok        changed   changed   unverif.  unverif.  unverif.
gzip with a length  ok        ok        ok        ok        ok        ok        ok        changed   changed   unverif.  unverif.  unverif.
gzip as Apache      changed   changed   changed   changed   changed   changed   changed   ok        changed   unverif.  unverif.  unverif.
gzip unasked        ok        ok        ok        ok        ok        ok        ok        changed   changed   unverif.  unverif.  unverif.
gzip in two members ok        ok        ok        ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
deflate             ok        ok        ok        ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
bare deflate        ok        ok        ok        ok        ok        ok        ok        changed   changed   unverif.  size      unverif.
gzip, no ETag       no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   no ETag   unverif.  unverif.  unverif.
longer              size      ok        size      size      ok        ok        ok        changed   changed   size      size      unverif.
shorter             size      ok        size      size      ok        ok        ok        changed   changed   size      size      unverif.
"""  # noqa: E501 - a table


def expected() -> dict[str, str]:
    """Return the cells of the table by path."""
    cells: dict[str, str] = {}
    for line in TABLE.splitlines()[3:]:
        response = line[:20].strip()
        for number, record in enumerate(RECORDS):
            start = 20 + number * WIDTH
            cell = line[start : start + WIDTH].strip()
            cells[f"{path_of(response)[1:]}/{path_of(record)[1:]}"] = cell
    return cells


@pytest.fixture
def url() -> Iterator[str]:
    with web_server() as url:
        yield url


def add_table(server: WandbServer, url: str) -> None:
    """Commit a version with a reference for each cell."""
    references = {
        f"{path_of(response)[1:]}/{path_of(name)[1:]}": record.reference(
            f"{url}{path_of(response)}{path_of(name)}"
        )
        for response in RESPONSES
        for name, record in RECORDS.items()
    }
    server.add_artifact("crew/ship/table", "dataset", {}, references)


def cells_of(result: DownloadResult) -> dict[str, str]:
    """Return the outcome of each file, as in the table."""
    cells = {name: "unverif." if name in result.unverified else "ok" for name in result.written}
    for failed in result.failed:
        assert isinstance(failed.error, ChecksumError), failed.error
        cells[failed.name] = failure(str(failed.error))
    return cells


def failure(message: str) -> str:
    """Return the cell of a failed verification."""
    if "no longer sends an ETag" in message:
        return "no ETag"
    return "size" if "bytes" in message else "changed"


def content_of(name: str) -> bytes:
    """Return the decoded content that the server sends for a cell."""
    response = next(r for n, r in RESPONSES.items() if path_of(n)[1:] == name.split("/")[0])
    return response.body if response.encoding is None else CONTENT


def test_reference_download_every_record_and_response(
    wandb_server: WandbServer, api: Api, engine: EngineName, url: str, tmp_path: Path
) -> None:
    assert engine
    add_table(wandb_server, url)
    assert set(expected()) == {e.path for e in api.artifact("crew/ship/table").manifest}
    files = api.artifact("crew/ship/table").files()
    result = files.download(tmp_path, on_error="collect")
    assert cells_of(result) == expected()
    for name in result.written:
        assert (tmp_path / name).read_bytes() == content_of(name), name
    assert all("no ETag was recorded" in reason for reason in result.unverified.values())
    assert not list(tmp_path.rglob("*.part*"))


STRICTER = {"size"}
"""Cells that the official client accepts, because it compares ETags only."""


@pytest.mark.slow
def test_reference_download_agrees_with_official_client(
    wandb_server: WandbServer, scripts: Scripts, url: str
) -> None:
    add_table(wandb_server, url)
    official = scripts.official("download_references.py", "crew/ship/table:latest")
    assert isinstance(official, dict)
    assert official.keys() == expected().keys()
    for name, digest in official.items():
        if digest is not None:
            assert expected()[name] in {"ok", "unverif.", *STRICTER}, name


@pytest.mark.slow
def test_reference_recorded_by_official_client_is_downloaded(
    wandb_server: WandbServer,
    api: Api,
    engine: EngineName,
    scripts: Scripts,
    url: str,
    tmp_path: Path,
) -> None:
    assert engine
    urls = [f"{url}{path_of(response)}/file" for response in RESPONSES]
    urls += [f"{url}/moved{path_of(response)}/moved" for response in RESPONSES]
    official = scripts.official("log_references.py", *urls)
    assert isinstance(official, dict)
    assert len(official) == 2 * len(urls)
    result = api.artifact("crew/ship/recorded").files().download(tmp_path, on_error="collect")
    assert [(failed.name, failed.error) for failed in result.failed] == []
    compared = [name for name in official if name.startswith("compared")]
    without = [name for name in compared if "no-ETag" in name]
    assert {n for n in result.unverified if n in compared} == set(without)
    assert {n for n in official if n not in compared} <= result.unverified.keys()
