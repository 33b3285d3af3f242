"""What is installed, and what importing it costs."""

import subprocess
import sys
import zipfile
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[1]


def python(code: str, *options: str) -> str:
    command = [sys.executable, *options, "-c", dedent(code)]
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], capture_output=True, check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_typed_packages_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"wbtyped/py.typed", "wbtyped_graphql/py.typed"} <= names
    assert "wbtyped_graphql/schema.graphql" in names
    assert "wbtyped_graphql/queries/fragments.graphql" in names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"wbtyped", "wbtyped_graphql"}


def test_the_wheel_works_by_itself(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    printed = python(
        f"""
        import sys
        sys.path.insert(0, {str(tmp_path)!r})
        import wbtyped, wbtyped_graphql
        from wbtyped import Api
        print(wbtyped.__file__.startswith({str(tmp_path)!r}))
        print(wbtyped_graphql.__file__.startswith({str(tmp_path)!r}))
        from wbtyped.drift import our_documents
        print(our_documents().operations[0].name)
        """,
        "-I",
    )
    assert printed.splitlines() == ["True", "True", "ArtifactCollections"]


def test_importing_the_client_loads_no_http_and_builds_no_model() -> None:
    printed = python("""
        import sys
        from wbtyped import Api
        from wbtyped_graphql import base_model
        late = {"httpx", "stamina", "asyncio", "wbtyped.transport.http", "wbtyped_graphql.run_files"}
        late |= {"graphql", "wbtyped.drift"}
        print(sorted(late & set(sys.modules)))
        def below(kind):
            return {kind}.union(*map(below, kind.__subclasses__()))
        print([m.__name__ for m in below(base_model.BaseModel) if m.__pydantic_complete__])
    """)
    assert printed.splitlines() == ["[]", "[]"]


def test_every_public_name_can_be_imported() -> None:
    printed = python("""
        import wbtyped
        print([name for name in wbtyped.__all__ if getattr(wbtyped, name).__name__ != name])
        print(dir(wbtyped) == sorted(wbtyped.__all__))
        try:
            wbtyped.Nothing
        except AttributeError as error:
            print(error)
    """)
    assert printed.splitlines() == ["[]", "True", "module 'wbtyped' has no attribute 'Nothing'"]
