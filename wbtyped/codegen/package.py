"""Compile queries to the files of a Python package."""

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ariadne_codegen.client_generators.package import PackageGenerator, get_package_generator
from ariadne_codegen.config import (
    get_client_settings,  # pyright: ignore[reportUnknownVariableType]
)
from ariadne_codegen.contrib.extract_operations import ExtractOperationsPlugin
from ariadne_codegen.plugins.manager import PluginManager
from ariadne_codegen.utils import process_name
from graphql import (
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_specified_scalar_type,
)

from .checks import check_queries
from .documents import DocumentsPlugin
from .plugin import OperationsPlugin
from .selections import Selections

NAME = "package"
SCALARS = {
    "DateTime": ".scalars.DateTime",
    "Int64": "int",
    "JSON": "object",
    "JSONString": "str",
}
"""Python types of the scalars of W&B; those of all others are any JSON."""
# The settings of a project must not change the generated code.
RUFF = [sys.executable, "-m", "ruff"]
RUFF_OPTIONS = [
    "--isolated", "--quiet", "--no-cache", "--target-version", "py311", "--line-length", "100",
]  # fmt: skip


@dataclass(frozen=True)
class CompiledPackage:
    """The files of a package by their names, and warnings about deprecated fields."""

    files: Mapping[str, str]
    warnings: Sequence[str] = ()


def compile_queries(
    schema: GraphQLSchema,
    definitions: Sequence[ExecutableDefinitionNode],
    operation_module: Path,
    *copied: Path,
    result_suffix: str = "",
) -> CompiledPackage:
    """Compile operations and fragments against a schema.

    `operation_module` and the other modules are copied into the package as they are;
    `result_suffix` ends the names of the modules of results. Raises QueryError with the location of
    each problem.
    """
    deprecated = check_queries(schema, definitions)
    selections = Selections(schema, definitions)
    selections.select_typenames()
    with tempfile.TemporaryDirectory() as folder:
        config = _config(schema, Path(folder), operation_module, copied)
        manager = PluginManager(schema)
        manager.plugins = [
            DocumentsPlugin(schema, definitions),
            ExtractOperationsPlugin(schema, config),
            OperationsPlugin(schema, selections, result_suffix=result_suffix),
        ]
        _generate(schema, definitions, config, manager)
        package = Path(folder) / NAME
        _rename_results(package, definitions, result_suffix)
        format_files(package)
        return CompiledPackage(read_files(package), deprecated)


def _config(
    schema: GraphQLSchema, folder: Path, operation_module: Path, copied: Sequence[Path]
) -> dict[str, dict[str, dict[str, object]]]:
    """Return the settings of the generator, as it reads them from pyproject.toml."""
    own = [
        kind.name
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)
    ]
    scalars = {name: {"type": SCALARS.get(name, "pydantic.JsonValue")} for name in own}
    settings: dict[str, object] = {
        # Schema and queries are passed as objects; the generator only wants the paths to exist.
        "schema_path": str(operation_module),
        "queries_path": str(operation_module),
        "target_package_path": str(folder),
        "target_package_name": NAME,
        "client_name": "Calls",
        "client_file_name": "calls",
        "async_client": False,
        "multipart_uploads": False,
        "base_client_name": "OperationBuilder",
        "base_client_file_path": str(operation_module),
        "files_to_include": [str(file) for file in copied],
        "include_comments": "none",
        "include_all_inputs": False,
        "include_all_enums": False,
        "use_alias_generator": True,
        "defer_model_build": True,
        "skip_validation_rules": [],
        "show_deprecation_warnings": False,
        "scalars": scalars,
    }
    return {"tool": {"ariadne-codegen": settings}}


def _generate(
    schema: GraphQLSchema,
    definitions: Sequence[ExecutableDefinitionNode],
    config: dict[str, dict[str, dict[str, object]]],
    manager: PluginManager,
) -> None:
    settings = get_client_settings(config)
    fragments = [d for d in definitions if isinstance(d, FragmentDefinitionNode)]
    generator = get_package_generator(schema, fragments, settings, manager)
    assert isinstance(generator, PackageGenerator)  # noqa: S101 - by the kind of the settings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # `check_queries` says where they are
        for definition in definitions:
            if isinstance(definition, OperationDefinitionNode):
                generator.add_operation(definition)
        # A fragment on another type than that of a field is written out there. The generator would
        # then leave out its class, also where another operation uses it.
        generator._unpacked_fragments = set()  # pyright: ignore[reportPrivateUsage]
        generator.generate()


def _rename_results(
    package: Path, definitions: Sequence[ExecutableDefinitionNode], suffix: str
) -> None:
    """Add the suffix to the modules of results; the plugin has written the imports of them."""
    for definition in definitions:
        if suffix and isinstance(definition, OperationDefinitionNode) and definition.name:
            module = process_name(definition.name.value, convert_to_snake_case=True)
            (package / f"{module}.py").rename(package / f"{module}{suffix}.py")


def format_files(package: Path) -> None:
    """Remove unused imports, and format every file."""
    (package / "py.typed").touch()
    for command in (["check", "--fix", "--select", "UP,F,I"], ["format"]):
        done = subprocess.run(  # noqa: S603
            [*RUFF, command[0], *RUFF_OPTIONS, *command[1:], str(package)],
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"ruff {command[0]} failed: {done.stdout}{done.stderr}")


def format_sources(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a package as `format_files` leaves them."""
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        format_files(Path(folder))
        return read_files(Path(folder))


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a package into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def read_files(package: Path) -> dict[str, str]:
    """Return the content of every file of a package by path; empty if the folder is missing."""
    files = (path for path in package.rglob("*") if path.is_file())
    return {
        path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if "__pycache__" not in path.parts
    }
