"""Scripts for the official client, run with it and, with only the imports changed, with ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import JsonValue, TypeAdapter

from wbtyped.server import WandbServer

FOLDER = Path(__file__).parent / "scripts"
IMPORTS = {
    "import wandb\n": "import wbtyped as wandb\n",
    "from wandb import": "from wbtyped import",
    "from wandb.apis.public.artifacts import": "from wbtyped.artifacts import",
    "from wandb.apis.public.files import": "from wbtyped.files import",
}
TIMEOUT_SECONDS = 300
_json: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


@dataclass
class Scripts:
    """Runs scripts against a server, each in its own process and home folder."""

    env: Mapping[str, str]
    """The environment variables that point to the server."""
    work: Path
    python: str = sys.executable
    started: int = field(default=0, init=False)

    def official(self, name: str, *arguments: str) -> JsonValue:
        """Run a script with the official client and return the JSON that it printed last."""
        return self._last_line(self.output(name, original(name), *arguments))

    def ours(self, name: str, *arguments: str) -> JsonValue:
        """Run the same script with only its import lines changed."""
        return self._last_line(self.output(name, ported(name), *arguments))

    def _last_line(self, output: str) -> JsonValue:
        return _json.validate_json(output.strip().splitlines()[-1])

    def start(self, name: str, text: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a script."""
        self.started += 1
        home = self.work / f"{self.started}-{Path(name).stem}"
        home.mkdir(parents=True)
        script = home / "script.py"
        script.write_text(text)
        return subprocess.Popen(
            [self.python, str(script), *arguments],
            cwd=home,
            env=self.environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self, home: Path) -> dict[str, str]:
        """Return the environment of a process: the server, and no W&B settings of the machine."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("WANDB")}
        folders = {
            f"WANDB_{kind}_DIR": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")
        }
        return {
            **inherited, **self.env, **folders, "HOME": str(home), "WANDB_DIR": str(home),
            "WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false",
            "PYTHONPATH": "", "PYTHONWARNINGS": "ignore",
        }  # fmt: skip

    def output(self, name: str, text: str, *arguments: str) -> str:
        """Run a script and return its output; if it fails, the test fails with its error."""
        return finished(self.start(name, text, *arguments), name)


def finished(process: subprocess.Popen[str], name: str) -> str:
    """Wait for a script and return its output."""
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0, f"{name} failed:\n{errors}"
    return output


def original(name: str) -> str:
    """Return the unchanged text of a script."""
    return (FOLDER / name).read_text()


def ported(name: str) -> str:
    """Return the text of a script with its imports changed."""
    text = original(name)
    for theirs, ours in IMPORTS.items():
        text = text.replace(theirs, ours)
    assert "wandb." not in "".join(line for line in text.splitlines() if "import" in line)
    return text


@pytest.fixture
def scripts(wandb_server: WandbServer, tmp_path: Path) -> Scripts:
    """Scripts against the server of this test."""
    return Scripts(wandb_server.env, tmp_path / "scripts")


@pytest.fixture(scope="session")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    """Scripts against a server that the official client has logged to; read-only."""
    with WandbServer() as server:
        scripts = Scripts(server.env, tmp_path_factory.mktemp("logged"))
        scripts.official("log_everything.py", str(scripts.work))
        yield scripts


def flat(value: JsonValue, path: str = "") -> dict[str, JsonValue]:
    """Return the leaves of a JSON value by their paths; an empty list or object is a leaf."""
    if isinstance(value, dict) and value:
        return {k: v for name in value for k, v in flat(value[name], f"{path}/{name}").items()}
    if isinstance(value, list) and value:
        return {k: v for i, item in enumerate(value) for k, v in flat(item, f"{path}/{i}").items()}
    return {path: value}


def shown(value: JsonValue) -> str:
    """Return a JSON value as a string, so that pytest shows a difference briefly."""
    return json.dumps(value)
