"""Which files of a folder are published, and under which names."""

import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.artifacts.publishing.names import check_names
from wbtyped.errors import DiskError, UnsafePathError, UsageError
from wbtyped.publish import Draft
from wbtyped.server import WandbServer


def write(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def names(folder: Path, *ignore: str) -> list[str]:
    return Draft("data", "dataset").add_dir(folder, ignore=ignore)


# What is there.


def test_links_to_files_count_as_files_wherever_they_lead(tmp_path: Path) -> None:
    write(tmp_path, {"in/a": b"1", "in/deep/b": b"2", "out": b"3"})
    for name, target in {"x": "a", "y": "deep/b", "z": "../out"}.items():
        (tmp_path / "in" / name).symlink_to(target)
    assert names(tmp_path / "in") == ["a", "x", "y", "z", "deep/b"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (".", "link to a folder"),
        ("..", "link to a folder"),
        ("deep", "link to a folder"),
        ("absent", "link that leads nowhere"),
        ("odd", "cannot be examined"),
    ],
)
def test_other_links_are_refused_unless_they_are_left_out(
    tmp_path: Path, target: str, reason: str
) -> None:
    write(tmp_path, {"a": b"1", "deep/b": b"2"})
    (tmp_path / "odd").symlink_to(target)
    with pytest.raises(UsageError, match=rf"odd.* {reason}.*ignore="):
        names(tmp_path)
    assert names(tmp_path, "odd") == ["a", "deep/b"]


@pytest.mark.skipif(sys.platform == "win32", reason="no special files")
def test_special_files_are_refused_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # paths of sockets are short
    os.mkfifo("pipe")
    with pytest.raises(UsageError, match="is a named pipe"):
        names(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(UsageError, match="is a socket"):
            names(tmp_path, "pipe")
    (tmp_path / "device").symlink_to("/dev/null")
    with pytest.raises(UsageError, match="is a device"):
        names(tmp_path, "pipe", "socket")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_unreadable_files_and_folders_are_named(api_of_server: Api, tmp_path: Path) -> None:
    write(tmp_path, {"a": b"1", "deep/b": b"2"})
    (tmp_path / "a").chmod(0)
    draft = Draft("data", "dataset")
    draft.add_dir(tmp_path)
    with pytest.raises(DiskError, match=r"a cannot be read: Permission denied"):
        draft.publish("crew/ship/data", api=api_of_server)
    (tmp_path / "deep").chmod(0)
    try:
        with pytest.raises(DiskError, match=r"deep cannot be read: Permission denied"):
            names(tmp_path)
    finally:
        (tmp_path / "deep").chmod(0o700)


def test_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DiskError, match="cannot be read: Permission denied"):
        names(tmp_path)


def test_version_control_is_left_out_everywhere(tmp_path: Path) -> None:
    files = {".git/config": b"", "deep/.svn/x": b"", ".hg/x": b"", ".jj/x": b"", ".bzr/x": b""}
    write(
        tmp_path, {**files, "sub/.git": b"gitdir: x", "a": b"", ".gitignore": b"", ".hidden": b""}
    )
    assert names(tmp_path) == [".gitignore", ".hidden", "a"]


def test_folders_may_be_deeper_than_calls_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = 1200
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("a").write_bytes(b"")
    assert [len(name) for name in names(tmp_path)] == [2 * depth + 1]
    Path("a").unlink()
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()


# Names.


@pytest.mark.parametrize("name", ["", ".", "/a", "../a", "a/", "a\nb", "C:/a", "é" * 200])
def test_names_that_no_reader_may_use_are_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a": b""})
    with pytest.raises(UnsafePathError, match="in a version is refused"):
        Draft("data", "dataset").add_file(tmp_path / "a", name)


def test_name_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff")).write_bytes(b"")
    except OSError:
        pytest.skip("the file system holds Unicode alone")
    with pytest.raises(UnsafePathError, match="not valid Unicode"):
        names(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["a:b", "q?", "deep/nul.txt", "COM1", "a.", "deep /x", "back\\slash", "é<", "Aux .tar.gz"],
)
def test_names_that_windows_cannot_hold_cause_a_warning(name: str) -> None:
    with pytest.warns(UserWarning, match="cannot be downloaded on Windows"):
        check_names([name, "fine.txt"])


def test_names_that_differ_by_case_or_form_alone_cause_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"'readme' and 'README' and 1 more cannot .* together"):
        check_names(["README", "readme", "caf\u00e9", "cafe\u0301", "x"])


def test_names_that_fit_everywhere_cause_no_warning() -> None:
    check_names(
        ["a", "b/c.txt", "b/é.txt", "console", "com.txt", "lpt", "b c/d e.f", ".env.example"]
    )


def test_name_that_is_file_and_folder_is_refused(api_of_server: Api, tmp_path: Path) -> None:
    write(tmp_path, {"x": b""})
    draft = Draft("data", "dataset")
    for name in ("a", "a/b/c"):
        draft.add_file(tmp_path / "x", name)
    with pytest.raises(UsageError, match="a would be a file and, for a/b/c, a folder"):
        draft.publish("crew/ship/data", api=api_of_server)


