"""What is installed, and what importing it costs."""

import ast
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from textwrap import dedent

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wbtyped.server import WandbServer

ROOT = Path(__file__).parents[1]


def run(interpreter: str | Path, code: str, folder: str | Path = ROOT.anchor) -> str:
    """Run code in a folder, which Python puts first on its path: not in that of this repository."""
    command = [str(interpreter), "-c", dedent(code)]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist, and a wheel from it."""
    folder = tmp_path_factory.mktemp("distributions")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    return next(distributions.glob("*.whl"))


@pytest.fixture(scope="module")
def checkout(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with only what the sdist holds."""
    folder = tmp_path_factory.mktemp("checkout")
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def editable(checkout: Path) -> Path:
    """What `pip install --editable` installs from a folder with only what the sdist holds."""
    build = "import hatchling.build; print(hatchling.build.build_editable('editable'))"
    return checkout / "editable" / run(sys.executable, build, folder=checkout)


def install(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a new virtual environment and return its interpreter.

    Dependencies come from the environment of the tests. Its editable install of this package is not
    visible, because Python reads `.pth` files only in the site folder itself.
    """
    venv.create(folder)
    interpreter = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    site = Path(run(interpreter, "import sysconfig; print(sysconfig.get_path('purelib'))"))
    # As pip does with a wheel of Python files alone; not every environment has pip.
    zipfile.ZipFile(wheel).extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return interpreter


def needed_without_extras(requirements: Iterable[str]) -> set[str]:
    """Return the names of the distributions that some requirements lead to."""
    found: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and name not in found:
            found.add(name)
            waiting += distribution(name).requires or []
    return found


def install_without_extras(wheel: Path, folder: Path) -> Path:
    """Install a wheel and its dependencies, but no extra, and return the interpreter."""
    interpreter = install(wheel, folder)
    site = Path(run(interpreter, "import sysconfig; print(sysconfig.get_path('purelib'))"))
    (site / "dependencies.pth").unlink()
    code = "from importlib.metadata import requires; print(*requires('wbtyped'), sep='\\n')"
    for name in needed_without_extras(run(interpreter, code).splitlines()):
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or []} - {"..", "__pycache__"}:
            (site / top).symlink_to(str(found.locate_file(top)))
    return interpreter


PAGE_SUFFIXES = {".html", ".css", ".js", ".svg", ".LICENSE"}
"""Of the pages of the embedded server."""
USE_SCHEMA_AND_QUERIES = """
    import wbtyped, wbtyped_graphql
    from wbtyped.drift import check_server, our_documents
    from wbtyped.server import WandbServer
    print(wbtyped.__file__)
    print(wbtyped_graphql.__file__)
    with WandbServer() as server:
        with wbtyped.Api({"base_url": server.url}, api_key=server.api_key) as api:
            report = check_server(api.client)
    print(our_documents().operations[0].name, report.obtained, report.findings)
"""


def test_wheel_holds_both_typed_packages_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"wbtyped/py.typed", "wbtyped_graphql/py.typed"} <= names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"wbtyped", "wbtyped_graphql"}
    suffixes = {Path(name).suffix for name in names if ".dist-info/" not in name}
    assert suffixes == {".py", ".typed", ".graphql", *PAGE_SUFFIXES}


def test_wheel_holds_the_schema_and_every_query(wheel: Path) -> None:
    expected = {"wbtyped_graphql/schema.graphql"}
    expected |= {f"wbtyped_graphql/queries/{f.name}" for f in (ROOT / "queries").glob("*.graphql")}
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if name.endswith(".graphql")} == expected


def test_repository_holds_the_schema_and_queries_once() -> None:
    assert list((ROOT / "generated").rglob("*.graphql")) == []


def test_wheel_installed_alone_checks_a_server(wheel: Path, tmp_path: Path) -> None:
    interpreter = install(wheel, tmp_path)
    first, second, checked = run(interpreter, USE_SCHEMA_AND_QUERIES).splitlines()
    assert Path(first).is_relative_to(tmp_path)
    assert Path(second).is_relative_to(tmp_path)
    assert checked == "ArtifactCollections introspection ()"


def test_editable_install_of_the_sdist_checks_a_server(
    editable: Path, checkout: Path, tmp_path: Path
) -> None:
    interpreter = install(editable, tmp_path)
    first, second, checked = run(interpreter, USE_SCHEMA_AND_QUERIES).splitlines()
    assert Path(first) == checkout / "wbtyped" / "__init__.py"
    assert Path(second) == checkout / "generated" / "wbtyped_graphql" / "__init__.py"
    assert checked == "ArtifactCollections introspection ()"
    assert list(tmp_path.rglob("*.graphql")) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_without_extras_each_entry_point_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    interpreter = install_without_extras(wheel, tmp_path)
    assert run(interpreter, "import wbtyped; print(wbtyped.Api.__name__)") == "Api"
    cli = "rich, typer not installed; run: pip install 'wbtyped[cli]'"
    server = "rich, typer, ariadne, jinja2, starlette, uvicorn not installed; run: pip install"
    for arguments, message in {
        ("-c", "import wbtyped.cli; wbtyped.cli.main(['ls'])"): cli,
        ("-m", "wbtyped"): cli,
        ("-m", "wbtyped.cli", "--version"): cli,
        ("-m", "wbtyped", "serve", "data"): f"{server} 'wbtyped[cli,server]'",
        ("-m", "wbtyped.server"): f"{server} 'wbtyped[cli,server]'",
        ("-m", "wbtyped.drift"): "rich, typer, graphql not installed; run: pip install"
        " 'wbtyped[cli,drift]'",
    }.items():
        done = subprocess.run(
            [interpreter, *arguments], cwd=tmp_path, text=True, capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"wbtyped: {message}\n")
    for imported, message in {
        "from wbtyped.server import WandbServer": "wbtyped.server: ariadne, jinja2, starlette,"
        " uvicorn not installed; run: pip install 'wbtyped[server]'",
        "from wbtyped.drift import check_server": "wbtyped.drift: graphql not installed; run:"
        " pip install 'wbtyped[drift]'",
    }.items():
        done = subprocess.run(
            [interpreter, "-c", imported], cwd=tmp_path, text=True, capture_output=True, check=False
        )
        assert done.stderr.splitlines()[-1] == f"ImportError: {message}"


def imported_packages(folder: Path) -> set[str]:
    """Return the top-level packages that the modules of a folder import, relative ones aside."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


def test_what_the_server_imports_is_declared_with_it() -> None:
    # What comes with something else comes in a version that nobody chose: graphql-core 3.3.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    listed = [*project["dependencies"], *extras["server"], *extras["parquet"]]
    declared = {canonicalize_name(Requirement(each).name) for each in listed}
    declared.add(canonicalize_name("pydantic-core"))  # exactly the one that pydantic needs
    owners = packages_distributions()
    for package in imported_packages(ROOT / "wbtyped" / "server") - {"wbtyped_graphql"}:
        names = {canonicalize_name(name) for name in owners[package]}
        assert names & declared, package
    assert {r for r in extras["server"] if "graphql-core" in r} == {*extras["drift"]}


def test_importing_the_client_loads_no_http_and_builds_no_model() -> None:
    printed = run(
        sys.executable,
        """
        import sys
        from wbtyped import Api
        from wbtyped_graphql import base_model
        late = {"httpx", "stamina", "asyncio", "wbtyped.transport.http"}
        late |= {"wbtyped_graphql.run_files", "graphql", "wbtyped.drift"}
        print(sorted(late & set(sys.modules)))
        def below(kind):
            return {kind}.union(*map(below, kind.__subclasses__()))
        print([m.__name__ for m in below(base_model.BaseModel) if m.__pydantic_complete__])
    """,
    )
    assert printed.splitlines() == ["[]", "[]"]


def test_public_names_can_all_be_imported() -> None:
    printed = run(
        sys.executable,
        """
        import wbtyped
        print([name for name in wbtyped.__all__ if getattr(wbtyped, name).__name__ != name])
        print(dir(wbtyped) == sorted(wbtyped.__all__))
        try:
            wbtyped.Nothing
        except AttributeError as error:
            print(error)
    """,
    )
    assert printed.splitlines() == ["[]", "True", "module 'wbtyped' has no attribute 'Nothing'"]


def test_downloading_loads_nothing_for_event_loops_and_retries(tmp_path: Path) -> None:
    # stamina takes 80 ms where tornado is installed, which its own dependency then imports.
    with WandbServer() as server:
        server.add_artifact("crew/ship/log", "dataset", {"a": b"a"})
        printed = run(
            sys.executable,
            f"""
            import sys
            from wbtyped import Api
            api = Api({{"base_url": {server.url!r}}}, api_key={server.api_key!r})
            api.artifact("crew/ship/log:v0").download({str(tmp_path)!r})
            print(sorted({{"stamina", "tenacity", "tornado", "asyncio"}} & set(sys.modules)))
        """,
        )
    assert printed == "[]"
