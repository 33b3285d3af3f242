"""Several users on one server: everybody sees and changes what is theirs, and nothing else."""

import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue

from wbtyped import Api
from wbtyped.errors import AuthenticationError, NotFoundError, UsageError
from wbtyped.server import WandbServer

from .test_every_field import MUTATIONS, SHIP, answer, ids_of, mutate, new_id, with_ids

PERMISSION: JsonValue = {"code": "PERMISSION_ERROR"}
MISSING_OR_DENIED = re.compile("not found|permission denied")
# What a user may do without belonging to anybody else's team, and what names nothing of others.
OWN = {"updateUser", "generateApiKey", "deleteApiKey", "createTeam", "createClientIDMapping"}


@pytest.fixture
def ship(wandb_server: WandbServer) -> WandbServer:
    """A server with data of the team `crew`, to which `ann` belongs, and `bob` does not."""
    wandb_server.add_user("ann", teams=["crew"])
    wandb_server.add_user("bob")
    wandb_server.add_run("crew/ship/log", {"a.txt": "hello"}, history=[{"loss": 1}])
    wandb_server.add_artifact(
        "crew/ship/data", "dataset", {"a.txt": "hi"}, logged_by="crew/ship/log"
    )
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf")
    return wandb_server


def api_of(server: WandbServer, user: str) -> Api:
    return Api({"base_url": server.url}, api_key=server.add_user(user))


def ask_as(server: WandbServer, user: str, text: str, given: JsonValue = None) -> httpx.Response:
    return httpx.post(
        f"{server.url}/graphql", auth=("api", server.add_user(user)), timeout=30,
        json={"query": text, "variables": {"input": given}},
    )  # fmt: skip


def mutation(name: str) -> str:
    input_type = name[0].upper() + name[1:] + "Input"
    return f"mutation M($input: {input_type}!) {{ {name}(input: $input) {{ __typename }} }}"


def test_users_have_keys_and_entities_of_their_own(ship: WandbServer) -> None:
    ann = api_of(ship, "ann")
    assert ann.viewer.username == "ann"
    assert ann.default_entity == "ann"
    assert ann.viewer.teams == ["ann", "crew"]
    assert ann.create_run(project="mine").full_path.startswith("ann/mine/")
    assert ship.add_user("ann") != ship.add_user("bob") != ship.api_key


def test_member_reads_and_writes_team(ship: WandbServer, tmp_path: Path) -> None:
    ann = api_of(ship, "ann")
    run = ann.run("crew/ship/log")
    assert [file.name for file in run.files()] == ["a.txt"]
    assert run.file("a.txt").save(tmp_path).read_text() == "hello"
    assert ann.artifact("crew/ship/data:v0").download(tmp_path / "data")
    assert ann.create_run(project="ship", entity="crew").full_path.startswith("crew/ship/")


@pytest.mark.parametrize("user", ["bob", "me"])
def test_stranger_finds_nothing_of_a_team(ship: WandbServer, user: str) -> None:
    ship.add_user("me")
    api = api_of(ship, user)
    with pytest.raises(NotFoundError):
        api.project("ship", "crew")
    with pytest.raises(NotFoundError):
        api.run("crew/ship/log").load()
    with pytest.raises(NotFoundError):
        api.artifact("crew/ship/data:v0")
    assert list(api.projects("crew")) == []
    with pytest.raises(AuthenticationError, match="permission denied"):
        api.create_run(project="ship", entity="crew")


def test_stranger_finds_nothing_by_ids(ship: WandbServer) -> None:
    ids = ids_of_crew(ship)
    text = """{ artifact(id: "%s") { digest } artifactCollection(id: "%s") { name }
        clientIDMapping(clientID: "mine") { serverID } }"""
    found = ask_as(ship, "bob", text % (ids["version"], ids["sequence"]))
    assert found.json() == {
        "data": {"artifact": None, "artifactCollection": None, "clientIDMapping": None}
    }


def ids_of_crew(server: WandbServer) -> Mapping[str, str]:
    """Return the ids of what the mutations change, as `ann` sees them."""
    server.add_team("crew", members=["me"])
    return dict(ids_of(server))


