"""Lists of files keep plain rows; whoever looks at a file gets the same as from its typed node."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from wbtyped_graphql.fragments import ArtifactFile, RunFile
from wbtyped_graphql.operation import Envelope
from wbtyped_graphql.run_files import RunFiles
from wbtyped_graphql.run_files_rows import RunFilesRow

from tests.transport.memory_sender import RUN_NODE, MemoryClient
from wbtyped import File, Run
from wbtyped.errors import SchemaMismatchError

NODE: Mapping[str, object] = {
    "id": "RmlsZTox", "name": "a/b.txt", "url": None, "directUrl": "http://storage.test/b",
    "sizeBytes": 2**40, "mimetype": "text/plain", "updatedAt": "2026-01-02T03:04:05", "md5": None,
}  # fmt: skip


def data(*nodes: Mapping[str, object]) -> object:
    edges = [{"cursor": str(number), "node": node} for number, node in enumerate(nodes, 1)]
    files = {"edges": edges, "pageInfo": {"endCursor": "1", "hasNextPage": False}}
    return {"project": {"internalId": "", "run": {"fileCount": 1, "files": files}}}


def listed(**changed: object) -> File:
    client = MemoryClient(lambda _: data({**NODE, **changed}))
    (file,) = Run(client, "crew", "ship", "log", RUN_NODE).files()
    return file


def test_listed_file_has_the_values_of_its_node() -> None:
    file = listed()
    node = RunFile.model_validate(NODE)
    assert file.attrs == node
    assert file.attrs is file.attrs
    assert file.attrs.updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert File(file.client, node, file.run).to_dict() == file.to_dict()
    assert file.updated_at == "2026-01-02T03:04:05Z"
    assert (file.digest, file.storage_path) == (None, None)


def test_file_of_an_artifact_has_the_values_of_its_node() -> None:
    node = ArtifactFile.model_validate({**NODE, "storagePath": "p", "digest": "d"})
    file = File(MemoryClient(lambda _: None), node)
    assert (file.digest, file.storage_path, file.attrs) == ("d", "p", node)


@pytest.mark.parametrize("moment", ["2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05Z"])
def test_listed_file_with_an_offset_is_in_utc(moment: str) -> None:
    assert listed(updatedAt=moment).updated_at == "2026-01-02T03:04:05Z"


def test_listed_file_with_a_time_that_utc_lacks_is_a_schema_mismatch() -> None:
    file = listed(updatedAt="0001-01-01T00:00:00+05:00")
    with pytest.raises(SchemaMismatchError, match=r"file 'a/b\.txt' of crew/ship/log: .*year 1"):
        _ = file.updated_at
    with pytest.raises(SchemaMismatchError, match="year 1"):
        _ = file.attrs


WRONG = [
    *({name: None} for name in ("id", "name", "directUrl", "sizeBytes")),
    {"sizeBytes": "many"}, {"updatedAt": "yesterday"}, {"url": 5},
]  # fmt: skip


@pytest.mark.parametrize("changed", WRONG)
def test_row_is_refused_where_its_node_is(changed: dict[str, object]) -> None:
    where: list[object] = []
    for kind in (Envelope[RunFiles], Envelope[RunFilesRow]):
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({"data": data({**NODE, **changed})})
        where.append([(error["loc"], error["type"]) for error in refused.value.errors()])
    assert where[0] == where[1]


def test_page_with_one_wrong_row_is_refused_as_a_whole() -> None:
    page = data(NODE, {**NODE, "directUrl": None})
    files = Run(MemoryClient(lambda _: page), "crew", "ship", "log", RUN_NODE).files()
    with pytest.raises(ValidationError):
        next(iter(files))
    assert files.objects == []
