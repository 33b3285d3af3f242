"""The schema promises nothing that the server does not answer: each field, each mutation."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from pydantic import JsonValue, TypeAdapter

from wbtyped import Api
from wbtyped.server import WandbServer

RUN = 'project(entityName: "crew", name: "ship") { run(name: "log") { %s } }'
VERSION = 'project(entityName: "crew", name: "ship") { artifact(name: "data:v0") { %s } }'
COLLECTION = 'project(entityName: "crew", name: "ship") { artifactCollection(name: "%s") { %s } }'
# Where objects of a type are found; others are looked for from these on.
STARTS = {
    "Query": "%s",
    "User": "viewer { %s }",
    "Project": 'project(entityName: "crew", name: "ship") { %s }',
    "Entity": 'entity(name: "crew") { %s }',
    "Organization": 'organization(name: "Acme") { %s }',
    "Run": RUN,
    "InputArtifactEdge": RUN.replace('"log"', '"user"') % "inputArtifacts { edges { %s } }",
    "Artifact": VERSION,
    "ArtifactPortfolio": COLLECTION % ("shelf", "... on ArtifactPortfolio { %s }"),
    "ArtifactSequence": COLLECTION % ("data", "... on ArtifactSequence { %s }"),
    "ArtifactSequenceEdge": (
        'project(entityName: "crew", name: "ship") { artifactType(name: "dataset")'
        " { artifactSequences { edges { %s } } } }"
    ),
    "TagEdge": COLLECTION % ("data", "tags { edges { %s } }"),
    "ApiKeyEdge": "viewer { apiKeys { edges { %s } } }",
    "Tag": COLLECTION % ("data", "tags { edges { node { %s } } }"),
    "ClientIDMapping": 'clientIDMapping(clientID: "client") { %s }',
}
ARGUMENTS: Mapping[str, Mapping[str, JsonValue]] = {
    "Query.clientIDMapping": {"clientID": "client"},
    "Query.entity": {"name": "crew"},
    "Query.model": {"entityName": "crew", "name": "ship"},
    "Query.models": {"entityName": "crew"},
    "Query.organization": {"name": "Acme"},
    "Query.project": {"entityName": "crew", "name": "ship"},
    "Query.projects": {"entityName": "crew"},
    "Artifact.artifactLineageDag": {"filterGeneratedArtifacts": False, "limit": 10},
    "Entity.project": {"name": "ship"},
    "Project.bucket": {"name": "log"},
    "Project.run": {"name": "log"},
    "Project.artifactType": {"name": "dataset"},
    "Run.parquetHistory": {"liveKeys": ["loss"]},
    "Run.sampledHistory": {"specs": ['{"keys": ["loss"]}']},
    "ArtifactPortfolio.artifactMembership": {"aliasName": "v0"},
    "ArtifactSequence.artifactMembership": {"aliasName": "v0"},
}
NO_DATA = {
    "UploadMultipartUrls", "UploadUrlPart",  # of uploads, see test_artifact_upload.py
    # Histories of actions are empty.
    "ArtifactActionEdge", "ArtifactAliasAction", "ArtifactAliasActionEdge",
    "ArtifactCollectionAction", "ArtifactCollectionActionEdge", "DeleteArtifactAction",
    "MoveArtifactAliasAction", "UpdateArtifactAction", "UseArtifactAction",
    "FeatureFlag", "TagCategory",
}  # fmt: skip
METADATA = '{"args": ["--fast"], "git": {"commit": "abc", "remote": "origin"}, "os": "Linux"}'
_answer = TypeAdapter(dict[str, JsonValue])
_json: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WandbServer]:
    """A server with at least one object of each kind."""
    with WandbServer(tmp_path_factory.mktemp("filled")) as server:
        server.add_organization("Acme", "acme-org", teams=["crew"])
        files = {"a.txt": "hello", "wandb-metadata.json": METADATA}
        server.add_run("crew/ship/log", files, config={"lr": 1}, history=[{"loss": 1}], tags=["a"])
        server.add_artifact(
            "crew/ship/data", "dataset", {"a.txt": "hi"}, aliases=["best"], tags=["gold"],
            metadata={"rows": 1}, logged_by="crew/ship/log", used_by=["crew/ship/user"],
        )  # fmt: skip
        server.link_artifact("crew/ship/data:v0", "crew/ship/shelf")
        server.link_artifact("crew/ship/data:v0", "acme-org/wandb-registry-model/shelf")
        httpx.post(
            f"{server.url}/files/crew/ship/log/file_stream", auth=("api", server.api_key),
            json={"files": {"output.log": {"offset": 0, "content": ["hello"]}}},
        ).raise_for_status()  # fmt: skip
        fill_by_mutations(server)
        add_members(server)
        yield server


def add_members(server: WandbServer) -> None:
    selected = 'viewer { id } entity(name: "crew") { id project(name: "ship") { id } }'
    body = json.dumps(answer(server, f"{{ {selected} }}"))
    user, team, project = re.findall(r'"id": "([^"]+)"', body)
    given: JsonValue = {"projectId": project, "userIds": [user], "teamIds": [team]}
    assert "errors" not in mutate(server, "createProjectMembers", given)
    assert "errors" not in mutate(server, "generateApiKey", {"description": "second"})


def fill_by_mutations(server: WandbServer) -> None:
    tags: JsonValue = {
        "entityName": "crew", "projectName": "ship", "artifactCollectionName": "data",
        "tags": [{"tagName": "gold"}],
    }  # fmt: skip
    mutate(server, "createArtifactCollectionTagAssignments", tags)
    draft: JsonValue = {
        "entityName": "crew", "projectName": "ship", "artifactTypeName": "dataset",
        "artifactCollectionNames": ["data"], "clientID": "client", "digest": "0" * 32,
        "digestAlgorithm": "MANIFEST_MD5",
    }  # fmt: skip
    mutate(server, "createArtifact", draft)


def answer(server: WandbServer, text: str, variables: JsonValue = None) -> dict[str, JsonValue]:
    """Return the body of a response."""
    response = httpx.post(
        f"{server.url}/graphql", auth=("api", server.api_key), timeout=30,
        json={"query": text, "variables": variables},
    )  # fmt: skip
    return _answer.validate_json(response.content)


def served_schema(server: WandbServer) -> GraphQLSchema:
    introspection = answer(server, get_introspection_query())["data"]
    return build_client_schema(introspection)  # type: ignore[arg-type]  # checked by the function


def type_of(field: GraphQLField) -> GraphQLNamedType:
    return get_named_type(field.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def call(type_name: str, name: str, field: GraphQLField) -> str:
    """Return a field with its arguments."""
    if name == "protectedAliases":
        return f"{name}(adminType: MODEL)"
    given = dict(ARGUMENTS.get(f"{type_name}.{name}", {}))
    for argument_name, argument in field.args.items():
        if is_required_argument(argument) and argument_name not in given:
            is_version = name in {"artifact", "artifactCollectionMembership"}
            given[argument_name] = "data:v0" if is_version else "data"
    listed = ", ".join(f"{key}: {json.dumps(value)}" for key, value in given.items())
    return f"{name}({listed})" if listed else name


def starts_of(schema: GraphQLSchema) -> dict[str, str]:
    """Return, for every type, a query that leads to one of its objects."""
    found = dict(STARTS)
    waiting = list(found)
    while waiting:
        type_name = waiting.pop(0)
        object_type = schema.type_map[type_name]
        assert isinstance(object_type, GraphQLObjectType)
        for name, field in object_type.fields.items():
            target = type_of(field)
            objects: Sequence[GraphQLNamedType] = [target]
            if isinstance(target, GraphQLInterfaceType | GraphQLUnionType):
                objects = schema.get_possible_types(target)
            for each in objects:
                if isinstance(each, GraphQLObjectType) and each.name not in found:
                    part = "%s" if each is target else f"... on {each.name} {{ %s }}"
                    step = f"{call(type_name, name, field)} {{ {part} }}"
                    found[each.name] = found[type_name] % step
                    waiting.append(each.name)
    return found


def holds(value: JsonValue, name: str) -> bool:
    """Return True if a response has a field somewhere."""
    if isinstance(value, dict):
        return name in value or any(holds(inner, name) for inner in value.values())
    return isinstance(value, list) and any(holds(inner, name) for inner in value)


def test_every_field_is_answered(filled: WandbServer) -> None:
    schema = served_schema(filled)
    failed: dict[str, JsonValue] = {}
    for type_name, start in starts_of(schema).items():
        object_type = schema.type_map[type_name]
        assert isinstance(object_type, GraphQLObjectType)
        for name, field in object_type.fields.items():
            leaf = is_leaf_type(type_of(field))
            selected = call(type_name, name, field) + ("" if leaf else " { __typename }")
            body = answer(filled, f"{{ {start % f'found: {selected}'} }}")
            if "errors" in body or (type_name not in NO_DATA and not holds(body["data"], "found")):
                failed[f"{type_name}.{name}"] = body
    assert failed == {}


def test_statistics_have_true_values(filled: WandbServer) -> None:
    project = (
        "storageBytes runCount runActiveCount runOutputArtifactsCount tagCounts { name count }"
    )
    entity = "storageBytes referenceBytes runCount"
    version = (
        "storageBytes usedCount usedByApprox { totalCount } artifactCollections { totalCount }"
    )
    body = answer(
        filled,
        f'{{ project(entityName: "crew", name: "ship") {{ {project}'
        f' artifact(name: "data:v0") {{ {version} }} }} entity(name: "crew") {{ {entity} }} }}',
    )
    stored = len("hello") + len("hi") + len(METADATA)
    assert body == {
        "data": {
            "project": {
                "storageBytes": stored, "runCount": 2, "runActiveCount": 0,
                "runOutputArtifactsCount": 1, "tagCounts": [{"name": "a", "count": 1}],
                "artifact": {
                    "storageBytes": 2, "usedCount": 1, "usedByApprox": {"totalCount": 1},
                    "artifactCollections": {"totalCount": 3},
                },
            },
            "entity": {"storageBytes": stored, "referenceBytes": 0, "runCount": 2},
        }
    }  # fmt: skip


def test_lineage_leads_from_run_to_version_to_run(filled: WandbServer) -> None:
    selected = "runs { runName } artifacts { artifactSequenceName } edges { direction } hitLimit"
    dag = f"artifactLineageDag(limit: %d, filterGeneratedArtifacts: false) {{ {selected} }}"
    whole = answer(filled, f"{{ {VERSION % (dag % 10)} }}")
    assert whole == {"data": {"project": {"artifact": {"artifactLineageDag": {
        "runs": [{"runName": "log"}, {"runName": "user"}],
        "artifacts": [{"artifactSequenceName": "data"}],
        "edges": [{"direction": "TowardArtifact"}, {"direction": "AwayFromArtifact"}],
        "hitLimit": False,
    }}}}}  # fmt: skip
    assert '"hitLimit": true' in json.dumps(answer(filled, f"{{ {VERSION % (dag % 2)} }}"))


# Mutations.

SHIP: dict[str, JsonValue] = {"entityName": "crew", "projectName": "ship"}
TAG = SHIP | {"artifactCollectionName": "data", "tagName": "gold"}
TAGS = SHIP | {"artifactCollectionName": "data", "tags": [{"tagName": "blue"}]}
MEMBERS = {"projectId": "{project}", "userIds": ["{ann}"], "teamIds": ["{band}"]}
VIEWER = {"projectId": "{project}", "userId": "{ann}", "userProjectRole": "viewer"}
TEAM_VIEWER = {"projectId": "{project}", "teamId": "{band}", "teamProjectRole": "viewer"}
ALIASES: Mapping[str, JsonValue] = {
    "artifactID": "{version}",
    "aliases": [SHIP | {"artifactCollectionName": "data", "alias": "new"}],
}  # fmt: skip
# In this order; what is in braces is an id that `ids_of` finds.
MUTATIONS: Sequence[tuple[str, Mapping[str, object]]] = [
    ("createUser", {"email": "ann@example.com"}),
    ("updateUser", {"name": "My Name"}),
    ("generateApiKey", {}),
    ("deleteApiKey", {"id": "{key}"}),
    ("createTeam", {"teamName": "band"}),
    ("createInvite", {"entityName": "band", "username": "ann"}),
    ("deleteInvite", {"entityName": "band", "id": "{ann}"}),
    ("createServiceAccount", {"entityName": "band", "description": "robot"}),
    ("createProjectMembers", MEMBERS),
    ("updateProjectMember", VIEWER),
    ("updateProjectTeamMember", TEAM_VIEWER),
    ("deleteProjectMembers", MEMBERS),
    ("notifyScriptableRunAlert", SHIP | {"runName": "log", "title": "Hm", "text": "Look."}),
    ("upsertModel", {"entityName": "crew", "name": "boat"}),
    ("renameProject", {"entityName": "crew", "oldProjectName": "boat", "newProjectName": "barge"}),
    ("upsertBucket", {"entityName": "crew", "modelName": "ship", "name": "other"}),
    ("upsertBucket", {"id": "{run}", "state": "pending"}),
    ("stopRun", {"id": "{run}"}),
    ("updateRunState", {"id": "{run}", "state": "failed"}),
    ("createRunFiles", SHIP | {"runName": "log", "files": ["b.txt"]}),
    ("markRunFilesUploaded", SHIP | {"runName": "log", "files": ["a.txt"]}),
    ("copyFile", SHIP | {"runName": "other", "id": "{file}"}),
    ("rewindRun", SHIP | {"runName": "log", "metricName": "_step", "metricValue": 0}),
    ("deleteFiles", {"files": ["{file}"]}),
    ("addFiles", {"entityName": "crew", "modelName": "ship", "bucketName": "log", "names": ["b"]}),
    ("addProtectedAliases", {"entityName": "crew", "adminType": "MODEL", "aliases": ["prod"]}),
    ("removeProtectedAliases", {"entityName": "crew", "adminType": "MODEL", "aliases": ["prod"]}),
    ("createClientIDMapping", {"clientID": "mine", "serverID": "{version}"}),
    ("createArtifactType", SHIP | {"name": "model"}),
    ("updateArtifactType", {"artifactTypeID": "{type}", "description": "tables"}),
    ("createArtifactSequence", SHIP | {"artifactTypeID": "{type}", "name": "empty"}),
    ("createArtifactPortfolio", SHIP | {"artifactTypeID": "{type}", "name": "shelf"}),
    ("updateArtifactSequence", {"artifactSequenceID": "{sequence}", "description": "rows"}),
    ("updateArtifactPortfolio", {"artifactPortfolioID": "{portfolio}", "description": "best"}),
    (
        "moveArtifactSequence",
        {"artifactSequenceID": "{sequence}", "destinationArtifactTypeName": "x"},
    ),
    ("createArtifactCollectionTagAssignment", TAG),
    ("deleteArtifactCollectionTagAssignment", TAG),
    ("createArtifactCollectionTagAssignments", TAGS),
    ("deleteArtifactCollectionTagAssignments", TAGS),
    ("addAliases", ALIASES),
    ("deleteAliases", ALIASES),
    ("updateArtifact", {"artifactID": "{version}", "description": "first"}),
    ("useArtifact", SHIP | {"artifactID": "{version}", "runName": "log", "usedAs": "input"}),
    ("linkArtifact", {"artifactID": "{version}", "artifactPortfolioID": "{portfolio}"}),
    ("unlinkArtifact", {"artifactID": "{version}", "artifactPortfolioID": "{portfolio}"}),
    ("deleteArtifactPortfolio", {"artifactPortfolioID": "{portfolio}"}),
    ("deleteArtifact", {"artifactID": "{version}", "deleteAliases": True}),
    ("deleteArtifactSequence", {"artifactSequenceID": "{sequence}"}),
    ("deleteRun", {"id": "{run}"}),
    ("deleteRuns", SHIP | {"filters": "{}"}),
    ("deleteModel", {"id": "{project}"}),
]
# Of uploads, which need their contents between them: test_artifact_upload.py.
UPLOADS = {
    "commitArtifact", "completeMultipartUploadArtifact", "createArtifact", "createArtifactFiles",
    "createArtifactManifest", "updateArtifactManifest",
}  # fmt: skip
GONE = "undeleteRuns"
"""Answered by an error: deleted runs are gone."""


def mutate(server: WandbServer, name: str, given: JsonValue) -> dict[str, JsonValue]:
    """Execute a mutation and return the body of the response."""
    input_type = name[0].upper() + name[1:] + "Input"
    text = f"mutation M($input: {input_type}!) {{ {name}(input: $input) {{ __typename }} }}"
    return answer(server, text, {"input": given})


def ids_of(server: WandbServer) -> Mapping[str, str]:
    """Return the ids of what the mutations change."""
    body = json.dumps(
        answer(
            server,
            """{ project(entityName: "crew", name: "ship") {
        id run(name: "log") { id files(first: 1) { edges { node { id } } } }
        artifact(name: "data:v0") { id artifactType { id } artifactSequence { id } }
        artifactCollection(name: "shelf") { id }
    } }""",
        )
    )
    names = ("project", "run", "file", "version", "type", "sequence", "portfolio")
    return dict(zip(names, re.findall(r'"id": "([^"]+)"', body), strict=True))


def new_id(server: WandbServer, selected: str) -> str:
    """Return the one id that a query selects."""
    (found,) = re.findall(r'"id": "([^"]+)"', json.dumps(answer(server, f"{{ {selected} }}")))
    return str(found)


def with_ids(given: object, ids: Mapping[str, str]) -> JsonValue:
    """Return the input of a mutation with the ids that its braces name."""
    text = json.dumps(given)
    for name, value in ids.items():
        text = text.replace(f'"{{{name}}}"', f'"{value}"')
    return _json.validate_json(text)


def test_every_mutation_is_served(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": "hello"}, history=[{"loss": 1}])
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "hi"})
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf")
    mutations = served_schema(wandb_server).mutation_type
    assert mutations is not None
    names = {name for name, _ in MUTATIONS}
    assert names | UPLOADS | {GONE} == mutations.fields.keys()
    ids = dict(ids_of(wandb_server))
    for name, given in MUTATIONS:
        if name == "deleteApiKey":
            ids["key"] = new_id(wandb_server, "viewer { apiKeys { edges { node { id } } } }")
        if name == "createInvite":
            ids["ann"] = new_id(wandb_server, 'user(userName: "ann") { id }')
            ids["band"] = new_id(wandb_server, 'entity(name: "band") { id }')
        body = mutate(wandb_server, name, with_ids(given, ids))
        assert "errors" not in body, (name, body)
        assert body["data"] == {name: {"__typename": mutations.fields[name].type.name}}, name


def test_collections_and_types_are_created_empty(wandb_server: WandbServer) -> None:
    api_path = SHIP | {"name": "model"}
    wandb_server.add_run("crew/ship/log")
    assert "errors" not in mutate(wandb_server, "createArtifactType", dict(api_path))
    body = answer(
        wandb_server,
        '{ project(entityName: "crew", name: "ship") { artifactType(name: "model") { id } } }',
    )
    (type_id,) = re.findall(r"'id': '([^']+)'", str(body))
    for kind, name in {"Sequence": "weights", "Portfolio": "best"}.items():
        given = SHIP | {"artifactTypeID": type_id, "name": name, "description": "new"}
        assert "errors" not in mutate(wandb_server, f"createArtifact{kind}", dict(given))
    api = Api({"base_url": wandb_server.url}, api_key=wandb_server.api_key)
    found = api.artifact_collections("crew/ship", "model")
    assert [(each.name, each.description, each.is_sequence()) for each in found] == [
        ("best", "new", False), ("weights", "new", True)
    ]  # fmt: skip
    assert list(found[0].artifacts()) == []


def test_copied_file_belongs_to_both_runs(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": "hello"})
    wandb_server.add_run("crew/ship/other", {"a.txt": "old"})
    file = api.run("crew/ship/log").file("a.txt")
    copied = mutate(wandb_server, "copyFile", {**SHIP, "runName": "other", "id": file.id})
    assert "errors" not in copied
    file.delete()
    path = api.run("crew/ship/other").file("a.txt").save(tmp_path)
    assert path.read_text(encoding="utf-8") == "hello"


def test_rewound_run_forgets_later_steps(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", history=[{"loss": 3}, {"loss": 2}, {"loss": 1}])
    given = {**SHIP, "runName": "log", "metricName": "_step", "metricValue": 1}
    assert "errors" not in mutate(wandb_server, "rewindRun", given)
    run = api.run("crew/ship/log")
    assert [row["loss"] for row in run.scan_history()] == [3, 2]
    assert run.summary["loss"] == 2


def test_console_and_metadata_are_shown(filled: WandbServer) -> None:
    selected = "logLines { edges { node { number line } } } runInfo { args os git { commit } }"
    body = answer(filled, f"{{ {RUN % selected} }}")
    assert body == {"data": {"project": {"run": {
        "logLines": {"edges": [{"node": {"number": 0, "line": "hello"}}]},
        "runInfo": {"args": ["--fast"], "os": "Linux", "git": {"commit": "abc"}},
    }}}}  # fmt: skip


def test_undeleting_runs_says_that_they_are_gone(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    body = mutate(wandb_server, GONE, SHIP | {"filters": "{}"})
    assert body["errors"] == [{"message": "deleted runs of crew/ship not found", "path": [GONE]}]


def test_protected_aliases_and_client_ids_are_kept(wandb_server: WandbServer) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "hi"})
    given: JsonValue = {"entityName": "crew", "adminType": "MODEL", "aliases": ["prod"]}
    mutate(wandb_server, "addProtectedAliases", given)
    found = answer(wandb_server, '{ entity(name: "crew") { protectedAliases(adminType: MODEL) } }')
    assert found == {"data": {"entity": {"protectedAliases": ["prod"]}}}
    version = re.findall(r"'id': '([^']+)'", str(answer(wandb_server, f"{{ {VERSION % 'id'} }}")))
    mutate(wandb_server, "createClientIDMapping", {"clientID": "mine", "serverID": version[0]})
    found = answer(wandb_server, '{ clientIDMapping(clientID: "mine") { serverID } }')
    assert found == {"data": {"clientIDMapping": {"serverID": version[0]}}}


def test_every_payload_returns_the_string_of_its_input(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": "hello"}, history=[{"loss": 1}])
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "hi"})
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf")
    schema, ids = served_schema(wandb_server), ids_of(wandb_server)
    assert schema.mutation_type is not None
    returned = 0
    for name, given in MUTATIONS:
        payload = type_of(schema.mutation_type.fields[name])
        assert isinstance(payload, GraphQLObjectType)
        for spelt in ("clientMutationId", "clientMutationID"):
            if spelt in payload.fields:
                input_type = name[0].upper() + name[1:] + "Input"
                text = f"mutation M($i: {input_type}!) {{ {name}(input: $i) {{ {spelt} }} }}"
                filled_in = with_ids({**given, spelt: "mine"}, ids)
                body = answer(wandb_server, text, {"i": filled_in})
                if "errors" not in body:
                    assert body["data"] == {name: {spelt: "mine"}}
                    returned += 1
    assert returned > 30


def test_mutations_without_optional_names_say_what_is_missing(wandb_server: WandbServer) -> None:
    for name in ("createInvite", "createServiceAccount"):
        assert "entityName is missing" in str(mutate(wandb_server, name, {})["errors"])
    viewer = new_id(wandb_server, "viewer { id }")
    assert "entityName is missing" in str(mutate(wandb_server, "deleteInvite", {"id": viewer}))
    assert "artifact None not found" in str(mutate(wandb_server, "linkArtifact", {})["errors"])


def test_link_artifact_takes_the_id_of_a_client(wandb_server: WandbServer) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "hi"})
    version = new_id(wandb_server, VERSION % "id")
    mutate(wandb_server, "createClientIDMapping", {"clientID": "mine", "serverID": version})
    given = SHIP | {"clientID": "mine", "artifactPortfolioName": "shelf"}
    assert "errors" not in mutate(wandb_server, "linkArtifact", given)
    with Api({"base_url": wandb_server.url}, api_key=wandb_server.api_key) as api:
        assert api.artifact("crew/ship/shelf:v0").source_name == "data:v0"


def test_update_artifact_replaces_aliases(wandb_server: WandbServer) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "hi"}, aliases=["old", "kept"])
    version = new_id(wandb_server, VERSION % "id")

    def update(*aliases: str, collection: str = "data") -> str:
        listed: list[JsonValue] = [
            {"artifactCollectionName": collection, "alias": alias} for alias in aliases
        ]
        given: JsonValue = {"artifactID": version, "aliases": listed}
        return str(mutate(wandb_server, "updateArtifact", given))

    assert "errors" not in update("kept", "new")
    assert "artifact in the collection shelf not found" in update("other", collection="shelf")
    with Api({"base_url": wandb_server.url}, api_key=wandb_server.api_key) as api:
        assert api.artifact("crew/ship/data:v0").aliases == ["kept", "new"]
