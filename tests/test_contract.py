"""Every public member of the official client's classes exists here, or is left out for a reason.

The table is complete in both directions: a member that the official client adds fails the test, and
so does an entry that is no longer true.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import cache

import pytest
import wandb.apis.public as theirs
from wandb.apis.public import artifacts, registries
from wandb.apis.public.registries import registries_search
from wandb.sdk.artifacts.artifact import Artifact
from wandb.sdk.artifacts.artifact_manifest import ArtifactManifest
from wandb.sdk.artifacts.artifact_manifest_entry import ArtifactManifestEntry

import wbtyped

CLASSES: Mapping[str, tuple[type, type]] = {
    "Api": (theirs.Api, wbtyped.Api),
    "Artifact": (Artifact, wbtyped.Artifact),
    "ArtifactCollection": (theirs.ArtifactCollection, wbtyped.ArtifactCollection),
    "ArtifactCollections": (theirs.ArtifactCollections, wbtyped.ArtifactCollections),
    "ArtifactFiles": (theirs.ArtifactFiles, wbtyped.ArtifactFiles),
    "ArtifactManifest": (ArtifactManifest, wbtyped.ArtifactManifest),
    "ArtifactManifestEntry": (ArtifactManifestEntry, wbtyped.ArtifactManifestEntry),
    "ArtifactType": (theirs.ArtifactType, wbtyped.ArtifactType),
    "ArtifactTypes": (theirs.ArtifactTypes, wbtyped.ArtifactTypes),
    "Artifacts": (theirs.Artifacts, wbtyped.Artifacts),
    "File": (theirs.File, wbtyped.File),
    "Files": (theirs.Files, wbtyped.Files),
    "Project": (theirs.Project, wbtyped.Project),
    "ProjectArtifactCollections": (
        artifacts.ProjectArtifactCollections, wbtyped.ProjectArtifactCollections,
    ),
    "Projects": (theirs.Projects, wbtyped.Projects),
    "Registries": (registries.Registries, wbtyped.Registries),
    "Registry": (registries.Registry, wbtyped.Registry),
    "RegistryCollections": (registries_search.Collections, wbtyped.RegistryCollections),
    "RegistryVersions": (registries_search.Versions, wbtyped.RegistryVersions),
    "Run": (theirs.Run, wbtyped.Run),
    "RunArtifacts": (theirs.RunArtifacts, wbtyped.RunArtifacts),
    "Runs": (theirs.Runs, wbtyped.Runs),
    "User": (theirs.User, wbtyped.User),
}  # fmt: skip

OTHER_PRODUCTS = (
    "automations, integrations, queues, jobs, reports, sweeps and charts are other parts"
)
PEOPLE = "administers people"
DRAFT = "changes a version before it is logged, which publish.Draft does"
NOTEBOOK = "notebooks show objects without being asked"
INTERNAL = "has no use for callers"
REGISTRY_CHANGES = "changes a registry that exists, in its settings or members"
READ_ONLY = "runs are read here; the program that logs them changes them"
HEAVY = "config and summary are loaded when they are read"

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "Api": {
        "automation automations create_automation delete_automation update_automation"
        " create_custom_chart create_run_queue run_queue upsert_run_queue queued_run integrations"
        " slack_integrations webhook_integrations job list_jobs reports sweep sync_tensorboard": (
            OTHER_PRODUCTS
        ),
        "create_team create_user organization team user users": PEOPLE,
        "user_agent": INTERNAL,
    },
    "Artifact": {
        "add add_dir add_file add_reference finalize get_added_local_path_name new_file"
        " remove": DRAFT,
        "get": "returns media objects of the SDK; open_file and get_entry return what they are of",
    },
    "ArtifactManifest": {"add_entry remove_entry hash_contents_with_md5": DRAFT},
    "File": {"display to_html": NOTEBOOK, "snake_to_camel": INTERNAL},
    "Project": {
        "display to_html": NOTEBOOK,
        "snake_to_camel": INTERNAL,
        "owner": PEOPLE,
        "sweeps": OTHER_PRODUCTS,
    },
    "Registry": {
        "create": "is Api.create_registry",
        "delete save add_members members remove_members team_members update_member user_members": (
            REGISTRY_CHANGES
        ),
    },
    "Run": {
        "display to_html": NOTEBOOK,
        "snake_to_camel": INTERNAL,
        "beta_scan_history download_history_exports": "scan_history reads every step",
        "console_logs": "the file output.log has them",
        "create": "is Api.create_run",
        "json_config rawconfig": "config has the plain values; attrs has what the server sent",
        "load_full_data": HEAVY,
        "save update update_state": READ_ONLY,
        "summary_metrics system_metrics": "summary has the plain values",
        "sweep": OTHER_PRODUCTS,
        "username": "is user.username",
    },
    "Runs": {
        "histories": "write for run in runs: run.history()",
        "upgrade_to_full": HEAVY,
    },
    "User": {
        "display to_html": NOTEBOOK,
        "snake_to_camel": INTERNAL,
        "api_keys create delete_api_key generate_api_key user_api": PEOPLE,
    },
}
"""Members that exist in the official client only, and why."""

SEED_ORDER = "the documented order of earlier releases; pass the others by name"
FILTERS = "filters come first in all lists; filter= works, too"

DIFFERENT: Mapping[str, Mapping[str, str]] = {
    "Api": {
        "artifact_collections artifacts": SEED_ORDER,
        "registries": FILTERS,
        "runs": "include_sweeps has no effect without sweeps",
    },
    "Artifact": {
        "distributed_id": DRAFT,
        "save": "project and settings are those of a draft",
    },
    "ArtifactCollection": {"load": "the official one loads another collection"},
    "ArtifactManifest": {"version": "the number itself"},
    "ArtifactManifestEntry": {"download": "the executor is that of the SDK"},
    "ArtifactType": {"collections": SEED_ORDER},
    "Registries": {"collections versions": FILTERS},
    "Registry": {
        "allow_all_artifact_types description name visibility": REGISTRY_CHANGES,
        "collections versions": FILTERS,
    },
    "RegistryCollections": {"versions": FILTERS},
    "Run": {
        "history": "stream=system is not offered",
        "id name": READ_ONLY,
        "scan_history": "there is no cache to use",
    },
}
"""Members whose parameters differ, or that cannot be assigned, and why."""


def spread(table: Mapping[str, str]) -> set[str]:
    return {name for names in table for name in names.split()}


@cache
def official_members(kind: type) -> list[str]:
    """Return the public members that a class has of its own, not those of pydantic's models."""
    inherited = [base for base in kind.__mro__ if base.__module__.split(".")[0] != "wandb"]
    foreign = {name for base in inherited for name in vars(base)}
    return sorted(n for n in dir(kind) if not n.startswith("_") and n not in foreign)


