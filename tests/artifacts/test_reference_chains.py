"""References to files of other versions: chains, cycles, and broken ones."""

from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Api
from wbtyped.artifacts.contents.references import MAX_CHAIN_STEPS
from wbtyped.errors import (
    EntryNotFoundError,
    NotFoundError,
    SchemaMismatchError,
    UnsupportedReferenceError,
    WbtypedError,
)
from wbtyped.server import Fault, Reference, WandbServer


def uri_of(number: int, path: str) -> str:
    """Return a reference to a file of the version with this number, which may not exist."""
    return f"wandb-artifact://{f'Artifact:{number}'.encode().hex()}/{path}"


def failures(api: Api, name: str, root: Path) -> dict[str, WbtypedError]:
    result = api.artifact(f"crew/ship/{name}").files().download(root, on_error="collect")
    found = {failed.name: failed.error for failed in result.failed}
    assert all(isinstance(error, WbtypedError) for error in found.values())
    return {name: error for name, error in found.items() if isinstance(error, WbtypedError)}


MALFORMED = [
    "wandb-artifact://", "wandb-artifact:///a", "wandb-artifact://zz/a", "wandb-artifact://abc/a",
    "wandb-artifact://ab", "wandb-artifact://ab/", "wandb-artifact://é/a", "wandb-artifact://a b/a",
    "WANDB-ARTIFACT://zz/a",
]  # fmt: skip


def test_download_broken_reference_fails_alone(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/home", "dataset", {"a.txt": b"alpha"})
    wandb_server.add_artifact("crew/ship/gone", "dataset", {"a.txt": b"alpha"})
    home, gone = api.artifact("crew/ship/home"), api.artifact("crew/ship/gone")
    good = home.get_entry("a.txt").ref_url()
    references = {f"{n:02}-malformed": Reference(uri) for n, uri in enumerate(MALFORMED)}
    references |= {
        "20-deleted": Reference(gone.get_entry("a.txt").ref_url()),
        "21-never-there": Reference(uri_of(99, "a.txt")),
        "22-unknown-id": Reference("wandb-artifact://00ff/a.txt"),
        "23-no-such-file": Reference(uri_of(1, "nope.txt")),
        "24-good": Reference(good),
        "25-good-in-capitals": Reference(good.replace("wandb-artifact", "Wandb-Artifact")),
        "26-repeated": Reference(good),
    }
    wandb_server.add_artifact("crew/ship/away", "dataset", {"own": b"own"}, references)
    gone.delete(delete_aliases=True)
    failed = failures(api, "away", tmp_path)
    working = {name: b"alpha" for name in references if name >= "24"}
    assert files_in(tmp_path) == {"own": b"own", **working}
    assert failed.keys() == references.keys() - working.keys()
    kinds = {name: type(error) for name, error in failed.items()}
    assert {kinds[name] for name in kinds if "malformed" in name} == {SchemaMismatchError}
    missing = {"20-deleted", "21-never-there", "22-unknown-id"}
    assert {kinds[name] for name in missing} == {NotFoundError}
    assert kinds["23-no-such-file"] is EntryNotFoundError
    assert "reference '23-no-such-file'" in str(failed["23-no-such-file"])
    assert "crew/ship/home:v0" in str(failed["23-no-such-file"])


def test_download_error_of_other_version_fails_its_references_only(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        wandb_server.add_artifact(f"crew/ship/{name}", "dataset", {"a.txt": name.encode()})
    references = {"one": Reference(uri_of(1, "a.txt")), "two": Reference(uri_of(2, "a.txt"))}
    wandb_server.add_artifact("crew/ship/away", "dataset", {}, references)
    refused = Fault(kind="graphql", operation="ArtifactFileAddresses", status=400, times=1)
    with wandb_server.fault(refused):
        failed = failures(api, "away", tmp_path)
    assert failed.keys() == {"one"}
    assert files_in(tmp_path) == {"two": b"two"}


def test_download_failed_url_listing_still_follows_references(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/home", "dataset", {"a.txt": b"alpha"})
    references = {"here": Reference(uri_of(1, "a.txt"))}
    wandb_server.add_artifact("crew/ship/away", "dataset", {"own": b"own"}, references)
    refused = Fault(kind="graphql", operation="ArtifactFileAddresses", status=400, times=1)
    with wandb_server.fault(refused):
        assert failures(api, "away", tmp_path).keys() == {"the files of crew/ship/away:v0"}
    assert files_in(tmp_path) == {"here": b"alpha"}


CYCLES = {
    "of itself": [{"x": uri_of(1, "x")}],
    "of two": [{"x": uri_of(2, "y")}, {"y": uri_of(1, "x")}],
    "of three, from outside": [
        {"x": uri_of(2, "y")}, {"y": uri_of(3, "z")}, {"z": uri_of(2, "w"), "w": uri_of(3, "z")},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CYCLES)
def test_download_reference_cycle_is_named(
    wandb_server: WandbServer, api: Api, tmp_path: Path, name: str
) -> None:
    versions = CYCLES[name]
    for number, uris in enumerate(versions, 1):
        # The first entry of the last version refers to the second of the one before.
        references = {path: Reference(uri) for path, uri in uris.items()}
        if name == "of three, from outside" and number == 2:
            references["w"] = Reference(uri_of(3, "z"))
        wandb_server.add_artifact(f"crew/ship/v{number}-", "dataset", {"own": b"o"}, references)
    wandb_server.requests.clear()
    failed = failures(api, "v1-", tmp_path)
    assert failed.keys() == {"x"}
    assert isinstance(failed["x"], UnsupportedReferenceError)
    cycle = failed["x"].uris
    assert len(cycle) > 1
    assert cycle[0] == cycle[-1]
    assert all(step in str(failed["x"]) for step in cycle)
    assert files_in(tmp_path) == {"own": b"o"}
    assert len(wandb_server.requests) < 20
    with pytest.raises(UnsupportedReferenceError, match="cycle"):
        api.artifact("crew/ship/v1-").download(tmp_path / "raises")


def test_download_reference_chain_is_limited(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    for number in range(1, MAX_CHAIN_STEPS + 5):
        references = {"x": Reference(uri_of(number - 1, "x"))} if number > 1 else {}
        contents = {} if references else {"x": b"content"}
        wandb_server.add_artifact("crew/ship/chain", "dataset", contents, references)
    result = api.artifact("crew/ship/chain:v9").files().download(tmp_path)
    assert result.written == ["x"]
    assert files_in(tmp_path) == {"x": b"content"}
    with pytest.raises(UnsupportedReferenceError, match="more than 50"):
        api.artifact("crew/ship/chain").download(tmp_path / "long")


def test_download_many_references_to_one_file_list_urls_once(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/home", "dataset", {"a": b"alpha", "b": b"beta"})
    references = {f"{n:03}": Reference(uri_of(1, "a")) for n in range(60)}
    wandb_server.add_artifact("crew/ship/away", "dataset", {}, references)
    artifact = api.artifact("crew/ship/away")
    wandb_server.requests.clear()
    artifact.download(tmp_path)
    assert files_in(tmp_path) == dict.fromkeys(references, b"alpha")
    assert wandb_server.requests.operations().count("ArtifactFileAddresses") == 1
    wandb_server.requests.clear()
    result = artifact.files().download(tmp_path)
    assert sorted(result.kept) == sorted(references), "the right content is kept"
