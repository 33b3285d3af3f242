"""Every cell of the table: what was recorded of a reference, against what its server sends.

`ok`: fetched and compared. `unverified`: fetched, and the result says why it was not compared. The
others are a ChecksumError of that file: `changed` has another ETag, `no ETag` has none any more,
`size` has another size under the same strong ETag, or where nothing else was recorded.
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

from .servers import ANSWERS, CONTENT, GZIPPED, path_of, web_server

SIZE, GZIPPED_SIZE = len(CONTENT), len(GZIPPED)


@dataclass(frozen=True)
class Record:
    """What a manifest says of a reference, beside its URL."""

    etag: str | None
    size: int
    in_extra: bool = True
    """Whether the header is there as it came; older versions of the official client left it out."""

    def reference(self, url: str) -> Reference:
        """Return it as the official client writes it."""
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
    """Return the table, cell by cell."""
    cells: dict[str, str] = {}
    for line in TABLE.splitlines()[3:]:
        answer = line[:20].strip()
        for number, record in enumerate(RECORDS):
            start = 20 + number * WIDTH
            word = line[start : start + WIDTH].strip()
            cells[f"{path_of(answer)[1:]}/{path_of(record)[1:]}"] = word
    return cells


@pytest.fixture
def url() -> Iterator[str]:
    with web_server() as url:
        yield url


def add_table(server: WandbServer, url: str) -> None:
    """Commit a version with a reference for every cell."""
    references = {
        f"{path_of(answer)[1:]}/{path_of(name)[1:]}": record.reference(
            f"{url}{path_of(answer)}{path_of(name)}"
        )
        for answer in ANSWERS
        for name, record in RECORDS.items()
    }
    server.add_artifact("crew/ship/table", "dataset", {}, references)


def words(result: DownloadResult) -> dict[str, str]:
    """Return what became of each file, in the words of the table."""
    found = {name: "unverif." if name in result.unverified else "ok" for name in result.written}
    for failed in result.failed:
        assert isinstance(failed.error, ChecksumError), failed.error
        message = str(failed.error)
        missing = "no longer sends an ETag" in message
        found[failed.name] = "no ETag" if missing else "size" if "bytes" in message else "changed"
    return found


def content_of(name: str) -> bytes:
    """Return what a server sends that was asked for a cell."""
    answer = next(a for n, a in ANSWERS.items() if path_of(n)[1:] == name.split("/")[0])
    return answer.body if answer.encoding is None else CONTENT


def test_every_cell(
    wandb_server: WandbServer, api: Api, engine: EngineName, url: str, tmp_path: Path
) -> None:
    assert engine
    add_table(wandb_server, url)
    assert set(expected()) == {e.path for e in api.artifact("crew/ship/table").manifest}
    files = api.artifact("crew/ship/table").files()
    result = files.download(tmp_path, on_error="collect")
    assert words(result) == expected()
    for name in result.written:
        assert (tmp_path / name).read_bytes() == content_of(name), name
    assert all("no ETag was recorded" in reason for reason in result.unverified.values())
    assert not list(tmp_path.rglob("*.part*"))


STRICTER = {"size"}
"""What is refused here, and taken by the official client, which compares ETags alone."""


@pytest.mark.slow
def test_beside_the_official_client(wandb_server: WandbServer, scripts: Scripts, url: str) -> None:
    add_table(wandb_server, url)
    theirs = scripts.official("download_references.py", "crew/ship/table:latest")
    assert isinstance(theirs, dict)
    assert theirs.keys() == expected().keys()
    for name, digest in theirs.items():
        if digest is not None:
            assert expected()[name] in {"ok", "unverif.", *STRICTER}, name


@pytest.mark.slow
def test_what_the_official_client_records_can_be_fetched(
    wandb_server: WandbServer,
    api: Api,
    engine: EngineName,
    scripts: Scripts,
    url: str,
    tmp_path: Path,
) -> None:
    assert engine
    urls = [f"{url}{path_of(answer)}/file" for answer in ANSWERS]
    urls += [f"{url}/moved{path_of(answer)}/moved" for answer in ANSWERS]
    theirs = scripts.official("log_references.py", *urls)
    assert isinstance(theirs, dict)
    assert len(theirs) == 2 * len(urls)
    result = api.artifact("crew/ship/recorded").files().download(tmp_path, on_error="collect")
    assert [(failed.name, failed.error) for failed in result.failed] == []
    compared = [name for name in theirs if name.startswith("compared")]
    without = [name for name in compared if "no-ETag" in name]
    assert {n for n in result.unverified if n in compared} == set(without)
    assert {n for n in theirs if n not in compared} <= result.unverified.keys()
