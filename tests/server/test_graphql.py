"""What the server answers to queries."""

import base64

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import FILES, Ask, stored


def page(answer: httpx.Response) -> tuple[list[str], str | None, bool]:
    files = answer.json()["data"]["project"]["run"]["files"]
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
def test_without_the_key_nothing_is_answered(
    wandb_server: WandbServer, http: httpx.Client, headers: dict[str, str]
) -> None:
    url = f"{wandb_server.url}/graphql"
    refused = http.post(url, json={"query": "{ viewer { id } }"}, headers=headers)
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["message"]
    assert http.get(f"{wandb_server.url}/files/a/b/c/d", headers=headers).status_code == 401


def test_key_as_basic_with_any_user_or_as_bearer(
    wandb_server: WandbServer, http: httpx.Client
) -> None:
    url, key = f"{wandb_server.url}/graphql", wandb_server.api_key
    body = {"query": "{ viewer { username } }"}
    for auth in (("api", key), ("user", key)):
        assert http.post(url, json=body, auth=auth).json()["data"]["viewer"]["username"] == "me"
    bearer = {"Authorization": f"Bearer {key}"}
    assert http.post(url, json=body, headers=bearer).status_code == 200


def test_pages_by_name_with_cursors_that_last(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i}": b"x" for i in (0, 1, 3, 4, 6)})
    names, cursor, more = page(ask(FILES, first=2))
    assert (names, more) == (["0", "1"], True)
    wandb_server.add_run("crew/ship/log", files={"2": b"new", "01": b"before the cursor"})
    assert page(ask(FILES, first=9, after=cursor))[0] == ["2", "3", "4", "6"]
    assert page(ask(FILES, first=0)) == ([], None, True)
    assert page(ask(FILES, after=page(ask(FILES))[1])) == ([], None, False)


def test_fifty_are_a_page_unless_said(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i:03}": b"x" for i in range(51)})
    names, _, more = page(ask(FILES))
    assert (len(names), more) == (50, True)


@pytest.mark.parametrize("after", ["nonsense", "bm9uc2Vuc2U="])
def test_broken_cursors(wandb_server: WandbServer, ask: Ask, after: str) -> None:
    wandb_server.add_run("crew/ship/log")
    refused = ask(FILES, after=after)
    assert refused.status_code == 400
    assert "invalid cursor" in refused.json()["errors"][0]["message"]
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
def test_like_patterns(wandb_server: WandbServer, ask: Ask, pattern: str, names: list[str]) -> None:
    given: list[str] = ["b.json", "axb.txt", "a_b.txt", "A.TXT"]
    wandb_server.add_run("crew/ship/log", files=dict.fromkeys(given, b""))
    assert page(ask(FILES, pattern=pattern))[0] == names


def test_names_that_do_not_exist_get_a_node_to_upload_to(
    wandb_server: WandbServer, ask: Ask, http: httpx.Client
) -> None:
    wandb_server.add_run("crew/ship/log", files={"here": b"x"})
    answer = ask(FILES, names=["there", "here"], upload=True).json()["data"]["project"]["run"]
    here, there = (edge["node"] for edge in answer["files"]["edges"])
    assert (here["sizeBytes"], answer["fileCount"]) == (1, 1)
    assert (there["sizeBytes"], there["updatedAt"], there["md5"]) == (0, None, None)
    assert http.put(there["url"], content=b"content").status_code == 200
    assert page(ask(FILES))[0] == ["here", "there"]


def test_addresses_of_a_file(wandb_server: WandbServer, ask: Ask, http: httpx.Client) -> None:
    wandb_server.add_run("crew/ship/log", files={"a/ü #?%.txt": b"hello"})
    edges = ask(FILES).json()["data"]["project"]["run"]["files"]["edges"]
    node = edges[0]["node"]
    assert node["url"].startswith(f"{wandb_server.url}/files/crew/ship/log/a/")
    assert node["directUrl"].startswith(wandb_server.storage_url)
    assert http.get(node["directUrl"]).content == b"hello"
    moved = http.get(node["url"], auth=("api", wandb_server.api_key))
    assert moved.status_code == 302
    assert http.get(moved.headers["Location"]).content == b"hello"
    assert node["mimetype"] == "text/plain"


