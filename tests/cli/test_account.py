"""`wbtyped login`, `whoami`, `open` and `completion`."""

import json
import os
import shutil
import stat
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.config.netrc_file import with_entry, write_netrc_key
from wbtyped.server import WandbServer

from .conftest import Command, Outcome

OTHERS = """\
# mine
machine github.com login me password x

machine 127.0.0.1:1
  login user
  password old
default login anonymous password y
"""
KEY = "local-" + "k" * 40


def log_in(stdin: str, *arguments: str, **environ: str) -> Outcome:
    """Run the command with a pipe as its stdin, and without a key in the environment."""
    variables = {name: value for name, value in os.environ.items() if name != "WANDB_API_KEY"}
    done = subprocess.run(
        [sys.executable, "-m", "wbtyped", "login", *arguments], input=stdin, capture_output=True,
        text=True, check=False, env={**variables, **environ}, timeout=60,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def netrc() -> Path:
    return Path(os.environ["HOME"], ".netrc")


def test_login_stores_verified_key_that_both_clients_find(
    wandb_server: WandbServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = log_in(f"{wandb_server.api_key}\n")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        f"logged in to {wandb_server.url} as me", f"key stored in {netrc()}",
    ]  # fmt: skip
    assert stat.S_IMODE(netrc().stat().st_mode) == 0o600
    monkeypatch.delenv("WANDB_API_KEY")
    assert json.loads(command("whoami", "--json").out)["key_from"] == str(netrc())
    official = "import wandb; print(wandb.Api().default_entity)"
    done = subprocess.run(
        [sys.executable, "-c", official], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.splitlines()[-1:] == ["me"], done.stderr


def test_login_refused_key_stores_nothing(wandb_server: WandbServer) -> None:
    outcome = log_in(f"{KEY}\n")
    assert (outcome.code, outcome.out) == (1, "")
    assert KEY not in outcome.err
    assert not netrc().exists()
    assert log_in(f"{KEY}\n", "--no-verify").code == 0
    assert KEY in netrc().read_text()


@pytest.mark.parametrize(("stdin", "code"), [("", 2), ("\n", 2), ("short\n", 1)])
def test_login_malformed_key_sends_nothing(
    wandb_server: WandbServer, stdin: str, code: int
) -> None:
    outcome = log_in(stdin)
    assert (outcome.code, outcome.out) == (code, "")
    assert outcome.err.count("\n") == 1
    assert len(wandb_server.requests) == 0


def test_login_warns_of_another_key_in_environment(wandb_server: WandbServer) -> None:
    outcome = log_in(f"{wandb_server.api_key}\n", WANDB_API_KEY=KEY)
    assert outcome.code == 0
    assert "takes precedence" in outcome.err


def test_login_on_terminal_shows_no_key_and_asks_once(wandb_server: WandbServer) -> None:
    pty = pytest.importorskip("pty")
    shown = ""
    for arguments in ([], [], ["--relogin"]):
        command = [sys.executable, "-m", "wbtyped", "login", *arguments]
        pid, terminal = pty.fork()
        if not pid:
            os.environ.pop("WANDB_API_KEY")
            os.execv(command[0], command)
        output = b""
        while True:
            try:
                block = os.read(terminal, 4096)
            except OSError:
                break
            output += block
            if output.endswith(b"(not shown): "):
                os.write(terminal, f"{wandb_server.api_key}\n".encode())
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, output
        shown += output.decode()
    assert wandb_server.api_key not in shown
    assert shown.count("API key (not shown)") == 2
    assert shown.count("already logged in") == 1


# netrc.


def test_netrc_is_written_as_by_the_official_client(tmp_path: Path) -> None:
    wbnetrc = pytest.importorskip("wandb.sdk.lib.wbauth.wbnetrc")
    for before in (None, "", OTHERS, "machine 127.0.0.1:1 login user password old\n", "x 'y\n"):
        ours, theirs = tmp_path / "ours", tmp_path / "theirs"
        for file in (ours, theirs):
            file.unlink(missing_ok=True)
            if before is not None:
                file.write_text(before)
        write_netrc_key(ours, "127.0.0.1:1", KEY)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NETRC", str(theirs))
            wbnetrc.write_netrc_auth(host="http://127.0.0.1:1", api_key=KEY)
        assert ours.read_text() == theirs.read_text()
        assert stat.S_IMODE(ours.stat().st_mode) == 0o600


def test_netrc_link_stays_a_link(tmp_path: Path) -> None:
    real, linked = tmp_path / "dotfiles", tmp_path / ".netrc"
    real.write_text(OTHERS)
    linked.symlink_to(real)
    write_netrc_key(linked, "host", KEY)
    assert linked.is_symlink()
    assert real.read_text().startswith(OTHERS)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".netrc", "dotfiles"]


@given(st.lists(st.sampled_from([*OTHERS.splitlines(), "machine host", "  password z"])))
def test_netrc_entry_is_replaced_and_the_rest_is_kept(lines: list[str]) -> None:
    once = with_entry(lines, "host", KEY)
    assert with_entry(once.splitlines(), "host", KEY) == once
    assert once.count(KEY) == 1
    assert {line for line in lines if line.startswith("machine g")} <= set(once.splitlines())


# Account, pages, completion.


def test_whoami_shows_account_and_never_the_key(
    wandb_server: WandbServer, command: Command
) -> None:
    outcome = command("whoami")
    assert outcome.code == 0
    rows = dict(line.split(maxsplit=1) for line in outcome.out.splitlines())
    assert (rows["username"], rows["server"]) == ("me", wandb_server.url)
    assert rows["key"] == "from    WANDB_API_KEY"
    found = json.loads(command("whoami", "--json").out)
    assert found.keys() == {
        "username", "name", "email", "entity", "teams", "server", "key_from",
    }  # fmt: skip
    assert wandb_server.api_key not in outcome.out + json.dumps(found)


def test_open_prints_and_opens_pages(
    wandb_server: WandbServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def start(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", start)
    wandb_server.add_run("crew/ship/log", {})
    wandb_server.add_artifact("crew/ship/my data", "a b", {"x": b""})
    pages = {
        "crew/ship": "crew/ship",
        "crew/ship/log": "crew/ship/runs/log",
        "crew/ship/a b": "crew/ship/artifacts/a%20b",
        "crew/ship/my data": "crew/ship/artifacts/a%20b/my%20data",
        "crew/ship/my data:v0": "crew/ship/artifacts/a%20b/my%20data/v0",
    }
    for path, page in pages.items():
        outcome = command("open", path)
        assert (outcome.code, outcome.out) == (0, f"{wandb_server.url}/{page}\n")
        assert opened[-1] == f"{wandb_server.url}/{page}"
    opened.clear()
    assert command("open", "crew/ship", "--print").code == 0
    assert command("open", "--print").out == f"{wandb_server.url}/\n"
    assert not opened


def test_open_without_browser_exits_1(
    wandb_server: WandbServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:

    def refuse(_: str) -> bool:
        return False

    monkeypatch.setattr(webbrowser, "open", refuse)
    wandb_server.add_run("crew/ship/log", {})
    outcome = command("open", "crew/ship/log")
    assert (outcome.code, outcome.out) == (1, f"{wandb_server.url}/crew/ship/runs/log\n")
    assert "no browser" in outcome.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(command: Command, shell: str) -> None:
    outcome = command("completion", shell)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"_WBTYPED_COMPLETE=complete_{shell}" in outcome.out
    if program := shutil.which(shell):
        done = subprocess.run([program, "-n"], input=outcome.out, text=True, check=False)
        assert done.returncode == 0


def test_completion_in_bash_completes_subcommands_and_options(command: Command) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    script = command("completion", "bash").out
    scripts = str(Path(sys.executable).parent)
    for words, expected in (("wbtyped ver", {"verify"}), ("wbtyped ls --l", {"--long", "--limit"})):
        test = f"""{script}
            COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            _wbtyped_completion wbtyped; printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            [bash, "--norc", "-c", test], capture_output=True, text=True, check=True,
            env={**os.environ, "PATH": os.pathsep.join([scripts, os.environ["PATH"]])},
        )  # fmt: skip
        assert set(done.stdout.split()) == expected
