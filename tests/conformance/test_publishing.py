"""Both clients publish the same folder; each reads what the other has published."""

from pathlib import Path

import pytest

from wbtyped import Api

from .conftest import Scripts


@pytest.mark.slow
def test_folder_published_by_both_clients_is_the_same_version(
    scripts: Scripts, api: Api, tmp_path: Path
) -> None:
    contents = {"a.txt": b"alpha", "deep/\u00e9 b#1%.txt": b"beta", "empty": b"", "same": b"alpha"}
    folder = tmp_path / "in"
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    ours = api.publish(folder, "crew/ship/ours", "dataset", description="d", metadata={"a": 1})
    printed = scripts.official(
        "log_folder.py", str(folder), "crew/ship/ours:latest", str(tmp_path / "out")
    )
    theirs = api.artifact("crew/ship/theirs:latest")
    assert theirs.digest == ours.digest
    layouts = [a.manifest.to_manifest_json()["storagePolicyConfig"] for a in (ours, theirs)]
    assert layouts[0] == layouts[1] == {"storageLayout": "V2"}
    described = {e.path: [e.digest, e.size, e.ref, dict(e.extra)] for e in theirs.manifest}
    assert printed == {
        "again": "v0",
        "digest": ours.digest,
        "state": "COMMITTED",
        "size": ours.size,
        "aliases": ["latest", "moved"],
        "description": "d",
        "metadata": {"a": 1},
        "manifest": described,
        "layout": {"storageLayout": "V2"},
        "files": {name: content.hex() for name, content in contents.items()},
    }
    theirs.verify(theirs.download(tmp_path / "back"))
    assert api.publish(folder, "crew/ship/theirs", "dataset").id == theirs.id
