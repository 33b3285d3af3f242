"""Manifests in columns: what they contain is what a JSON parser finds, in a fraction of memory."""

import json
import pickle
import tracemalloc
from collections.abc import Sequence
from io import BytesIO
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api, ArtifactManifest, ArtifactManifestEntry
from wbtyped.artifacts.contents.entry_columns import BLOCK_ENTRIES, EntryColumns, sorted_paths
from wbtyped.artifacts.contents.json_stream import WINDOW_CHARACTERS
from wbtyped.artifacts.contents.manifest import parse_manifest, read_manifest, write_manifest
from wbtyped.errors import SchemaMismatchError
from wbtyped.server import WandbServer

MD5 = "ZE0lNw+exNL8S11p3GrnjQ=="
MANY = 3 * BLOCK_ENTRIES + 7

Contents = dict[str, object]


def manifest_bytes(contents: Contents, **dump: object) -> bytes:
    text = json.dumps({"version": 1, "contents": contents}, **dump)  # type: ignore[arg-type]
    return text.encode()


def parsed_as_objects(contents: Contents) -> ArtifactManifest:
    """Parse a manifest the way that keeps an object for each entry."""
    return ArtifactManifest.from_manifest_json({"version": 1, "contents": contents})


def file_entry(n: int) -> dict[str, object]:
    return {"digest": MD5, "birthArtifactID": "QXJ0aWZhY3Q6MQ==", "size": n}


def many(count: int = MANY) -> Contents:
    return {f"train/{n:07}.jpg": file_entry(n) for n in range(count)}


FIELDS = st.fixed_dictionaries(
    {"digest": st.just(MD5) | st.text(max_size=3)},
    optional={
        "size": st.integers(-1, 2**63) | st.none(),
        "birthArtifactID": st.sampled_from(["a", "b", 'with "quotes"', "é"]) | st.none(),
        "ref": st.sampled_from(["s3://bucket/key", None]),
        "extra": st.sampled_from([{}, {"alg": "XXH128"}, {"alg": "MD5"}, {"etag": "x", "n": [1]}]),
        "local_path": st.text(max_size=3),
        "skip_cache": st.booleans(),
    },
)
PATHS = st.text(max_size=4) | st.text("ab/", max_size=5)


@given(
    contents=st.dictionaries(PATHS, FIELDS | st.none(), max_size=12),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " : ")]),
    ascii_only=st.booleans(),
    is_sorted=st.booleans(),
)
def test_columns_any_contents_are_what_objects_contain(
    contents: Contents, separators: tuple[str, str], ascii_only: bool, is_sorted: bool
) -> None:
    if is_sorted:
        contents = dict(sorted(contents.items()))
    content = manifest_bytes(contents, separators=separators, ensure_ascii=ascii_only)
    columns, objects = parse_manifest(content, "x"), parsed_as_objects(contents)
    assert list(columns) == list(objects)
    assert [entry.fault for entry in columns] == [entry.fault for entry in objects]
    assert list(columns.entries) == list(contents)
    assert columns.entries == objects.entries
    assert columns.to_manifest_json() == objects.to_manifest_json()
    assert (columns.size(), columns.digest()) == (objects.size(), objects.digest())
    assert columns.digest_algorithm == objects.digest_algorithm
    assert list(sorted_paths(columns.entries)) == sorted(contents)
    for path in (*contents, "missing", ""):
        assert columns.get_entry_by_path(path) == objects.get_entry_by_path(path)
        assert (path in columns.entries) == (path in contents)


@pytest.mark.parametrize("reverse", [False, True], ids=["sorted", "unsorted"])
def test_columns_many_blocks_find_every_entry(reverse: bool) -> None:
    contents = dict(sorted(many().items(), reverse=reverse))
    manifest = parse_manifest(manifest_bytes(contents), "x")
    assert isinstance(manifest.entries, EntryColumns)
    assert len(manifest) == len(list(manifest)) == MANY
    for n in (0, 1, BLOCK_ENTRIES - 1, BLOCK_ENTRIES, MANY - 1, 5, 6, 7):
        assert manifest.entries[f"train/{n:07}.jpg"].size == n
    for missing in ("", "train/", "train/0000001", "train/0000001.jpg/x", "zzz", "train\udc80"):
        assert missing not in manifest.entries
        assert manifest.entries.get(missing) is None
        with pytest.raises(KeyError):
            manifest.entries[missing]
    assert manifest.entries.get(5) is None  # type: ignore[call-overload]
    assert manifest.size() == sum(range(MANY))
    assert manifest.digest() == parsed_as_objects(contents).digest()
    assert [e.size for e in manifest.get_entries_in_directory("train")][:3] == [
        entry["size"]  # type: ignore[index]
        for entry in islice(contents.values(), 3)
    ]


