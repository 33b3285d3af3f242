"""Where settings and the key come from. Nothing here reads this machine's own files."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.config.base_url import checked_base_url
from wbtyped.config.settings import Settings, find_settings
from wbtyped.errors import AuthenticationError, UsageError

KEY = "a" * 40
OTHER = "b" * 40


class Machine:
    """A home and a working folder, and an environment."""

    def __init__(self, folder: Path) -> None:
        self.home, self.cwd = folder / "home", folder / "work"
        self.home.mkdir()
        self.cwd.mkdir()
        self.environ: dict[str, str] = {}

    def write(self, file: Path, text: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def global_settings(self, text: str) -> Path:
        return self.write(self.home / ".config" / "wandb" / "settings", f"[default]\n{text}\n")

    def workspace_settings(self, text: str) -> Path:
        return self.write(self.cwd / "wandb" / "settings", f"[default]\n{text}\n")

    def netrc(self, text: str) -> Path:
        file = self.write(self.home / ".netrc", text)
        file.chmod(0o600)
        return file

    def find(
        self,
        overrides: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
        api_key: str | None = None,
    ) -> Settings:
        return find_settings(
            overrides, timeout=timeout, api_key=api_key,
            environ=self.environ, home=self.home, cwd=self.cwd,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_setting_precedence(machine: Machine) -> None:
    def entity(**overrides: str) -> str | None:
        return machine.find(overrides, api_key=KEY).entity

    assert entity() is None
    machine.global_settings("entity = of-home")
    assert entity() == "of-home"
    machine.workspace_settings("entity = of-work")
    assert entity() == "of-work"
    machine.environ["WANDB_ENTITY"] = "of-environment"
    assert entity() == "of-environment"
    assert entity(entity="of-argument") == "of-argument"


def test_settings_from_the_environment(machine: Machine) -> None:
    machine.environ.update(
        WANDB_BASE_URL="http://localhost:8080/", WANDB_API_KEY=KEY, WANDB_ENTITY="e",
        WANDB_PROJECT="p", WANDB_ORGANIZATION="o", WANDB_HTTP_TIMEOUT="2.5",
    )  # fmt: skip
    assert machine.find() == Settings(
        base_url="http://localhost:8080", api_key=KEY, entity="e", project="p",
        organization="o", timeout=2.5, app_url="http://localhost:8080",
    )  # fmt: skip


def test_settings_defaults(machine: Machine) -> None:
    found = machine.find(api_key=KEY)
    assert found.base_url == "https://api.forge.coreweave.com"
    assert found.app_url == "https://forge.coreweave.com/wandb"
    assert (found.timeout, found.entity, found.project) == (19, None, None)


def test_settings_can_be_read_like_a_dictionary(machine: Machine) -> None:
    machine.global_settings("entity = of-home")
    settings = machine.find(api_key=KEY)
    assert settings["entity"] == "of-home"
    assert settings["base_url"] == settings.base_url
    assert (settings["project"], settings["organization"]) == (None, None)
    with pytest.raises(KeyError):
        settings["api_key"]


def test_settings_files_in_other_folders(machine: Machine) -> None:
    machine.write(machine.cwd / ".wandb" / "settings", "[default]\nproject = hidden\n")
    machine.workspace_settings("project = plain")
    assert machine.find(api_key=KEY).project == "hidden"
    machine.environ["WANDB_CONFIG_DIR"] = str(machine.home / "elsewhere")
    machine.write(machine.home / "elsewhere" / "settings", "[default]\nentity = there\n")
    assert machine.find(api_key=KEY).entity == "there"


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_timeout_invalid(machine: Machine, timeout: float) -> None:
    with pytest.raises(UsageError, match="timeout must be"):
        machine.find(timeout=timeout, api_key=KEY)
    machine.environ["WANDB_HTTP_TIMEOUT"] = "soon"
    with pytest.raises(UsageError, match="WANDB_HTTP_TIMEOUT must be"):
        machine.find(api_key=KEY)


def test_override_run_has_no_effect(machine: Machine) -> None:
    assert machine.find({"run": "abc"}, api_key=KEY) == machine.find(api_key=KEY)


def test_overrides_unknown_or_deprecated(machine: Machine) -> None:
    with pytest.raises(UsageError, match="'colour'.*base_url"):
        machine.find({"colour": "red"}, api_key=KEY)
    with pytest.warns(DeprecationWarning, match="entity"):
        assert machine.find({"username": "me"}, api_key=KEY).entity == "me"


# The key.


def test_key_precedence(machine: Machine) -> None:
    machine.environ["WANDB_BASE_URL"] = "https://wandb.test:8443"
    machine.global_settings(f"api_key = {'s' * 40}")
    assert machine.find().api_key == "s" * 40
    machine.netrc(f"machine wandb.test login user password {'n' * 40}")
    assert machine.find().api_key == "n" * 40
    machine.netrc(
        f"machine wandb.test login user password {OTHER}\n"
        f"machine wandb.test:8443 login user password {'m' * 40}"
    )
    assert machine.find().api_key == "m" * 40
    machine.environ["WANDB_API_KEY"] = "e" * 40
    assert machine.find().api_key == "e" * 40
    assert machine.find(api_key="g" * 40).api_key == "g" * 40


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://api.forge.coreweave.com", "api.wandb.ai"),
        ("https://api.wandb.ai", "api.forge.coreweave.com"),
        ("https://api.qa.wandb.ai", "api.qa.forge.coreweave.com"),
        ("https://api.forge.coreweave.com", "forge.coreweave.com"),
        ("https://forge.coreweave.com/api/wandb", "api.wandb.ai"),
    ],
)
def test_key_stored_for_another_name_of_the_server_is_found(
    machine: Machine, base_url: str, host: str
) -> None:
    machine.netrc(f"machine {host} login user password {KEY}")
    assert machine.find({"base_url": base_url}).api_key == KEY


def test_netrc_default_entry_is_for_unnamed_servers(machine: Machine) -> None:
    machine.environ["WANDB_BASE_URL"] = "http://a.test"
    machine.netrc(f"default login user password {KEY}")
    assert machine.find().api_key == KEY
    machine.netrc(f"machine a.test login user password {OTHER}\ndefault login user password {KEY}")
    assert machine.find().api_key == OTHER
    machine.netrc(f"machine b.test login user password {OTHER}\ndefault password {KEY}")
    assert machine.find().api_key == KEY


def test_netrc_default_entry_that_is_not_a_key_is_skipped(machine: Machine) -> None:
    machine.environ["WANDB_BASE_URL"] = "http://a.test"
    machine.netrc("default login anonymous password me@a.test")
    machine.global_settings(f"api_key = {KEY}")
    assert machine.find().api_key == KEY


def test_empty_argument_is_a_usage_error(machine: Machine) -> None:
    machine.environ["WANDB_API_KEY"] = KEY
    with pytest.raises(UsageError, match="api_key is an empty string"):
        machine.find(api_key="")
    with pytest.raises(UsageError, match="'entity' is an empty string"):
        machine.find({"entity": ""})


def test_netrc_of_the_variable_is_read(machine: Machine) -> None:
    file = machine.write(machine.cwd / "my-netrc", f"machine a.test login user password {KEY}")
    machine.environ["NETRC"] = str(file)
    assert machine.find({"base_url": "http://a.test"}).api_key == KEY


def test_netrc_file_names(machine: Machine) -> None:
    machine.environ["WANDB_BASE_URL"] = "http://a.test"
    machine.write(machine.home / "_netrc", f"machine a.test login user password {KEY}")
    assert machine.find().api_key == KEY
    machine.netrc(f"machine a.test login user password {OTHER}")
    assert machine.find().api_key == OTHER
    machine.write(machine.home / "mine", f"machine a.test login user password {KEY}")
    machine.environ["NETRC"] = "~/mine"
    assert machine.find().api_key == KEY


def test_key_of_the_workspace_precedes_that_of_the_home(machine: Machine) -> None:
    machine.global_settings(f"api_key = {KEY}")
    machine.workspace_settings(f"api_key = {OTHER}")
    assert machine.find().api_key == OTHER


def test_key_of_another_server_is_not_used(machine: Machine) -> None:
    machine.netrc(f"machine other.test login user password {KEY}")
    with pytest.raises(AuthenticationError, match="no API key for a.test"):
        machine.find({"base_url": "http://a.test"})


def test_missing_key_names_every_searched_location(machine: Machine) -> None:
    with pytest.raises(AuthenticationError) as missing:
        machine.find()
    said = str(missing.value)
    for place in ("api_key", "WANDB_API_KEY", ".netrc", str(machine.home), str(machine.cwd)):
        assert place in said


@pytest.mark.parametrize(
    "key",
    [KEY, f"local-{KEY}", "wandb_v1_" + "x" * 78, "a.b.c", "eyJh-bGc.eyJz_dWI.c2ln", "A-_" + KEY],
)
def test_key_forms(machine: Machine, key: str) -> None:
    assert machine.find(api_key=key).api_key == key


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("short", "5 characters, but at least 40"),
        (f"{KEY} ", "spaces around"),
        (f"{KEY}!", "characters other than"),
        (f"local-{KEY[:39]}", "39 characters"),
        ("a.b.c.d", "characters other than"),
    ],
)
def test_key_invalid_names_its_source_and_is_not_shown(
    machine: Machine, key: str, complaint: str
) -> None:
    with pytest.raises(AuthenticationError, match=complaint) as bad:
        machine.find(api_key=key)
    assert "argument api_key" in str(bad.value)
    machine.environ["WANDB_API_KEY"] = key
    with pytest.raises(AuthenticationError, match="WANDB_API_KEY") as bad:
        machine.find()
    assert key.strip() not in str(bad.value)


def test_key_invalid_in_a_file_names_the_file(machine: Machine) -> None:
    file = machine.global_settings("api_key = too-short")
    with pytest.raises(AuthenticationError, match="5 characters") as bad:
        machine.find()
    assert str(file) in str(bad.value)
    file = machine.netrc("machine api.wandb.ai login user password other-short")
    with pytest.raises(AuthenticationError, match="5 characters") as bad:
        machine.find()
    assert str(file) in str(bad.value)


def test_netrc_is_not_read_if_a_key_is_given(machine: Machine) -> None:
    machine.netrc("no netrc at all")
    assert machine.find(api_key=KEY).api_key == KEY
    machine.environ["WANDB_API_KEY"] = OTHER
    assert machine.find().api_key == OTHER


def test_identity_token_is_not_supported(machine: Machine) -> None:
    machine.environ["WANDB_IDENTITY_TOKEN_FILE"] = "token"
    with pytest.raises(AuthenticationError, match="not supported yet"):
        machine.find()
    machine.environ["WANDB_API_KEY"] = KEY
    with pytest.raises(AuthenticationError, match="both"):
        machine.find()


def test_key_is_not_in_the_repr(machine: Machine) -> None:
    assert KEY not in repr(machine.find(api_key=KEY))


@pytest.mark.parametrize("kind", ["netrc", "settings"])
def test_malformed_files_are_named_but_not_quoted(machine: Machine, kind: str) -> None:
    secret = "s3cret" * 8
    if kind == "netrc":
        file = machine.netrc(f"machine a.test\npassword {secret} bogus {secret}")
    else:
        file = machine.global_settings(f"this is {secret} no setting")
    with pytest.raises(UsageError, match="fix the file") as bad:
        machine.find({"base_url": "http://a.test"})
    assert f"{file} (line 2)" in str(bad.value)
    assert secret not in str(bad.value)
    assert bad.value.__cause__ is None


@pytest.mark.parametrize("kind", ["netrc", "settings"])
def test_unreadable_files_are_named(machine: Machine, kind: str) -> None:
    home = machine.home
    file = home / ".netrc" if kind == "netrc" else home / ".config" / "wandb" / "settings"
    file.mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be read: Is a directory") as bad:
        machine.find()
    assert str(file) in str(bad.value)


def test_settings_file_not_in_utf_8(machine: Machine) -> None:
    file = machine.global_settings("")
    file.write_bytes("[default]\nentity = gr\xf6\xdfe".encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8") as bad:
        machine.find(api_key=KEY)
    assert bad.value.__cause__ is None


@pytest.mark.skipif(os.name == "nt", reason="there a folder in use cannot be removed")
def test_settings_without_home_and_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("HOME", "~nobody-of-this-name")
    assert find_settings(api_key=KEY, environ={}).api_key == KEY


# Addresses.


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://api.wandb.ai///", "https://api.wandb.ai"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://forge.coreweave.com/api/wandb", "https://api.forge.coreweave.com"),
        ("https://qa.forge.coreweave.com/api/wandb/", "https://api.qa.forge.coreweave.com"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://host.test/wandb/", "https://host.test/wandb"),
    ],
)
def test_base_url_forms(given: str, found: str) -> None:
    assert checked_base_url(given) == found


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("wandb.ai", "is not a URL"),
        ("ftp://api.wandb.ai", "is not a URL"),
        ("http://", "is not a URL"),
        ("http://host.test:port", "is not a URL"),
        ("http://host.test:99999", "is not a URL"),
        ("http://[::1", "is not a URL"),
        ("http://host.test/a b", "is not a URL"),
        ("http://host.test?x=1", "is not a URL"),
        ("https://wandb.ai", "web page"),
        ("https://app.wandb.ai", "web page"),
        ("https://forge.coreweave.com", "web page.*https://api.forge.coreweave.com"),
        ("https://forge.coreweave.com/wandb", "web page"),
        ("http://api.wandb.ai", "unencrypted"),
        ("http://api.forge.coreweave.com", "unencrypted"),
        ("api:secret@host.test", "user name or password"),
        ("https://api:secret@host.test", "user name or password"),
    ],
)
def test_base_url_invalid(given: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as bad:
        checked_base_url(given)
    assert "secret@" not in str(bad.value)


@pytest.mark.parametrize(
    ("base_url", "app"),
    [
        ("https://api.wandb.ai", "https://wandb.ai"),
        ("https://api.wandb.test", "https://app.wandb.test"),
        ("https://api.qa.forge.coreweave.com", "https://qa.forge.coreweave.com/wandb"),
        ("https://api.company.test", "https://app.company.test"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_app_url_of_base_urls(machine: Machine, base_url: str, app: str) -> None:
    assert machine.find({"base_url": base_url}, api_key=KEY).app_url == app
    machine.environ["WANDB_APP_URL"] = "https://pages.test/"
    assert machine.find({"base_url": base_url}, api_key=KEY).app_url == "https://pages.test"


def test_api_without_a_key_raises_immediately(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuthenticationError, match="no API key"):
        Api()
    with pytest.raises(AuthenticationError, match="at least 40"):
        Api(api_key="nope")