def test_stranger_can_use_no_mutation(ship: WandbServer) -> None:
    ids = {**ids_of_crew(ship), "ann": new_id(ship, 'user(userName: "ann") { id }')}
    ids["band"] = new_id(ship, 'entity(name: "crew") { id }')
    done: dict[str, JsonValue] = {}
    for name, given in MUTATIONS:
        if name in OWN - {"createClientIDMapping"}:
            continue
        team = str(given.get("entityName", "")).replace("band", "crew")
        values = {**given, **({"entityName": team} if team else {})}
        response = ask_as(ship, "bob", mutation(name), with_ids(values, ids))
        errors = response.json().get("errors", [])
        if not errors or not MISSING_OR_DENIED.search(errors[0]["message"]):
            done[name] = response.json()
    assert done == {}
    # Nothing has changed: everybody else can go on.
    assert {file.name for file in api_of(ship, "ann").run("crew/ship/log").files()} == {"a.txt"}


def test_viewer_reads_and_does_not_write(ship: WandbServer) -> None:
    ship.add_user("eve", teams=["crew"], role="viewer")
    eve = api_of(ship, "eve")
    assert eve.run("crew/ship/log").file("a.txt").size == 5
    response = ask_as(
        ship, "eve", mutation("upsertBucket"),
        {"entityName": "crew", "modelName": "ship", "name": "other"},
    )  # fmt: skip
    assert response.status_code == 403
    assert response.json() == {
        "data": {"upsertBucket": None},
        "errors": [
            {"message": "permission denied", "path": ["upsertBucket"], "extensions": PERMISSION}
        ],
    }


def test_public_project_is_read_by_all_and_written_by_its_team(ship: WandbServer) -> None:
    ship.add_project("crew/ship", access="public")
    bob = api_of(ship, "bob")
    assert bob.run("crew/ship/log").file("a.txt").size == 5
    assert bob.artifact("crew/ship/data:v0").files()[0].name == "a.txt"
    assert [project.name for project in bob.projects("crew")] == ["ship"]
    with pytest.raises(AuthenticationError, match="permission denied"):
        bob.run("crew/ship/log").file("a.txt").delete()
    ship.add_project("crew/ship", access="open")
    bob.run("crew/ship/log").file("a.txt").delete()


def test_restricted_project_is_closed_to_members_of_its_team(ship: WandbServer) -> None:
    ship.add_project("crew/ship", access="restricted")
    with pytest.raises(NotFoundError):
        api_of(ship, "ann").project("ship", "crew")
    ship.add_user("dan", teams=["crew"], role="admin")
    assert api_of(ship, "dan").project("ship", "crew").name == "ship"


def test_other_doors_are_closed_to_strangers(ship: WandbServer) -> None:
    digest = "49f68a5c8493ec2c0bf489821c21fc3b"  # of "hi"
    doors = (
        ("GET", "/files/crew/ship/log/a.txt"),
        ("GET", f"/artifacts/crew/{digest}"),
        ("GET", f"/artifactsV2/default/bob/any/any/{ids_of_crew(ship)['version']}/{digest}/a.txt"),
        ("POST", "/files/crew/ship/log/file_stream"),
        ("GET", "/crew/ship"),
        ("GET", "/crew/ship/runs/log"),
        ("GET", "/crew/ship/runs/log/files/a.txt"),
        ("GET", "/crew/ship/artifacts/dataset/data/v0"),
        ("GET", "/crew"),
    )  # fmt: skip
    expected = {"ann": {200, 302}, "bob": {404}}
    for user, statuses in expected.items():
        for method, path in doors:
            response = httpx.request(
                method, ship.url + path, auth=("api", ship.add_user(user)), json={}
            )
            assert response.status_code in statuses, (user, path, response.text)
    home = httpx.get(ship.url, auth=("api", ship.add_user("bob"))).text
    assert "crew" not in home


def test_stored_content_is_not_given_to_strangers_who_know_its_digest(ship: WandbServer) -> None:
    draft: dict[str, JsonValue] = {
        "entityName": "bob", "projectName": "p", "artifactTypeName": "dataset",
        "artifactCollectionNames": ["copy"], "digest": "0" * 32, "clientID": "c",
        "digestAlgorithm": "MANIFEST_MD5",
    }  # fmt: skip
    text = mutation("createArtifact").replace("__typename", "artifact { id }")
    version = ask_as(ship, "bob", text, draft).json()["data"]["createArtifact"]["artifact"]["id"]
    file = {"artifactID": version, "name": "a.txt", "md5": "SfaKXISTLCwL9ImCHCH8Ow=="}
    files = mutation("createArtifactFiles").replace(
        "__typename", "files { edges { node { uploadUrl } } }"
    )
    given: JsonValue = {"artifactFiles": [file], "storageLayout": "V2"}
    found = ask_as(ship, "bob", files, given).json()["data"]["createArtifactFiles"]
    assert found["files"]["edges"][0]["node"]["uploadUrl"] is not None


