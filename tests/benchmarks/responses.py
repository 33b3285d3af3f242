"""Prepared responses to the requests of both clients that list files of a run, or runs."""

import json
from collections.abc import Iterator

PROJECT = "bench/speed"
RUN = f"{PROJECT}/abc12345"
RUNS = 1_000
FILE_SIZE = 4096
TIMESTAMP = "2024-05-06T07:08:09"

Json = dict[str, object]

_TEAMS: Json = {"edges": [{"node": {"name": "bench"}}]}
_VIEWER: Json = {
    "id": "VXNlcjox",
    "name": "Bench Mark",
    "username": "bench",
    "email": "bench@example.invalid",
    "entity": "bench",
    "admin": False,
    "flags": "{}",
    "deletedAt": None,
    "apiKeys": {"edges": []},
    "teams": _TEAMS,
}
_RUN: Json = {
    "id": "UnVuOjE=",
    "projectId": "17",
    "name": "abc12345",
    "displayName": "first light",
    "state": "finished",
    "tags": [],
    "group": None,
    "jobType": None,
    "commit": None,
    "notes": None,
    "createdAt": TIMESTAMP,
    "heartbeatAt": TIMESTAMP,
    "readOnly": False,
    "fileCount": 0,
    # Only the official client requests these.
    "sweepName": None,
    "config": "{}",
    "description": "",
    "systemMetrics": "{}",
    "summaryMetrics": "{}",
    "historyLineCount": 0,
    "historyKeys": None,
    "user": {"name": "Bench Mark", "username": "bench"},
}
_PROJECT: Json = {
    "id": "UHJvamVjdDox",
    "internalId": "UHJvamVjdEludGVybmFsSWQ6MTc=",
    "name": "speed",
    "entityName": "bench",
    "run": _RUN,
}


def fixed_responses() -> dict[str, bytes]:
    """Return the responses that do not depend on variables, by operation name."""
    viewer = _body({"viewer": _VIEWER})
    features = _body({"serverInfo": {"features": []}})
    run = _body({"project": _PROJECT})
    return {
        "Viewer": viewer,
        "GetViewer": viewer,
        "GetDefaultEntity": viewer,
        "ServerFeaturesQuery": features,
        "ServerFeatures": features,
        "Run": run,
        "GetRun": run,
    }


def pages(total: int, per_page: int) -> Iterator[tuple[str | None, bytes]]:
    """Yield each page of a listing with the cursor that requests it."""
    cursor: str | None = None
    for start in range(0, total, per_page):
        stop = min(start + per_page, total)
        end = _cursor(stop - 1)
        files = {
            "edges": [{"node": _file(i), "cursor": _cursor(i)} for i in range(start, stop)],
            "pageInfo": {"endCursor": end, "hasNextPage": stop < total},
        }
        run = {"fileCount": total, "files": files}
        yield cursor, _body({"project": {"internalId": _PROJECT["internalId"], "run": run}})
        cursor = end


def run_pages(total: int, per_page: int) -> Iterator[tuple[str | None, bytes]]:
    """Yield each page of a list of runs with the cursor that requests it."""
    cursor: str | None = None
    heavy = ("config", "systemMetrics", "summaryMetrics", "historyKeys", "fileCount")
    listed = {key: value for key, value in _RUN.items() if key not in heavy}
    for start in range(0, total, per_page):
        stop = min(start + per_page, total)
        end = _cursor(stop - 1)
        nodes: list[Json] = [
            {**listed, "id": f"UnVuOjE{i:08d}", "name": f"run{i:05d}", "tags": ["a", "b"]}
            for i in range(start, stop)
        ]
        runs = {
            "edges": [{"node": node, "cursor": _cursor(i)} for i, node in enumerate(nodes, start)],
            "pageInfo": {"endCursor": end, "hasNextPage": stop < total},
        }
        found = {"internalId": _PROJECT["internalId"], "readOnly": False, "runCount": total}
        yield cursor, _body({"project": {**found, "runs": runs}})
        cursor = end


def _cursor(index: int) -> str:
    return f"Y3Vyc29yOnYyOpK{index:08d}"


def _file(index: int) -> Json:
    # As long as a node of the real service: about 1.3 KB, most of it the signed URL.
    name = f"media/images/validation_{index:08d}_{index * 2654435761 % 2**32:08x}.png"
    signature = f"{index:08x}" * 64
    return {
        "id": f"RmlsZTpydW46YWJjMTIzNDU6{index:08d}",
        "name": name,
        "url": f"https://api.example.invalid/files/{RUN}/{name}",
        "directUrl": (
            f"https://storage.example.invalid/bucket/{RUN}/{name}"
            "?X-Goog-Algorithm=GOOG4-RSA-SHA256"
            "&X-Goog-Credential=files%40example.iam.invalid%2F20240506%2Fauto%2Fstorage%2Fgoog4_request"
            "&X-Goog-Date=20240506T070809Z&X-Goog-Expires=86399&X-Goog-SignedHeaders=host"
            f"&response-content-disposition=attachment%3B%20filename%3D%22{index:08d}.png%22"
            f"&X-Goog-Signature={signature}"
        ),
        "sizeBytes": FILE_SIZE,
        "mimetype": "image/png",
        "updatedAt": TIMESTAMP,
        "md5": f"{index:022d}==",
    }


def _body(data: Json) -> bytes:
    return json.dumps({"data": data}, separators=(",", ":")).encode()