def positional(function: Callable[..., object]) -> list[str]:
    parameters = list(inspect.signature(function).parameters.values())
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in kinds and p.name not in {"self", "cls"}]


def is_compatible(official: Callable[..., object], own: Callable[..., object]) -> bool:
    """Return True if what the official function takes means the same to ours."""
    wanted, given = positional(official), positional(own)
    names = set(inspect.signature(own).parameters)
    order = given[: len(wanted)]
    return set(wanted) <= names and order == wanted[: len(order)]


def is_assignable(member: object) -> bool:
    return isinstance(member, property) and member.fset is not None


def differs(official: type, own: type, name: str) -> bool:
    before, after = (inspect.getattr_static(kind, name) for kind in (official, own))
    mine, given = getattr(official, name), getattr(own, name)
    if callable(mine) != callable(given):
        return not inspect.isdatadescriptor(after) or not inspect.isdatadescriptor(before)
    if callable(mine):
        return not is_compatible(mine, given)
    return is_assignable(before) and not is_assignable(after)


@pytest.mark.parametrize("name", CLASSES)
def test_every_official_member_exists_or_is_left_out_for_a_reason(name: str) -> None:
    official, own = CLASSES[name]
    missing = {member for member in official_members(official) if not hasattr(own, member)}
    assert missing == spread(LEFT_OUT.get(name, {}))


@pytest.mark.parametrize("name", CLASSES)
def test_every_member_takes_what_the_official_one_takes(name: str) -> None:
    official, own = CLASSES[name]
    shared = [member for member in official_members(official) if hasattr(own, member)]
    found = {member for member in shared if differs(official, own, member)}
    assert found == spread(DIFFERENT.get(name, {}))


@pytest.mark.parametrize(
    "name",
    [
        "ArtifactCollection", "ArtifactFiles", "ArtifactType", "ArtifactTypes", "Artifacts", "File",
        "Files", "RunArtifacts",
    ],
)  # fmt: skip
def test_documented_constructors_take_the_same_arguments(name: str) -> None:
    """All but the first, which the documentation calls `client`."""
    official, own = CLASSES[name]
    wanted, given = positional(official), positional(own)
    assert given[0] == "client"
    # The newest parameter, `start`, can only be passed by name.
    expected = [parameter for parameter in wanted[1:] if parameter != "start"]
    assert given[1 : len(expected) + 1] == expected
