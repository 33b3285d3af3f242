"""The examples in docstrings, run against the embedded server."""

import doctest
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import wbtyped
from tests.example_server import fill
from wbtyped import Api
from wbtyped.filesystem import chunks
from wbtyped.server import WandbServer

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WITHOUT_EXAMPLE = {
    "DownloadOptions", "DownloadProgress", "LineageEdge", "LineageNode", "PlannedFile",
    "MirrorProgress", "PlannedVersion", "Project", "ResponseLimits", "ScanProgress",
    "UploadOptions", "User",
    "VersionUsage",
}  # fmt: skip
"""Public classes that their fields explain."""
METHODS = [
    (wbtyped.Api, "run runs artifact artifacts artifact_types registries registry create_run"),
    (wbtyped.Api, "usage plan_prune set_ttl mirror restore"),
    (wbtyped.Run, "files file upload_file logged_artifacts history scan_history finish"),
    (wbtyped.Files, "download"),
    (wbtyped.File, "download save"),
    (wbtyped.Artifact, "download verify files save link checkout get_entry"),
]
"""The methods that people use most."""


def public_classes() -> dict[str, type[object]]:
    found = {name: getattr(wbtyped, name) for name in wbtyped.__all__}
    return {name: value for name, value in found.items() if inspect.isclass(value)}


def examples() -> Iterator[doctest.DocTest]:
    """Yield the docstrings with examples of all public classes, bases included."""
    finder = doctest.DocTestFinder()
    bases = [base for kind in public_classes().values() for base in kind.__mro__]
    more = [getattr(chunks, name) for name in chunks.__all__]
    for base in dict.fromkeys([*bases, *more]):
        if base.__module__.startswith("wbtyped."):
            yield from finder.find(base, base.__qualname__, sys.modules[base.__module__])


EXAMPLES = [example for example in examples() if example.examples]


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    fill(wandb_server)
    return wandb_server


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_docstring_example_prints_what_it_shows(
    server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: doctest.DocTest
) -> None:
    monkeypatch.chdir(tmp_path)
    with Api() as api:
        run = api.run("my-team/mnist/run-1")
        artifact = api.artifact("my-team/mnist/digits:latest")
        example.globs |= {"api": api, "artifact": artifact, "run": run, "Path": Path}
        printed: list[str] = []
        doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=printed.append)
    assert not "".join(printed)


@pytest.mark.parametrize("name", sorted(public_classes().keys() - WITHOUT_EXAMPLE))
def test_public_class_has_an_example(name: str) -> None:
    assert ">>> " in (public_classes()[name].__doc__ or "")


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in METHODS for name in names.split()]
)
def test_method_in_frequent_use_has_an_example(kind: type[object], name: str) -> None:
    assert ">>> " in (getattr(kind, name).__doc__ or "")
