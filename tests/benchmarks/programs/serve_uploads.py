"""Run a server that assigns upload URLs and commits versions without looking at their files.

Arguments: the data folder, the port of the storage, the URL of the storage as clients see it, and
the port of the API.
"""

import json
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import cast
from unittest.mock import patch

from wbtyped.server import WandbServer, context, serve, server
from wbtyped.server.access import Access
from wbtyped.server.commit import add_membership
from wbtyped.server.context import Context
from wbtyped.server.drafts import Drafts
from wbtyped.server.execution import Execution
from wbtyped.server.graphql_request import GraphQLRequest

FOLDER, STORAGE_PORT, URL, PORT = sys.argv[1:]
COMPLETED = b'{"data": {"completeMultipartUploadArtifact": {"digest": "d"}}}'
NUMBERS = count(1)


def assigned_files(variables: Mapping[str, object]) -> dict[str, object]:
    """Return the data of the response to CreateArtifactFiles."""
    given = cast("dict[str, list[dict[str, object]]]", variables["input"])
    edges = [{"node": assigned_file(spec)} for spec in given["artifactFiles"]]
    return {"createArtifactFiles": {"files": {"edges": edges}}}


def assigned_file(spec: dict[str, object]) -> dict[str, object]:
    """Return the node of a file in the response to CreateArtifactFiles."""
    url = f"{URL}/artifact-files/{next(NUMBERS)}"
    announced = cast("list[dict[str, object]]", spec.get("uploadPartsInput") or [])
    numbers = [part["partNumber"] for part in announced]
    parts = [{"partNumber": number, "uploadUrl": f"{url}.{number}"} for number in numbers]
    return {
        "name": spec["name"],
        "storagePath": "path",
        "uploadUrl": url,
        "uploadHeaders": [] if parts else [f"Content-MD5:{spec['md5']}"],
        "uploadMultipartUrls": {"uploadID": "u", "uploadUrlParts": parts} if parts else None,
        "artifact": {"id": spec["artifactID"]},
    }


class AssigningExecution(Execution):
    """Assigns upload URLs without the database."""

    def execute(
        self, request: GraphQLRequest, context: Context, *, hide_schema: bool = False
    ) -> tuple[int, bytes]:
        """Return the HTTP status and the body of the response."""
        if request.operation_name == "CreateArtifactFiles":
            data = assigned_files(request.variables or {})
            return 200, json.dumps({"data": data}).encode()
        if request.operation_name == "CompleteMultipartUploadArtifact":
            return 200, COMPLETED
        return super().execute(request, context, hide_schema=hide_schema)


class QuickDrafts(Drafts):
    """Commits versions without their files."""

    def commit(self, artifact_id: int, access: Access) -> None:
        """Commit a version, empty."""
        with self._database.transaction() as connection:
            version = self._require_pending(connection, artifact_id)
            connection.execute(
                "UPDATE artifacts SET state = 'COMMITTED', version_index = 0, size = 0,"
                " file_count = 0, commit_hash = '' WHERE id = ?",
                (artifact_id,),
            )
            add_membership(connection, version["sequence_id"], artifact_id)
            self._clear_draft(connection, version)


with (
    patch.object(context, "Drafts", QuickDrafts),
    patch.object(server, "Execution", AssigningExecution),
):
    served = WandbServer(
        Path(FOLDER), storage_port=int(STORAGE_PORT), storage_url=URL, port=int(PORT)
    )
served.requests.enabled = False
serve(served, lambda started: print(json.dumps(started.env), flush=True))