def test_lineage_leads_only_to_what_a_user_may_see(ship: WandbServer) -> None:
    ship.add_artifact("open/show/out", "dataset", {"x": "y"}, used_by=["crew/ship/log"])
    ship.add_project("open/show", access="public")
    text = """{ project(entityName: "open", name: "show") { artifact(name: "out:v0") {
        usedBy { edges { node { name } } }
        artifactLineageDag(limit: 10, filterGeneratedArtifacts: false) { runs { runName } } } } }"""
    shown = {
        user: ask_as(ship, user, text).json()["data"]["project"]["artifact"]
        for user in ("ann", "bob")
    }
    assert shown["ann"]["usedBy"]["edges"] == [{"node": {"name": "log"}}]
    assert shown["bob"] == {"usedBy": {"edges": []}, "artifactLineageDag": {"runs": []}}


def test_email_and_keys_are_private(ship: WandbServer) -> None:
    ask_as(ship, "ann", mutation("generateApiKey"), {"description": "ci"})
    text = '{ user(userName: "ann") { email apiKeys { edges { node { description } } } } }'
    key: JsonValue = {"edges": [{"node": {"description": "ci"}}]}
    none: JsonValue = {"edges": []}
    found = {user: ask_as(ship, user, text).json()["data"]["user"] for user in ("ann", "bob")}
    assert found == {
        "ann": {"email": "ann@localhost", "apiKeys": key},
        "bob": {"email": None, "apiKeys": none},
    }


def test_generated_key_works_until_it_is_deleted(ship: WandbServer) -> None:
    text = mutation("generateApiKey").replace("__typename", "apiKey { id name }")
    made = ask_as(ship, "ann", text, {}).json()["data"]["generateApiKey"]["apiKey"]
    assert Api({"base_url": ship.url}, api_key=made["name"]).viewer.username == "ann"
    assert "not found" in ask_as(ship, "bob", mutation("deleteApiKey"), {"id": made["id"]}).text
    ask_as(ship, "ann", mutation("deleteApiKey"), {"id": made["id"]})
    response = httpx.post(f"{ship.url}/graphql", auth=("api", made["name"]), json={})
    assert response.status_code == 401


def test_users_and_keys_survive_a_restart(tmp_path: Path) -> None:
    with WandbServer(tmp_path / "data") as server:
        key = server.add_user("ann", teams=["crew"])
        server.add_run("crew/ship/log")
    with WandbServer(tmp_path / "data") as server:
        assert server.add_user("ann") == key
        assert api_of(server, "ann").run("crew/ship/log").state == "finished"
        with pytest.raises(NotFoundError):
            Api({"base_url": server.url}, api_key=server.api_key).run("crew/ship/log").load()
    with pytest.raises(UsageError, match="a user named ann already exists"):
        WandbServer(tmp_path / "data", entity="ann")


def test_service_account_logs_for_its_team(ship: WandbServer) -> None:
    robot = Api({"base_url": ship.url}, api_key=ship.add_service_account("robot", "crew"))
    run = robot.create_run(project="ship")
    assert run.entity == "crew"
    text = '{ entity(name: "crew") { members { username accountType role } } }'
    members = ask_as(ship, "ann", text).json()["data"]["entity"]["members"]
    assert {"username": "robot", "accountType": "SERVICE", "role": "member"} in members


def test_user_changes_default_entity(ship: WandbServer) -> None:
    assert "permission denied" in ask_as(
        ship, "bob", mutation("updateUser"), {"defaultEntity": "crew"}
    ).text  # fmt: skip
    ask_as(ship, "ann", mutation("updateUser"), {"defaultEntity": "crew", "name": "Ann A."})
    ann = api_of(ship, "ann")
    assert ann.default_entity == "crew"
    assert ann.viewer.name == "Ann A."
    assert ann.create_run(project="ship").entity == "crew"


def test_runs_know_who_created_them(ship: WandbServer) -> None:
    api_of(ship, "ann").create_run(project="ship", entity="crew", run_id="hers")
    text = """{ project(entityName: "crew", name: "ship") {
        run(name: "hers") { user { username } }
        runs(filters: "{\\"username\\": \\"ann\\"}") { edges { node { name } } } } }"""
    assert ask_as(ship, "ann", text).json()["data"]["project"] == {
        "run": {"user": {"username": "ann"}}, "runs": {"edges": [{"node": {"name": "hers"}}]},
    }  # fmt: skip


