"""What an editor shows while a user types, asked of pyright's language server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .language_server import LanguageServer

ROOT = Path(__file__).parents[2]
SOURCE = """\
from wbtyped import Api

api = Api()
run = api.run("entity/project/run")
for file in run.files():
    file.size
    file.attrs.size_bytes
    file.
run.
api.artifact(
run.files().download(
run.files().download(jobs=3)
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    root = tmp_path_factory.mktemp("editor")
    (root / "pyrightconfig.json").write_text(
        f'{{"extraPaths": ["{ROOT.as_posix()}", "{(ROOT / "generated").as_posix()}"]}}'
    )
    with LanguageServer(root, SOURCE) as server:
        yield server


def test_hover_on_a_property_shows_its_type_and_meaning(editor: LanguageServer) -> None:
    shown = editor.hover("    file.size")
    assert "size: int" in shown
    assert "Size in bytes" in shown


def test_hover_on_a_node_field_shows_the_words_of_the_schema(editor: LanguageServer) -> None:
    shown = editor.hover("file.attrs.size_bytes")
    assert "size_bytes: int" in shown
    assert "bytes" in shown.replace("size_bytes", "")


def test_completion_after_a_run_offers_its_methods(editor: LanguageServer) -> None:
    offered = editor.complete("run.")
    assert {"files", "file", "upload_file", "logged_artifacts", "state"} <= set(offered)


def test_completion_after_a_file_offers_its_properties(editor: LanguageServer) -> None:
    offered = editor.complete("    file.")
    assert {"name", "size", "md5", "download", "save", "run"} <= set(offered)


def test_signature_of_artifact_shows_types_and_documentation(editor: LanguageServer) -> None:
    shown = editor.signature("api.artifact(")
    assert "name: str" in shown
    assert "-> Artifact" in shown
    assert "entity/project/collection:alias" in shown


def test_signature_of_download_shows_every_option(editor: LanguageServer) -> None:
    shown = editor.signature("run.files().download(")
    for option in ("progress", "engine", "jobs", "fsync", "cache"):
        assert option in shown


def test_hover_on_an_option_shows_its_type_and_meaning(editor: LanguageServer) -> None:
    shown = editor.hover("download(jobs")
    assert "jobs: int | None" in shown
    assert "parallel downloads" in shown