def test_columns_sorted_paths_are_a_sequence() -> None:
    paths = sorted_paths(parse_manifest(manifest_bytes(many()), "x").entries)
    expected: Sequence[str] = list(many())
    assert (len(paths), list(paths)) == (MANY, expected)
    assert (paths[-1], paths[600], paths[510:515]) == (
        expected[-1],
        expected[600],
        expected[510:515],
    )
    with pytest.raises(IndexError):
        paths[MANY]


def test_columns_pickled_are_equal() -> None:
    reference: Contents = {"a": {"digest": "x", "ref": "s3:"}}
    for contents in (many(), dict(reversed(many().items())), reference):
        manifest = parse_manifest(manifest_bytes(contents), "x")
        assert pickle.loads(pickle.dumps(manifest)) == manifest


def test_columns_entries_know_their_artifact(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"a", "b": b"b"})
    artifact = api.artifact("crew/ship/data")
    assert {entry.parent_artifact() for entry in artifact.manifest} == {artifact}
    assert artifact.get_entry("a").parent_artifact() is artifact
    copy = pickle.loads(pickle.dumps(artifact.manifest))
    assert copy.entries["b"].parent_artifact().id == artifact.id


@pytest.mark.parametrize("at", [0, 1, MANY // 2, MANY - 2])
def test_read_manifest_repeated_path_raises_schema_mismatch(at: int) -> None:
    path = f"train/{at:07}.jpg"
    text = manifest_bytes(many())[:-2] + f', "{path}": {json.dumps(file_entry(1))}}}}}'.encode()
    with pytest.raises(SchemaMismatchError, match=f"contains '{path}' twice"):
        parse_manifest(text, "x")


@pytest.mark.parametrize(
    "damage",
    [b"", b"{}", b", ", b'"digest"', b'"size": 5', b"\x00", b"\xff", b"}", b"]"],
    ids=repr,
)
def test_read_manifest_damaged_anywhere_raises_schema_mismatch(damage: bytes) -> None:
    content = manifest_bytes(many(2000))
    for position in range(40, len(content), len(content) // 23):
        cut = content[:position] + damage
        with pytest.raises(SchemaMismatchError, match="of version x cannot be parsed"):
            parse_manifest(cut, "version x")
        # Whatever follows is not skipped either.
        broken = cut + content[position + 7 :]
        try:
            found = parse_manifest(broken, "version x")
        except SchemaMismatchError:
            continue
        assert found.entries == parsed_as_objects(json.loads(broken)["contents"]).entries


def test_read_manifest_entry_longer_than_a_window_is_read() -> None:
    long = {"digest": "x", "ref": "s3://" + "k" * (3 * WINDOW_CHARACTERS), "extra": {"etag": "x"}}
    contents = {**many(10), "z": long, **{f"zz{n}": file_entry(n) for n in range(10)}}
    found = parse_manifest(manifest_bytes(contents), "x")
    assert found.entries == parsed_as_objects(contents).entries


def test_read_manifest_number_at_the_end_of_a_window_is_read_whole() -> None:
    for length in range(WINDOW_CHARACTERS - 40, WINDOW_CHARACTERS + 5):
        text = f'{{"contents": {{}}, "filler": "{"x" * length}", "number": 12345, "version": 1}}'
        assert len(parse_manifest(text.encode(), "x")) == 0


def test_read_manifest_stream_stays_open_and_takes_bounded_memory() -> None:
    content = manifest_bytes(many(100_000))
    stream = BytesIO(content)
    parse_manifest(manifest_bytes(many(2)), "x")
    tracemalloc.start()
    manifest = read_manifest(stream, "x")
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not stream.closed
    assert kept / len(manifest) < 90
    assert peak / len(manifest) < 120


def test_artifact_manifest_entries_may_be_any_mapping() -> None:
    entry = ArtifactManifestEntry("a", MD5, 5)
    manifest = ArtifactManifest(1, "p", "V2", None, {"a": entry}, "MD5")
    assert list(manifest) == [entry]
    assert manifest.size() == 5
    assert manifest.digest() == parsed_as_objects({"a": {"digest": MD5}}).digest()


def test_write_manifest_is_what_is_read(api: Api) -> None:
    extra: Contents = {"k": {"digest": "x", "ref": "s3://b/k", "extra": {"etag": "é"}}}
    both: Contents = {**many(2500), **extra}
    for contents in (Contents(), extra, both):
        manifest = parse_manifest(manifest_bytes(contents), "x")
        written = BytesIO()
        write_manifest(manifest, written)
        assert json.loads(written.getvalue()) == manifest.to_manifest_json()
        assert parse_manifest(written.getvalue(), "x") == manifest
