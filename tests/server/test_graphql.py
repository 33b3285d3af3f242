"""Responses to queries."""

import base64

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import FILES, Ask, stored


def page(response: httpx.Response) -> tuple[list[str], str | None, bool]:
    files = response.json()["data"]["project"]["run"]["files"]
    info = files["pageInfo"]
    names = [edge["node"]["name"] for edge in files["edges"]]
    assert info["endCursor"] == (files["edges"][-1]["cursor"] if names else None)
    return names, info["endCursor"], info["hasNextPage"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"api:" + b"x" * 40).decode()},
        {"Authorization": "Bearer " + "x" * 40},
        {"Authorization": "Digest whatever"},
    ],
)
def test_request_without_valid_key_returns_401(
    wandb_server: WandbServer, http: httpx.Client, headers: dict[str, str]
) -> None:
    url = f"{wandb_server.url}/graphql"
    rejected = http.post(url, json={"query": "{ viewer { id } }"}, headers=headers)
    assert rejected.status_code == 401
    assert rejected.json()["errors"][0]["message"]
    assert http.get(f"{wandb_server.url}/files/a/b/c/d", headers=headers).status_code == 401


def test_key_is_accepted_as_basic_and_bearer(wandb_server: WandbServer, http: httpx.Client) -> None:
    url, key = f"{wandb_server.url}/graphql", wandb_server.api_key
    body = {"query": "{ viewer { username } }"}
    for auth in (("api", key), ("user", key)):
        assert http.post(url, json=body, auth=auth).json()["data"]["viewer"]["username"] == "me"
    bearer = {"Authorization": f"Bearer {key}"}
    assert http.post(url, json=body, headers=bearer).status_code == 200


def test_file_pages_have_stable_cursors(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i}": b"x" for i in (0, 1, 3, 4, 6)})
    names, cursor, more = page(ask(FILES, first=2))
    assert (names, more) == (["0", "1"], True)
    wandb_server.add_run("crew/ship/log", files={"2": b"new", "01": b"before the cursor"})
    assert page(ask(FILES, first=9, after=cursor))[0] == ["2", "3", "4", "6"]
    assert page(ask(FILES, first=0)) == ([], None, True)
    assert page(ask(FILES, after=page(ask(FILES))[1])) == ([], None, False)


def test_page_size_defaults_to_50(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i:03}": b"x" for i in range(51)})
    names, _, more = page(ask(FILES))
    assert (len(names), more) == (50, True)


@pytest.mark.parametrize("after", ["nonsense", "bm9uc2Vuc2U="])
def test_invalid_cursor_is_rejected(wandb_server: WandbServer, ask: Ask, after: str) -> None:
    wandb_server.add_run("crew/ship/log")
    rejected = ask(FILES, after=after)
    assert rejected.status_code == 400
    assert "invalid cursor" in rejected.json()["errors"][0]["message"]
    assert ask(FILES, first=-1).status_code == 400


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("%", ["A.TXT", "a_b.txt", "axb.txt", "b.json"]),
        ("%.txt", ["A.TXT", "a_b.txt", "axb.txt"]),
        ("a_b%", ["a_b.txt", "axb.txt"]),
        (r"a\_b%", ["a_b.txt"]),
        ("b", []),
    ],
)
def test_file_pattern_uses_like(
    wandb_server: WandbServer, ask: Ask, pattern: str, names: list[str]
) -> None:
    given: list[str] = ["b.json", "axb.txt", "a_b.txt", "A.TXT"]
    wandb_server.add_run("crew/ship/log", files=dict.fromkeys(given, b""))
    assert page(ask(FILES, pattern=pattern))[0] == names


def test_missing_name_gets_upload_node(
    wandb_server: WandbServer, ask: Ask, http: httpx.Client
) -> None:
    wandb_server.add_run("crew/ship/log", files={"here": b"x"})
    response = ask(FILES, names=["there", "here"], upload=True).json()["data"]["project"]["run"]
    here, there = (edge["node"] for edge in response["files"]["edges"])
    assert (here["sizeBytes"], response["fileCount"]) == (1, 1)
    assert (there["sizeBytes"], there["updatedAt"], there["md5"]) == (0, None, None)
    assert http.put(there["url"], content=b"content").status_code == 200
    assert page(ask(FILES))[0] == ["here", "there"]


def test_file_urls_lead_to_content(wandb_server: WandbServer, ask: Ask, http: httpx.Client) -> None:
    wandb_server.add_run("crew/ship/log", files={"a/ü #?%.txt": b"hello"})
    edges = ask(FILES).json()["data"]["project"]["run"]["files"]["edges"]
    node = edges[0]["node"]
    assert node["url"].startswith(f"{wandb_server.url}/files/crew/ship/log/a/")
    assert node["directUrl"].startswith(wandb_server.storage_url)
    assert http.get(node["directUrl"]).content == b"hello"
    redirect = http.get(node["url"], auth=("api", wandb_server.api_key))
    assert redirect.status_code == 302
    assert http.get(redirect.headers["Location"]).content == b"hello"
    assert node["mimetype"] == "text/plain"


def test_unknown_objects_are_null(wandb_server: WandbServer, ask: Ask) -> None:
    assert ask(FILES).json() == {"data": {"project": None}}
    wandb_server.add_run("crew/ship/other")
    assert ask(FILES).json()["data"]["project"]["run"] is None