@pytest.mark.parametrize("name", [".env", "deep/.env.local", "id_ed25519", "x/server.pem", "a.key"])
def test_secrets_cause_a_warning(name: str) -> None:
    with pytest.warns(UserWarning, match="may contain secrets"):
        check_names([name])


# What is ignored.


def test_wandbignore_excludes_as_gitignore(tmp_path: Path) -> None:
    pytest.importorskip("pathspec")
    write(tmp_path, {
        ".wandbignore": "# temporary\n*.tmp\n/build/\n!keep.tmp\n\n",
        "a.tmp": "", "keep.tmp": "", "build/x": "", "src/build/x": "", "src/a.tmp": "",
        "src/.wandbignore": "!a.tmp\nkeep.tmp\n", "src/keep.tmp": "", "b": "",
    })  # fmt: skip
    assert names(tmp_path) == ["b", "keep.tmp", "src/a.tmp", "src/build/x"]
    assert names(tmp_path, "src/") == ["b", "keep.tmp"]


def test_invalid_wandbignore_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pathspec")
    write(tmp_path, {".wandbignore": b"\xff"})
    with pytest.raises(UsageError, match=r"\.wandbignore is not UTF-8"):
        names(tmp_path)


def test_wandbignore_without_its_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {".wandbignore": b"*.tmp"})
    monkeypatch.setitem(sys.modules, "pathspec", None)
    monkeypatch.setattr("wbtyped.extras.find_spec", dict[str, object]().get)
    with pytest.raises(ImportError, match=r"pip install 'wbtyped\[ignore\]'"):
        names(tmp_path)


PARTS = st.sampled_from(["a", "b", "a.b", "ab"])
FILES = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), max_size=8)
GIT_PATTERNS = (
    "a", "b/", "/a", "a/b", "*.b", "a*", "!a", "!a.b", "**/b", "a/**", "!/a/b", "?b", "[ab]", "*/",
    "**/", "!*/", "/*", "*/a", "a/**/b", "b/*/", "/**", "**",
)  # fmt: skip
PATTERNS = st.lists(st.sampled_from(GIT_PATTERNS), max_size=4)


@pytest.mark.skipif(shutil.which("git") is None, reason="git decides")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES, top=PATTERNS, below=PATTERNS)
@example(files=["a.b/b/a"], top=["b/", "!a.b"], below=[])
@example(files=["a/b", "b"], top=["*/"], below=[])
@example(files=["a/b/c", "a/a"], top=[], below=["*/"])
@example(files=["a/b/c", "a/b/d"], top=["a/**", "!a/b", "!a/b/d"], below=[])
def test_wandbignore_leaves_out_what_git_does(
    tmp_path_factory: pytest.TempPathFactory, files: list[str], top: list[str], below: list[str]
) -> None:
    pytest.importorskip("pathspec")
    assume(not any(other.startswith(f"{file}/") for file in files for other in files))
    folder = write(tmp_path_factory.mktemp("ignoring"), dict.fromkeys(files, b""))
    for place, patterns in ((folder, top), (folder / "a", below)):
        if place.is_dir() and patterns:
            (place / ".wandbignore").write_text("\n".join(patterns))
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "-q"], check=True)
    listing = [*git, "ls-files", "-z", "--others", "--exclude-per-directory=.wandbignore"]
    listed = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    kept = {name for name in listed if name and not name.endswith(".wandbignore")}
    assert set(names(folder)) == kept


# Whatever is there comes back.

DEEP_NAMES = st.lists(
    st.text(st.sampled_from("aB.é #%'"), min_size=1, max_size=3).filter(
        lambda part: part not in {".", ".."}
    ),
    min_size=1, max_size=3,
).map("/".join)  # fmt: skip
CONTENTS = st.sampled_from([b"", b"x", b"same", b"same", b"z" * 70_000, bytes(range(256))])


@pytest.mark.filterwarnings("ignore:.* cannot be downloaded", "ignore:.* has no files")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(DEEP_NAMES, CONTENTS, max_size=8))
def test_published_folder_has_the_digests_of_its_contents(
    api_of_server: Api, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    assume(not any(other.startswith(f"{file}/") for file in files for other in files))
    folder = write(tmp_path_factory.mktemp("any"), files)
    (folder / "empty folder").mkdir(exist_ok=True)
    artifact = api_of_server.publish(folder, "crew/ship/data", "dataset")
    digests = {n: base64.b64encode(hashlib.md5(c).digest()).decode() for n, c in files.items()}
    assert {e.path: e.digest for e in artifact.manifest} == digests
    lines = "".join(f"{name}:{digests[name]}\n" for name in sorted(digests))
    whole = hashlib.md5(f"wandb-artifact-manifest-v1\n{lines}".encode()).hexdigest()
    assert (artifact.digest, artifact.file_count) == (whole, len(files))
    assert artifact.size == sum(map(len, files.values()))
    root = Path(artifact.download(tmp_path_factory.mktemp("back")))
    back = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert back == files


@pytest.fixture
def api_of_server(wandb_server: WandbServer) -> Api:
    return Api()
