"""`wbtyped schema`: what it prints, and its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped.drift import our_documents
from wbtyped.drift.schema_files import pinned_sdl
from wbtyped.server import Fault, WandbServer

from .conftest import Command, in_process

BROKEN = pinned_sdl().replace("  directUrl: String!", "  elsewhere: String!")
RISKY = pinned_sdl().replace("union Initiator = Run | User", "union Initiator = Run | User | Tag")
NEWER = f"{pinned_sdl()}\nscalar New\n"


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    for name, text in {"broken": BROKEN, "risky": RISKY, "newer": NEWER}.items():
        (tmp_path / f"{name}.graphql").write_text(text)
    return tmp_path


# -- check


def test_check_fitting_server_exits_0(wandb_server: WandbServer, command: Command) -> None:
    outcome = command("schema", "check")
    assert (outcome.code, outcome.err) == (0, "")
    count = len(our_documents().operations)
    assert outcome.out == (
        f"{count} operations against {wandb_server.url} (by introspection):"
        " 0 breaking, 0 risky, 0 safe\n"
    )


def test_check_hidden_schema_is_probed(wandb_server: WandbServer, command: Command) -> None:
    wandb_server.introspection = False
    outcome = command("schema", "check")
    assert (outcome.code, outcome.err) == (0, "")
    assert "What probing cannot detect:" in outcome.out
    assert outcome.out.endswith(f"{wandb_server.url} (by probing): 0 breaking, 0 risky\n")


@pytest.mark.parametrize("suffix", ["", "/", "/graphql", "/graphql/"])
def test_check_against_url_overrides_environment(
    wandb_server: WandbServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://nowhere.invalid")
    outcome = command("schema", "check", "--against", wandb_server.url + suffix)
    assert outcome.code == 0
    assert wandb_server.requests[0].authorized


@pytest.mark.parametrize(
    ("name", "fail_on", "code"),
    [
        ("broken", "breaking", 1),
        ("broken", "any", 1),
        ("risky", "breaking", 0),
        ("risky", "risky", 1),
        ("newer", "risky", 0),
        ("newer", "any", 1),
    ],
)
def test_check_fail_on_sets_threshold(
    schemas: Path, command: Command, name: str, fail_on: str, code: int
) -> None:
    source = schemas / f"{name}.graphql"
    outcome = command("schema", "check", "--against", source, "--fail-on", fail_on)
    assert (outcome.code, outcome.err) == (code, "")


@pytest.mark.parametrize(
    ("ignored", "code"),
    [
        (["field-removed"], 0),
        (["field-removed:File.directUrl"], 0),
        (["field-removed:File.*", "deprecated"], 0),
        (["field-removed:Run.*"], 1),
    ],
)
def test_check_ignored_findings_do_not_fail(
    schemas: Path, command: Command, ignored: list[str], code: int
) -> None:
    options = [part for rule in ignored for part in ("--ignore", rule)]
    outcome = command("schema", "check", "--against", schemas / "broken.graphql", *options)
    assert outcome.code == code
    assert ("Ignored findings: 1." in outcome.out) is (code == 0)


def test_check_verbose_lists_safe_changes(schemas: Path, command: Command) -> None:
    source = schemas / "newer.graphql"
    assert "type-added" not in command("schema", "check", "--against", source).out
    verbose = command("schema", "check", "--against", source, "--verbose")
    assert (verbose.code, verbose.out.splitlines()[0]) == (0, "safe type-added: New was added.")


def test_check_format_selects_report(schemas: Path, command: Command) -> None:
    def report(form: str) -> str:
        source = schemas / "broken.graphql"
        outcome = command("schema", "check", "--against", source, "--format", form)
        assert (outcome.code, outcome.err) == (1, "")
        return outcome.out

    assert report("text").startswith("breaking field-removed: File.directUrl\n")
    assert json.loads(report("json"))["counts"]["breaking"] == 1
    assert json.loads(report("sarif"))["version"] == "2.1.0"
    assert report("github").startswith("::error file=queries/artifacts.graphql,line=125,col=9,")


def test_check_own_queries_replace_packaged_ones(
    schemas: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(schemas)
    (schemas / "mine").mkdir()
    (schemas / "mine" / "a.graphql").write_text("query A { viewer { id } }")
    (schemas / "b.graphql").write_text("{ artifact(id: 1) { currentManifest { file { md5 } } } }")
    queries = ("--queries", "mine", "--queries", "b.graphql")
    outcome = command("schema", "check", "--against", "broken.graphql", *queries)
    assert outcome.code == 0
    assert outcome.out.startswith("2 operations against broken.graphql")
    (schemas / "mine" / "a.graphql").write_text("query A {\n  viewer { nonsense }\n}")
    outcome = command("schema", "check", "--against", "broken.graphql", *queries)
    assert outcome.code == 1
    assert "  at mine/a.graphql:2:12\n" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--ignore", "nonsense"],
        ["check", "--format", "xml"],
        ["check", "--fail-on", "safe"],
        ["check", "--queries", "gone.graphql"],
        ["check", "--against", "http://"],
        ["check", "--against", "https://me:secret@wandb.test"],
        ["check", "nonsense"],
        ["pull"],
        ["pull", "schema.graphql"],
        ["coverage", "--format", "sarif"],
        ["coverage", "--queries", "gone"],
        [],
    ],
    ids=" ".join,
)
def test_schema_wrong_usage_exits_2(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    outcome = command("schema", *arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert "secret" not in outcome.err.replace("user name or password", "")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault(kind="graphql", status=401), "no permission: "),
        (Fault(kind="graphql", status=200, body=b"<html>\x1b[2J"), "not a schema: "),
        (Fault(kind="graphql", redirect="/login"), "not a schema: "),
        (Fault(kind="graphql", cut_before_headers=True), "not reachable: "),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["check", "pull"])
def test_server_without_schema_exits_3(
    wandb_server: WandbServer,
    command: Command,
    tmp_path: Path,
    name: str,
    fault: Fault,
    message: str,
) -> None:
    output = tmp_path / "schema.graphql"
    given = [wandb_server.url, "--output", output] if name == "pull" else []
    with wandb_server.fault(fault):
        outcome = command("schema", name, *given)
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith(f"wbtyped: {message}")
    assert outcome.err.count("\n") == 1
    assert "\x1b" not in outcome.err
    assert wandb_server.api_key not in outcome.err
    assert not output.exists()


def test_check_unusable_source_exits_3(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    for name, message in (("gone", "not reachable: "), ("notes.txt", "not a schema: ")):
        outcome = command("schema", "check", "--against", tmp_path / name)
        assert (outcome.code, outcome.out) == (3, "")
        assert outcome.err.startswith(f"wbtyped: {message}")


def test_check_missing_key_exits_3(command: Command) -> None:
    outcome = command("schema", "check")
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith("wbtyped: no permission: no API key")


def test_check_unprobeable_server_exits_3(wandb_server: WandbServer, command: Command) -> None:
    wandb_server.introspection = False
    lenient = Fault(
        kind="graphql",
        operation="WbtypedControl",
        status=200,
        body=b'{"data": {"wbtyped_probe": "Query"}}',
    )
    with wandb_server.fault(lenient):
        outcome = command("schema", "check")
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith("wbtyped: not probed: ")


# -- pull


def test_pull_rewrites_schema_and_prints_changes(
    wandb_server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema").mkdir()
    ours = tmp_path / "schema" / "schema.graphql"
    ours.write_text(BROKEN)
    ours.chmod(0o640)
    outcome = command("schema", "pull", wandb_server.url)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "field-added: File.directUrl was added.",
        "field-removed: File.elsewhere was removed.",
        "schema/schema.graphql written; now run: python queries/codegen",
    ]
    assert "directUrl: String!" in ours.read_text()
    assert ours.stat().st_mode & 0o777 == 0o640
    again = command("schema", "pull", wandb_server.url)
    assert (again.code, again.out) == (0, "schema/schema.graphql is up to date\n")
    assert [path.name for path in ours.parent.iterdir()] == ["schema.graphql"]


def test_pull_from_embedded_server_changes_nothing(
    wandb_server: WandbServer, command: Command, tmp_path: Path
) -> None:
    output = tmp_path / "new.graphql"
    assert command("schema", "pull", wandb_server.url, "--output", output).code == 0
    assert output.read_text() == pinned_sdl()


def test_pull_into_other_file_exits_2(
    wandb_server: WandbServer, command: Command, tmp_path: Path
) -> None:
    output = tmp_path / "notes.txt"
    output.write_text("hello")
    outcome = command("schema", "pull", wandb_server.url, "--output", output)
    assert (outcome.code, outcome.out) == (2, "")
    assert "--output" in outcome.err
    assert output.read_text() == "hello"
    assert len(wandb_server.requests) == 0


def test_pull_from_hidden_schema_exits_3(
    wandb_server: WandbServer, command: Command, tmp_path: Path
) -> None:
    wandb_server.introspection = False
    output = tmp_path / "new.graphql"
    outcome = command("schema", "pull", wandb_server.url, "--output", output)
    assert outcome.code == 3
    assert "hides its schema" in outcome.err
    assert not output.exists()


# -- coverage


def test_coverage_counts_used_members(command: Command, tmp_path: Path) -> None:
    outcome = command("schema", "coverage")
    assert (outcome.code, outcome.err) == (0, "")
    assert "types" in outcome.out.splitlines()[-1]
    (tmp_path / "a.graphql").write_text("{ viewer { id } }")
    given = ("--queries", tmp_path / "a.graphql", "--format", "json")
    report = json.loads(command("schema", "coverage", *given).out)
    assert report["members"]["used"] == 2


# -- all


def test_help_documents_exit_codes(command: Command) -> None:
    assert "schema" in command("--help").out
    for name in ("check", "pull"):
        assert "Exit codes: 0" in " ".join(command("schema", name, "--help").out.split())


def test_schema_missing_extra_says_what_to_install(tmp_path: Path) -> None:
    blocked = (
        "import sys; sys.modules['graphql'] = None; from wbtyped.cli import main;"
        "main(['schema', 'coverage'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "wbtyped: graphql not installed; run: pip install 'wbtyped[drift]'\n"


def test_check_in_real_process_exits_1(schemas: Path) -> None:
    outcome = in_process("schema", "check", "--against", schemas / "broken.graphql")
    assert (outcome.code, outcome.err) == (1, "")