def test_signed_in_browser_sees_pages_of_its_user(ship: WandbServer) -> None:
    with httpx.Client(base_url=ship.url, follow_redirects=True) as browser:
        form = {"key": ship.add_user("bob"), "target": "/"}
        page = browser.post("/-/sign-in", data=form)
        assert "crew" not in page.text
        assert browser.get("/crew/ship").status_code == 404


def test_single_user_is_not_limited(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    found = answer(wandb_server, '{ entity(name: "crew") { isTeam members { username role } } }')
    assert found["data"] == {
        "entity": {"isTeam": True, "members": [{"username": "me", "role": "admin"}]}
    }


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("add_user(name='a/b')", "invalid name"),
        ("add_user(name='ann', role='boss')", "role"),
        ("add_team(name='crew', members=['nobody'])", "there is no user nobody"),
        ("add_project(path='crew')", "entity/project"),
        ("add_project(path='crew/ship', access='secret')", "access"),
    ],
)
def test_wrong_accounts_are_rejected(wandb_server: WandbServer, call: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        eval(f"server.{call}", {"server": wandb_server})


def test_alerts_are_kept(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    given = {**SHIP, "runName": "log", "title": "Loss", "text": "It is nan.", "severity": "WARN"}
    assert "errors" not in mutate(wandb_server, "notifyScriptableRunAlert", given)
    [alert] = wandb_server.alerts
    assert (alert.run, alert.title, alert.text, alert.severity) == (
        "crew/ship/log", "Loss", "It is nan.", "WARN"
    )  # fmt: skip
    assert answer(wandb_server, "{ viewer { username } }")["data"]


def test_update_user_has_no_password_to_change(ship: WandbServer) -> None:
    response = ask_as(ship, "ann", mutation("updateUser"), {"password": "secret"})
    assert response.status_code == 400
    assert "'password' is not defined by type 'UpdateUserInput'" in response.text


def test_create_user_with_account_type_creates_that_kind(wandb_server: WandbServer) -> None:
    given: JsonValue = {"email": "robot@example.com", "accountType": "SERVICE"}
    assert "errors" not in mutate(wandb_server, "createUser", given)
    body = answer(wandb_server, '{ user(userName: "robot") { accountType } }')
    assert body == {"data": {"user": {"accountType": "SERVICE"}}}
    wrong = mutate(wandb_server, "createUser", {"email": "x@y.example", "accountType": "CAT"})
    assert "invalid account type 'CAT'" in str(wrong)


def test_create_team_in_organization_gives_it_the_registries(wandb_server: WandbServer) -> None:
    wandb_server.add_organization("Acme", "acme-org")
    organization = new_id(wandb_server, 'organization(name: "Acme") { id }')
    given: JsonValue = {
        "teamName": "band", "organizationId": organization, "defaultAccess": "USER_READ",
    }  # fmt: skip
    assert "errors" not in mutate(wandb_server, "createTeam", given)
    wandb_server.add_run("band/song/run")
    selected = 'entity(name: "band") { organization { name teams { name } } defaultAccess'
    body = answer(wandb_server, f'{{ {selected} project(name: "song") {{ access }} }} }}')
    assert body["data"] == {
        "entity": {
            "organization": {"name": "Acme", "teams": [{"name": "band"}]},
            "defaultAccess": "USER_READ",
            "project": {"access": "USER_READ"},
        }
    }


def test_create_team_in_organization_of_others_is_denied(ship: WandbServer) -> None:
    ship.add_organization("Acme", "acme-org", teams=["crew"])
    organization = new_id(ship, 'organization(name: "Acme") { id }')
    for user, error in {"ann": "permission denied", "bob": "not found"}.items():
        given: JsonValue = {"teamName": f"{user}-band", "organizationId": organization}
        assert error in ask_as(ship, user, mutation("createTeam"), given).text
    for other in ("T3JnYW5pemF0aW9uOjk5", "VXNlcjox", "", "?" * 5000):
        response = ask_as(
            ship, "ann", mutation("createTeam"), {"teamName": "x", "organizationId": other}
        )
        assert response.status_code == 404
    assert answer(ship, '{ entity(name: "x") { id } }') == {"data": {"entity": None}}
