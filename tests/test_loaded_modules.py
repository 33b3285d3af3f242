"""What programs load, and above all what they do not: start-up time is the sum of it."""

import subprocess
import sys

import pytest

from wbtyped.server import WandbServer

NOTHING_NEEDS = {
    "asyncio", "click", "concurrent", "graphql", "httpx._main", "multiprocessing", "numpy",
    "pandas", "pygments", "rich", "sqlite3", "stamina", "tenacity", "tomllib", "unittest",
}  # fmt: skip
"""Packages, some of them heavy, that none of these programs needs, though they are installed."""
ROOMS = {
    f"wbtyped.{room}"
    for room in (
        "codegen", "download.batch", "download.cache", "download.engines", "drift", "filesystem",
        "artifacts.publishing.facts", "artifacts.publishing.names", "artifacts.publishing.new_file",
        "artifacts.publishing.publication", "artifacts.publishing.references", "server",
        "storage.scan",
    )
}  # fmt: skip
CONTENTS = {
    "wbtyped.artifacts.contents.manifest", "wbtyped.artifacts.lineage_graph",
    "wbtyped.projects.registry", "wbtyped.runs.history", "wbtyped.runs.upload",
    "wbtyped_graphql.input_types",
}  # fmt: skip
"""Modules of ours for what few programs do."""
REQUESTS = {"email", "http", "httpcore", "httpx", "logging", "ssl", "wbtyped.transport.http"}
PROGRAMS = {
    "import": ("from wbtyped import Api", REQUESTS | CONTENTS | {"html", "shutil"}),
    "--help": ("main(['--help'])", REQUESTS | CONTENTS | {"pydantic", "wbtyped.api"}),
    "ls": ("main(['ls', 'crew/ship/log'])", CONTENTS | {"html"}),
}
"""What each program does, and what it must not load besides."""
SCRIPT = """
import sys
from wbtyped.cli import main
try:
    {program}
except SystemExit as ended:
    assert not ended.code, ended
finally:
    print("loaded", *(name for name, module in sys.modules.items() if module), sep="\\n")
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_loads_nothing_that_it_does_not_need(wandb_server: WandbServer, name: str) -> None:
    wandb_server.add_run("crew/ship/log", {"model.bin": b"weights"})
    program, unused = PROGRAMS[name]
    script = SCRIPT.format(program=program)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shown, _, names = done.stdout.partition("loaded\n")
    assert ("model.bin" in shown) == (name == "ls")
    # A module outside of the package may be loaded by the interpreter itself, or by its plugins.
    before = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    loaded = set(names.splitlines()) - set(before)
    assert sorted(loaded & (NOTHING_NEEDS | ROOMS | unused)) == []