def test_unknown_things_are_null_and_no_error(wandb_server: WandbServer, ask: Ask) -> None:
    assert ask(FILES).json() == {"data": {"project": None}}
    wandb_server.add_run("crew/ship/other")
    assert ask(FILES).json()["data"]["project"]["run"] is None


def test_shapes_of_errors(wandb_server: WandbServer, ask: Ask) -> None:
    for bad in ("{ nonsense }", "{ viewer {", "query { viewer { id } ...Gone }"):
        refused = ask(bad)
        assert refused.status_code == 400
        assert "locations" not in refused.json()["errors"][0]
    gone = ask(
        'mutation { createRunFiles(input: {entityName: "crew", projectName: "no", runName: "log",'
        ' files: ["a"]}) { runID } }'
    )
    assert gone.status_code == 404
    assert gone.json()["errors"] == [
        {"message": "project crew/no not found", "path": ["createRunFiles"]}
    ]


def test_a_body_that_is_no_query(wandb_server: WandbServer, http: httpx.Client) -> None:
    auth, sent = ("api", wandb_server.api_key), {"Content-Type": "application/json"}
    for body in (b"", b"[]", b"{}", b"not json", b'{"query": 1}'):
        url = f"{wandb_server.url}/graphql"
        assert http.post(url, content=body, auth=auth, headers=sent).status_code == 400


def test_undeclared_variables_are_ignored(wandb_server: WandbServer, ask: Ask) -> None:
    assert ask("query Q { viewer { id } }", usedAs=None, more=[1]).status_code == 200


def test_runs_are_made_and_changed(wandb_server: WandbServer, ask: Ask) -> None:
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


def test_deleting_files(wandb_server: WandbServer, ask: Ask) -> None:
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
    assert len(stored(wandb_server)) == 1, "contents that no file names are freed"
    assert ask(delete, files=[b]).status_code == 200
    assert stored(wandb_server) == set()


def test_introspection_can_be_off(wandb_server: WandbServer, ask: Ask) -> None:
    query = '{ __schema { queryType { name } } it: __type(name: "Run") { name } viewer { id } }'
    assert ask(query).json()["data"]["__schema"]["queryType"]["name"] == "Query"
    wandb_server.introspection = False
    hidden = ask(query)
    assert hidden.status_code == 200
    data = hidden.json()["data"]
    assert (data["__schema"], data["it"]) == (None, None)
    assert data["viewer"]["id"]
    assert "errors" not in hidden.json()


def test_a_page_of_a_large_run_costs_the_same_anywhere(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i:06}": b"x" for i in range(100_000)})
    database = wandb_server._database.reading  # pyright: ignore[reportPrivateUsage] - counts its steps

    def steps(**variables: object) -> int:
        """Count what SQLite does for one page, in units of 100 instructions."""
        done = 0

        def count() -> int:
            nonlocal done
            done += 1
            return 0

        database.set_progress_handler(count, 100)
        run = wandb_server._context.projects.find_run(1, "log")  # pyright: ignore[reportPrivateUsage]
        assert run is not None
        files = wandb_server._context.files  # pyright: ignore[reportPrivateUsage]
        after = variables.get("after")
        rows, _ = files.page(run["id"], str(after) if after else None, 500, None)
        assert len(rows) == 500
        database.set_progress_handler(None, 0)
        return done

    first, last = steps(), steps(after="099000")
    assert last <= first * 1.1 + 1
    answer = ask(FILES, first=3, after=base64.b64encode(b"after:099996").decode())
    assert page(answer)[0] == ["099997", "099998", "099999"]
    assert answer.json()["data"]["project"]["run"]["fileCount"] == 100_000