def test_errors_have_wandb_format(wandb_server: WandbServer, ask: Ask) -> None:
    for bad in ("{ nonsense }", "{ viewer {", "query { viewer { id } ...Gone }"):
        rejected = ask(bad)
        assert rejected.status_code == 400
        assert "locations" not in rejected.json()["errors"][0]
    gone = ask(
        'mutation { createRunFiles(input: {entityName: "crew", projectName: "no", runName: "log",'
        ' files: ["a"]}) { runID } }'
    )
    assert gone.status_code == 404
    assert gone.json()["errors"] == [
        {"message": "project crew/no not found", "path": ["createRunFiles"]}
    ]


def test_body_without_query_returns_400(wandb_server: WandbServer, http: httpx.Client) -> None:
    auth, sent = ("api", wandb_server.api_key), {"Content-Type": "application/json"}
    for body in (b"", b"[]", b"{}", b"not json", b'{"query": 1}'):
        url = f"{wandb_server.url}/graphql"
        assert http.post(url, content=body, auth=auth, headers=sent).status_code == 400


def test_undeclared_variables_are_ignored(wandb_server: WandbServer, ask: Ask) -> None:
    assert ask("query Q { viewer { id } }", usedAs=None, more=[1]).status_code == 200


def test_upsert_run_creates_and_updates(wandb_server: WandbServer, ask: Ask) -> None:
    upsert = """
    mutation Upsert($name: String, $notes: String, $config: JSONString, $tags: [String]) {
      upsertBucket(input: {
        modelName: "ship", name: $name, notes: $notes, config: $config, tags: $tags
      }) { inserted bucket { name displayName notes config tags project { entityName name } } }
    }
    """
    made = ask(upsert, notes="first", config='{"lr": {"value": 1}}', tags=["a"]).json()["data"]
    bucket = made["upsertBucket"]["bucket"]
    assert made["upsertBucket"]["inserted"] is True
    assert len(bucket["name"]) == 8
    assert bucket["displayName"]
    assert bucket["project"] == {"entityName": "me", "name": "ship"}
    changed = ask(upsert, name=bucket["name"], tags=["b"]).json()["data"]["upsertBucket"]
    assert changed["inserted"] is False
    assert changed["bucket"] == {**bucket, "tags": ["b"]}, "what is null stays"


def test_delete_files_is_all_or_nothing(wandb_server: WandbServer, ask: Ask) -> None:
    delete = """
    mutation Delete($files: [ID!]!, $projectId: Int) {
      deleteFiles(input: {files: $files, projectId: $projectId}) { success }
    }
    """
    wandb_server.add_run("crew/ship/log", files={"a": b"same", "b": b"same", "c": b"other"})
    run = ask(FILES).json()["data"]["project"]["run"]
    a, b, c = (edge["node"]["id"] for edge in run["files"]["edges"])
    project = int(run["projectId"])
    assert len(stored(wandb_server)) == 2
    assert ask(delete, files=[a, "RmlsZTo5OTk="], projectId=project).status_code == 404
    assert ask(delete, files=[a], projectId=project + 1).status_code == 404
    assert page(ask(FILES))[0] == ["a", "b", "c"], "all or none"
    assert ask(delete, files=[a, c], projectId=project).json()["data"]["deleteFiles"]["success"]
    assert page(ask(FILES))[0] == ["b"]
    assert len(stored(wandb_server)) == 1, "unreferenced blobs are deleted"
    assert ask(delete, files=[b]).status_code == 200
    assert stored(wandb_server) == set()


def test_introspection_off_returns_null(wandb_server: WandbServer, ask: Ask) -> None:
    query = '{ __schema { queryType { name } } it: __type(name: "Run") { name } viewer { id } }'
    assert ask(query).json()["data"]["__schema"]["queryType"]["name"] == "Query"
    wandb_server.introspection = False
    hidden = ask(query)
    assert hidden.status_code == 200
    data = hidden.json()["data"]
    assert (data["__schema"], data["it"]) == (None, None)
    assert data["viewer"]["id"]
    assert "errors" not in hidden.json()


def test_page_cost_is_independent_of_position(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i:06}": b"x" for i in range(100_000)})
    database = wandb_server._database.connection  # pyright: ignore[reportPrivateUsage] - counts its steps

    def steps(**variables: object) -> int:
        """Count the work of SQLite for one page, in units of 100 instructions."""
        done = 0

        def count() -> int:
            nonlocal done
            done += 1
            return 0

        database.set_progress_handler(count, 100)
        run = wandb_server._context.runs.find(1, "log")  # pyright: ignore[reportPrivateUsage]
        assert run is not None
        files = wandb_server._context.files  # pyright: ignore[reportPrivateUsage]
        after = variables.get("after")
        rows = files.files_after(run["id"], str(after) if after else None, 500, None)
        assert len(rows) == 500
        database.set_progress_handler(None, 0)
        return done

    first, last = steps(), steps(after="099000")
    assert last <= first * 1.1 + 1
    response = ask(FILES, first=3, after=base64.b64encode(b"after:099996").decode())
    assert page(response)[0] == ["099997", "099998", "099999"]
    assert response.json()["data"]["project"]["run"]["fileCount"] == 100_000
