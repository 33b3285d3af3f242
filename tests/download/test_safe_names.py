"""Whatever file names a server sends, files stay below their folder."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtyped.download.disk.safe_names import safe_target
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.errors import DiskError, UnsafePathError

PIECES = st.sampled_from(
    [
        "..",
        ".",
        "",
        "/",
        "\\",
        "a",
        "b c",
        "ü",
        "C:",
        "con",
        "nul.txt",
        "\x00",
        "\n",
        "link",
        "x" * 80,
    ]
)
NAMES = st.one_of(
    st.text(max_size=40),
    st.lists(PIECES, max_size=6).map("/".join),
    st.lists(PIECES, max_size=6).map("\\".join),
    st.lists(PIECES, max_size=6).map("".join),
)


def tree(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@given(NAMES, st.booleans())
def test_safe_target_is_below_root_or_refused(name: str, windows: bool) -> None:
    root = Path("root", "deep")
    try:
        target = safe_target(root, name, windows=windows)
    except UnsafePathError as error:
        assert repr(name) in str(error)
        return
    assert target.is_relative_to(root)
    assert target != root
    assert os.path.normpath(target) == str(target), "the path is normalised"


@settings(max_examples=200, deadline=None)
@given(name=NAMES)
def test_safe_target_nothing_is_written_outside(name: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        outside, root = Path(scratch, "outside"), Path(scratch, "root")
        outside.mkdir()
        root.mkdir()
        (root / "link").symlink_to(outside)
        (root / "a").symlink_to("..")
        try:
            with VerifiedWriter(safe_target(root, name), size=4, md5=None, label=name) as writer:
                writer.write(b"evil")
                written = Path(writer.commit(replace=True))
            assert written.read_bytes() == b"evil"
            assert written.resolve().is_relative_to(root.resolve())
        except (UnsafePathError, DiskError):
            assert {p.name for p in tree(root)} == {"link", "a"}
        assert tree(outside) == set()
        assert {p.name for p in Path(scratch).iterdir()} == {"outside", "root"}


@pytest.mark.parametrize(
    "name",
    ["a.txt", "a b/ü ñ.txt", ".hidden/.x", "a/b/c/d/e/f/g/h", "~", "-rf", "ab:c", "con", "x" * 255],
)
def test_safe_target_ordinary_name_is_kept(tmp_path: Path, name: str) -> None:
    assert safe_target(tmp_path, name, windows=False) == tmp_path / name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("//host/share", "absolute"),
        ("\\\\host\\share", "absolute"),
        ("C:\\x", "drive"),
        ("c:x", "drive"),
        ("../x", "'..'"),
        ("a/../../x", "'..'"),
        ("a\\..\\x", "'..'"),
        ("a/./x", "'.'"),
        ("a//x", "empty"),
        ("a/", "empty"),
        ("a\x00b", "control"),
        ("a\nb", "control"),
        ("a\x7fb", "control"),
        ("a\x9bb", "control"),
        ("\ud800", "Unicode"),
        ("x" * 256, "255 bytes"),
        ("ü" * 128, "255 bytes"),
    ],
)
def test_safe_target_unsafe_name_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(UnsafePathError, match=reason):
        safe_target(tmp_path, name)
    assert tree(tmp_path) == set()


@pytest.mark.parametrize(
    "name",
    [
        "CON",
        "nul.txt",
        "com1",
        "LPT9.log",
        "com¹",
        "conout$",
        "aux .txt",
        "a/aux/b",
        "x.",
        "x ",
        "a<b",
        'a"b',
        "a|b",
        "a?b",
    ],
)
def test_safe_target_invalid_on_windows_is_refused_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafePathError, match="Windows"):
        safe_target(tmp_path, name, windows=True)
    assert safe_target(tmp_path, name, windows=False) == tmp_path / name


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_safe_target_link_below_root_is_refused(tmp_path: Path, depth: int) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    folder = root.joinpath(*["d"] * depth)
    folder.mkdir(parents=True)
    (folder / "link").symlink_to(outside)
    with pytest.raises(UnsafePathError, match="is a link"):
        safe_target(root, "d/" * depth + "link/x")
    assert tree(outside) == set()


def test_safe_target_root_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to("real")
    with VerifiedWriter(safe_target(tmp_path / "root", "x"), size=1, md5=None, label="x") as writer:
        writer.write(b"1")
        writer.commit(replace=False)
    assert (tmp_path / "real" / "x").read_bytes() == b"1"


def test_writer_target_is_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "x").symlink_to(tmp_path / "secret")
    with VerifiedWriter(safe_target(tmp_path / "root", "x"), size=3, md5=None, label="x") as writer:
        writer.write(b"new")
        writer.commit(replace=True)
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert not (tmp_path / "root" / "x").is_symlink()


def test_safe_target_deep_folders_work(tmp_path: Path) -> None:
    name = "/".join(["d"] * 900)
    with VerifiedWriter(safe_target(tmp_path, name), size=1, md5=None, label=name) as writer:
        writer.write(b"1")
        writer.commit(replace=False)
    assert (tmp_path / name).read_bytes() == b"1"
    assert safe_target(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize("linked", ["file", "nowhere", "."])
def test_safe_target_any_link_in_the_path_is_refused(tmp_path: Path, linked: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(linked)
    with pytest.raises(UnsafePathError, match="is a link"):
        safe_target(tmp_path, "link/x")


def test_safe_target_not_encodable_is_refused(tmp_path: Path) -> None:
    script = f"""
        from wbtyped.download.disk.safe_names import safe_target
        from wbtyped.errors import UnsafePathError
        safe_target({str(tmp_path)!r}, "plain")
        try:
            safe_target({str(tmp_path)!r}, "gr\\xf6sse")
        except UnsafePathError as error:
            print(ascii(str(error)))
    """
    environ = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-c", dedent(script)]
    done = subprocess.run(command, text=True, capture_output=True, check=True, env=environ)
    assert "cannot hold it" in done.stdout


def test_safe_target_file_in_the_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(UnsafePathError, match="is a file"):
        safe_target(tmp_path, "a/b")
    with pytest.raises(UnsafePathError, match="is a file"):
        safe_target(tmp_path, "a/b/c")
