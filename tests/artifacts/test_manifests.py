"""Invalid and malicious manifests."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.artifacts import ArtifactManifest
from wbtyped.artifacts.contents.manifest import parse_manifest
from wbtyped.errors import SchemaMismatchError, UnsafePathError, WbtypedError
from wbtyped.server import WandbServer

MD5 = "ZE0lNw+exNL8S11p3GrnjQ=="


def manifest(contents: str) -> bytes:
    return f'{{"version": 1, "contents": {contents}}}'.encode(errors="surrogatepass")


DUPLICATES = {
    "a path": '{"a": {"digest": "x"}, "b": {"digest": "x"}, "a": {"digest": "y"}}',
    "a path, escaped": r'{"a": {"digest": "x"}, "\u0061": {"digest": "y"}}',
    "a field": '{"a": {"digest": "x", "size": 1, "size": 2}}',
    "a field of extra": '{"a": {"digest": "x", "extra": {"alg": "MD5", "alg": "XXH128"}}}',
    "the contents": '{}, "contents": {}',
}


@pytest.mark.parametrize("name", DUPLICATES)
def test_parse_manifest_duplicate_key_raises_schema_mismatch(name: str) -> None:
    with pytest.raises(SchemaMismatchError, match=r"artifact x cannot .* twice"):
        parse_manifest(manifest(DUPLICATES[name]), "artifact x")


INVALID = {
    "negative size": {"digest": MD5, "size": -1},
    "fractional size": {"digest": MD5, "size": 1.5},
    "size beyond 64 bits": {"digest": MD5, "size": 2**63},
    "size with thousands of digits": {"digest": MD5, "size": int("9" * 4000)},
    "infinite size": {"digest": MD5, "size": float("inf")},
    "size that is a string": {"digest": MD5, "size": "five"},
    "size that is a bool": {"digest": MD5, "size": True},
    "no digest": {"size": 1},
    "empty digest": {"digest": "", "size": 1},
    "digest that is a number": {"digest": 5, "size": 1},
    "digest in hex": {"digest": "d41d8cd98f00b204e9800998ecf8427e", "size": 1},
    "digest that is too short": {"digest": "ZE0lNw==", "size": 1},
    "digest with other characters": {"digest": "ZÉ0lNw+exNL8S11p3GrnjQ==", "size": 1},
    "digest that is a path": {"digest": "../../etc/passwd", "size": 1},
    "negative size of a reference": {"digest": "x", "size": -1, "ref": "https://h/x"},
    "reference that is a number": {"digest": "x", "ref": 5},
    "not an object": 5,
    "null": None,
}


def test_download_invalid_entry_fails_alone(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"good": b"good"})
    artifact = api.artifact("crew/ship/data")
    good = artifact.get_entry("good").to_json()
    contents = {"good": good, **INVALID}
    text = json.dumps({"version": 1, "contents": contents}).encode()
    artifact.contents.use_manifest(parse_manifest(text, "x", artifact))
    assert {e.path for e in artifact.manifest if e.fault} == INVALID.keys()
    result = artifact.files().download(tmp_path, on_error="collect")
    assert result.written == ["good"]
    assert {failed.name for failed in result.failed} == INVALID.keys()
    for failed in result.failed:
        assert isinstance(failed.error, SchemaMismatchError)
        assert repr(failed.name) in str(failed.error)
        assert len(str(failed.error)) < 500
    wandb_server.requests.clear()
    with pytest.raises(SchemaMismatchError, match="'negative size'"):
        artifact.download(tmp_path / "raises")
    assert len(wandb_server.requests) == 0, "found before the first request"
    assert artifact.download(tmp_path / "some", path_prefix="good")
    again = ArtifactManifest.from_manifest_json(artifact.manifest.to_manifest_json())
    assert {e.path for e in again if e.fault} >= INVALID.keys() - {"negative size of a reference"}


UNSAFE = ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "a//b", "good/below", "a\x00b", "."]


@pytest.mark.parametrize("path", UNSAFE)
def test_download_unsafe_path_fails_alone(
    wandb_server: WandbServer, api: Api, tmp_path: Path, path: str
) -> None:
    wandb_server.add_artifact("crew/ship/evil", "dataset", {"good": b"good", path: b"evil"})
    artifact, root = api.artifact("crew/ship/evil"), tmp_path / "root"
    result = artifact.files().download(root, on_error="collect")
    assert [failed.name for failed in result.failed] == [path]
    assert isinstance(result.failed[0].error, UnsafePathError)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [root / "good"]
    with pytest.raises(UnsafePathError):
        artifact.download(tmp_path / "raises")
    assert not (tmp_path / "raises").exists()


def test_download_repeated_name_is_downloaded_once(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"a", "b": b"b"})
    result = api.artifact("crew/ship/data").files(["a", "a"]).download(tmp_path)
    assert result.written == ["a"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("digest", "size", "ref", "birthArtifactID", "extra"), JSON),
)


@given(contents=st.dictionaries(st.text(), FIELDS | JSON, max_size=4))
def test_parse_manifest_any_contents_are_entries_or_faults(contents: dict[str, object]) -> None:
    found = parse_manifest(json.dumps({"version": 1, "contents": contents}).encode(), "x")
    assert list(found.entries) == list(contents)
    for entry in found:
        assert entry.fault or (entry.size is None or 0 <= entry.size < 2**63)
    assert len(found.digest()) == 32
    assert found.size() >= 0


@given(content=st.binary(max_size=40) | st.text(st.characters(codec="utf-8")).map(str.encode))
def test_parse_manifest_any_bytes_raise_wbtyped_error(content: bytes) -> None:
    with pytest.raises(WbtypedError, match="artifact x"):
        parse_manifest(content, "artifact x")


def test_parse_manifest_deep_nesting_raises_schema_mismatch() -> None:
    with pytest.raises(SchemaMismatchError, match="artifact x"):
        parse_manifest(b"[" * 200_000, "artifact x")
