"""What messages tell people to do works when done: each test provokes one, and does what it says.

`@tries` names the hints of a test as they stand in the code; `test_every_hint_is_tried` reads the
code and fails for a hint that no test tries.
"""

import ast
import json
import os
import pickle
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, TypeVar

import certifi
import pytest
from wbtyped_graphql import calls

import wbtyped
from tests.conftest import files_in
from tests.raw_server import raw_server, response
from wbtyped import Api, ArtifactTTL, Client, NamedProject, ResponseLimits
from wbtyped.artifacts.publishing.names import warn_of_secrets
from wbtyped.config.hosts import HostPolicy, checked_hosts
from wbtyped.config.settings import find_settings
from wbtyped.errors import (
    AuthenticationError,
    FileExistsError,
    GraphQLError,
    HostNotAllowedError,
    NotFoundError,
    OfflineError,
    PartialSaveError,
    TransportError,
    UnsafePathError,
    UnsupportedReferenceError,
    UsageError,
    WbtypedError,
)
from wbtyped.filesystem import WandbFileSystem
from wbtyped.filesystem.chunks import plan_chunks
from wbtyped.name_patterns import matches_glob
from wbtyped.paths import parse_artifact_path, parse_project_path, parse_run_path, read_path
from wbtyped.publish import Draft
from wbtyped.server import Fault, Reference, WandbServer
from wbtyped.storage.conditions import EXAMPLES
from wbtyped.transport.tls import Tls
from wbtyped.urls import web_url

PACKAGE = Path(wbtyped.__file__).parent
TRIED: list[str] = []
"""The hints that the tests of this module try, as in the code."""
TestT = TypeVar("TestT", bound=Callable[..., object])
KEY = "k" * 40


def tries(*hints: str) -> Callable[[TestT], TestT]:
    """Say which hints a test tries."""
    TRIED.extend(hints)
    return lambda test: test


@contextmanager
def provoked(kind: type[WbtypedError], *hints: str) -> Generator[list[str]]:
    """Expect an error whose message contains hints; yield the message, once there is one."""
    message: list[str] = []
    with pytest.raises(kind) as raised:
        yield message
    message.append(str(raised.value))
    for hint in hints:
        assert hint in message[0]


def written(message: list[str]) -> list[str]:
    """Return what a message says to write, each of its alternatives."""
    return re.split(r", | or ", message[0].rpartition("write ")[2].replace("'", ""))


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    files = {"a.csv": b"1", "b.csv": b"2"}
    wandb_server.add_artifact("crew/ship/data", "dataset", files)
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf")
    return wandb_server


# Paths.


@tries(
    "; write {forms}",
    "write entity/project/run or entity/project/name:alias",
    "write entity/project, entity/project/run or entity/project/name:alias",
)
def test_forms_of_paths_are_paths() -> None:
    for parse in (parse_run_path, parse_project_path, parse_artifact_path, read_path):
        with provoked(UsageError) as message:
            parse("")
        for form in written(message):
            assert parse(form)
    with provoked(UsageError) as message:
        read_path("s3://bucket/key")
    for form in written(message):
        assert read_path(form)
    with provoked(UsageError) as message:
        read_path("http://127.0.0.1/me", None, find_settings(api_key=KEY, environ={},
                  base_url="http://127.0.0.1").pages)  # fmt: skip
    for form in written(message):
        assert read_path(form)


@tries("write {kept!r}")
def test_collection_in_place_of_a_version(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"x"})
    with provoked(UsageError) as message:
        api.artifact_collection("dataset", "crew/ship/data:v0")
    [path] = written(message)
    assert api.artifact_collection("dataset", path).name == "data"


@tries("write only the project's name, or use from_path for a whole path", "leave out entity=")
def test_project_by_name_or_whole_path(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    with provoked(UsageError, "write only the project's name, or use from_path"):
        api.project("crew/ship")
    assert api.project("ship", "crew").name == "ship"
    assert repr(api.from_path("crew/ship")) == "<Project crew/ship>"
    page = api.project("ship", "crew").url
    with provoked(UsageError, "leave out entity="):
        api.project(page, "me")
    assert api.project(page).name == "ship"


@tries("write entity/project/run, or set WANDB_PROJECT")
def test_run_without_a_project(wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb_server.add_run("me/ship/log")
    with Api() as api:
        with provoked(UsageError, "write entity/project/run, or set WANDB_PROJECT"):
            api.run("log")
        assert api.run("me/ship/log").id == "log"
    monkeypatch.setenv("WANDB_PROJECT", "ship")
    with Api() as api:
        assert api.run("log").id == "log"


@tries("write it in the path, or set WANDB_ENTITY")
def test_account_without_a_default_entity(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run("me/ship/log")
    viewer = {"id": "1", "name": "me", "username": None, "email": None, "entity": None,
              "admin": False, "teams": None, "flags": None}  # fmt: skip
    body = json.dumps({"data": {"viewer": viewer}}).encode()
    nobody = Fault(kind="graphql", operation="GetViewer", status=200, body=body)
    with wandb_server.fault(nobody), Api() as api:
        with provoked(UsageError, "write it in the path, or set WANDB_ENTITY"):
            api.run("ship/log")
        assert api.run("me/ship/log").id == "log"
        monkeypatch.setenv("WANDB_ENTITY", "me")
        assert Api().run("ship/log").id == "log"


@tries("or set WANDB_ENTITY to one of its teams")
def test_registry_of_several_organizations(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = "wandb-registry-model"
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"x"})
    wandb_server.add_organization("acme", "acme-org", teams=["crew"])
    wandb_server.add_organization("other", "other-org")
    wandb_server.link_artifact("crew/ship/data:v0", f"acme-org/{registry}/chosen")
    with Api() as api:
        with provoked(UsageError, "write organization/wandb-registry-name/collection"):
            api.artifact(f"{registry}/chosen")
        assert api.artifact(f"acme/{registry}/chosen").entity == "acme-org"
    monkeypatch.setenv("WANDB_ENTITY", "crew")
    with Api() as api:
        assert api.artifact(f"{registry}/chosen").entity == "acme-org"


@tries("use the other one with Api(base_url={other!r}), or --base-url {other}")
def test_page_of_another_server(wandb_server: WandbServer, api: Api) -> None:
    with WandbServer() as other:
        other.add_run("crew/ship/log")
        page = f"{other.url}/crew/ship/runs/log/overview"
        with provoked(UsageError, f"Api(base_url={other.url!r}), or --base-url {other.url}"):
            api.run(page)
        with Api(base_url=other.url, api_key=other.api_key) as there:
            assert there.run(page).id == "log"


# Keys and settings.


@tries("set WANDB_API_KEY", "copy it again from the settings page of your server",
       "has spaces around it; remove them")  # fmt: skip
def test_missing_or_malformed_key(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = wandb_server.api_key
    monkeypatch.delenv("WANDB_API_KEY")
    with provoked(AuthenticationError, "and set WANDB_API_KEY"):
        Api()
    for wrong, hint in ((f"{key} ", "remove them"), (key[:9], "copy it"), (f"{key}é", "copy it")):
        monkeypatch.setenv("WANDB_API_KEY", wrong)
        with provoked(AuthenticationError, "from WANDB_API_KEY", hint) as message:
            Api()
        assert wrong not in message[0]
    monkeypatch.setenv("WANDB_API_KEY", key)
    with Api() as api:
        assert api.viewer.username == "me"


@tries("both WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are set; unset one of them")
def test_key_and_token(wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_IDENTITY_TOKEN_FILE", "token")
    with provoked(AuthenticationError, "unset one of them"):
        Api()
    monkeypatch.delenv("WANDB_IDENTITY_TOKEN_FILE")
    with Api() as api:
        assert api.viewer.username == "me"


@tries("pass a key of this server as api_key", "set WANDB_API_KEY to a key of this server",
       "replace it there, or set WANDB_API_KEY, which takes precedence")  # fmt: skip
@pytest.mark.parametrize("source", ["argument", "environment", "netrc", "settings"])
async def test_rejected_key_names_its_source_and_how_to_replace_it(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    wandb_server.add_run("crew/ship/log")
    right = os.environ.pop("WANDB_API_KEY")
    home = Path(os.environ["HOME"])
    argument = None
    if source == "argument":
        argument, named, hint = KEY, "the argument api_key", "pass a key of this server as api_key"
    elif source == "environment":
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        named, hint = "WANDB_API_KEY", "set WANDB_API_KEY to a key of this server"
    else:
        host = wandb_server.url.removeprefix("http://")
        file = home / (".netrc" if source == "netrc" else ".config/wandb/settings")
        file.parent.mkdir(parents=True, exist_ok=True)
        netrc = f"machine {host}\nlogin user\npassword {KEY}\n"
        file.write_text(netrc if source == "netrc" else f"[default]\napi_key = {KEY}\n")
        named, hint = str(file), "replace it there, or set WANDB_API_KEY, which takes precedence"
    rejected = f"run crew/ship/log: {wandb_server.url} refuses the API key from {named} (HTTP 401"
    with Api(api_key=argument) as api:
        with provoked(AuthenticationError, rejected, hint) as message:
            api.run("crew/ship/log")
        with provoked(AuthenticationError, rejected, hint):
            await api.arun("crew/ship/log")
        await api.aclose()
    assert KEY not in message[0]
    assert "GetRun" not in message[0]
    if source != "argument":
        monkeypatch.setenv("WANDB_API_KEY", right)
    with Api(api_key=right if source == "argument" else None) as api:
        assert api.run("crew/ship/log").id == "log"


def test_forbidden_names_object_server_and_source(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"x"})
    with (
        wandb_server.fault(Fault(kind="graphql", status=403)),
        provoked(AuthenticationError, "run crew/ship/log: ", wandb_server.url, "HTTP 403",
                 "from WANDB_API_KEY"),
    ):  # fmt: skip
        api.run("crew/ship/log")
    file = api.run("crew/ship/log").file("a.txt")
    with (
        wandb_server.fault(Fault(kind="file", status=403)),
        provoked(AuthenticationError, "file 'a.txt' of crew/ship/log", "the key is from WANDB_API"),
    ):
        file.save("downloads")


def test_missing_object_names_server_and_key_source(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    with Api(api_key=wandb_server.api_key) as api:
        says = f" on {wandb_server.url}, or the API key from the argument api_key may not see it"
        for find in (
            lambda: api.run("crew/ship/x"), lambda: api.run("crew/x/x"), lambda: api.project("x"),
            lambda: api.artifact("crew/ship/x"), lambda: list(api.artifact_types("crew/x")),
            lambda: list(api.run("crew/x/log").files()),
        ):  # fmt: skip
            with provoked(NotFoundError, says):
                find()


@tries("set it in this process too, or pass api_key= before pickling")
def test_pickled_without_key(wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb_server.add_run("crew/ship/log")
    script = "import pickle, sys; print(pickle.load(sys.stdin.buffer).run('crew/ship/log').id)"
    packed = {"from environment": pickle.dumps(Api()),
              "as argument": pickle.dumps(Api(api_key=wandb_server.api_key))}  # fmt: skip
    environ = {name: value for name, value in os.environ.items() if name != "WANDB_API_KEY"}

    def unpickled(content: bytes, environ: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-c", script]
        return subprocess.run(command, input=content, env=environ, capture_output=True, check=False)

    hint = b"set it in this process too, or pass api_key= before pickling"
    assert hint in unpickled(packed["from environment"], environ).stderr
    assert unpickled(packed["from environment"], dict(os.environ)).stdout.strip() == b"log"
    assert unpickled(packed["as argument"], environ).stdout.strip() == b"log"


@tries("pass a key, or None to use the one in WANDB_API_KEY", "pass the key as api_key",
       "use https", "the API is at https://{api}", "to set the server write base_url={overrides!r}",
       "leave it out to read it from the environment")  # fmt: skip
def test_wrong_settings(wandb_server: WandbServer) -> None:
    key = wandb_server.api_key
    with provoked(UsageError, "pass a key, or None to use the one in WANDB_API_KEY"):
        Api(api_key="")
    assert Api(api_key=None).viewer.username == "me"
    host = wandb_server.url.removeprefix("http://")
    with provoked(UsageError, "pass the key as api_key"):
        Api(base_url=f"http://me:{key}@{host}")
    assert Api(base_url=wandb_server.url, api_key=key).viewer.username == "me"
    with provoked(UsageError, "use https"):
        Api(base_url="http://api.wandb.ai")
    Api(base_url="https://api.wandb.ai")
    for page in ("https://wandb.ai/me", "https://forge.coreweave.com/x"):
        with provoked(UsageError, "the API is at https://") as message:
            Api(base_url=page)
        Api(base_url=message[0].rpartition(" ")[2])
    with provoked(UsageError, f"write base_url={wandb_server.url!r}"):
        Api(wandb_server.url)  # type: ignore[arg-type]
    with provoked(UsageError, "leave it out to read it from the environment"):
        Api(entity="")
    assert Api().settings.base_url == wandb_server.url


@tries("is not in INI format; fix the file", "fix or remove it", "it is not UTF-8; fix the file",
       "is not in netrc format; fix the file")  # fmt: skip
def test_broken_setting_files(wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["HOME"])
    settings = home / ".config/wandb/settings"
    settings.parent.mkdir(parents=True)
    for content in (b"no section", b"\xff\xff"):
        settings.write_bytes(content)
        with provoked(UsageError, str(settings), "fix the file"):
            Api()
    settings.write_text("[default]\nentity = crew\n")
    assert Api().settings.entity == "crew"
    settings.unlink()
    settings.mkdir()
    with provoked(UsageError, "fix or remove it"):
        Api()
    settings.rmdir()
    key = os.environ["WANDB_API_KEY"]
    monkeypatch.delenv("WANDB_API_KEY")
    netrc = home / ".netrc"
    netrc.write_text("machine\nhost x y z")
    with provoked(UsageError, "is not in netrc format; fix the file"):
        Api()
    host = wandb_server.url.removeprefix("http://").partition(":")[0]
    netrc.write_text(f"machine {host} login user password {key}\n")
    assert Api().viewer.username == "me"


@tries("write a name (minio.example.com), a pattern (*.example.com), an IP address, a network "
       "(10.0.0.0/8), or * for every host",
       "allow it with Api(allow_hosts=[{target.host!r}]) or WBTYPED_ALLOW_HOSTS=")  # fmt: skip
def test_hosts_that_are_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    with provoked(UsageError) as message:
        checked_hosts(["http://x"])
    for allowed in ("minio.example.com", "*.example.com", "10.0.0.0/8", "*"):
        assert f"({allowed})" in message[0] or f"or {allowed} for every" in message[0]
        assert checked_hosts([allowed])
    url = web_url("http://127.0.0.1/x", "x")
    public = HostPolicy(web_url("https://8.8.8.8", "base"), ())
    with provoked(HostNotAllowedError) as message:
        public.check_reference("x", url)
    found = re.search(r"Api\(allow_hosts=\['(.*?)'\]\) or (WBTYPED_ALLOW_HOSTS)=(.*)$", message[0])
    assert found is not None
    with Api(allow_hosts=[found[1]], api_key=KEY) as api:
        HostPolicy(web_url("https://8.8.8.8", "base"), api.settings.allow_hosts).check_reference(
            "x", url
        )
    monkeypatch.setenv(found[2], found[3])
    with Api(api_key=KEY) as api:
        assert api.settings.allow_hosts == (found[3],)


@tries("write http://host:port, https://host:port or socks5://host:port", "write 10.0.0.0/8",
       "or set NO_PROXY={url.host} to connect directly")  # fmt: skip
def test_proxies_that_cannot_be_used(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "ftp://proxy:1")
    with provoked(UsageError, "write http://host:port, https://host:port or socks5://host:port"):
        Api().viewer  # noqa: B018
    for proxy in ("http://127.0.0.1:9", "https://127.0.0.1:9", "socks5://127.0.0.1:9"):
        monkeypatch.setenv("http_proxy", proxy)
        with pytest.raises(TransportError):
            Client(Api().settings, retry_budget=0.1).send(calls.get_viewer())
    monkeypatch.setenv("no_proxy", "10.0.0.0/99")
    with provoked(UsageError, "write 10.0.0.0/8"):
        Api().viewer  # noqa: B018
    monkeypatch.setenv("no_proxy", "10.0.0.0/8,127.0.0.0/8")
    assert Api().viewer.username == "me"
    monkeypatch.delenv("no_proxy")
    monkeypatch.setattr("wbtyped.transport.routes.has_socks", lambda: False)
    with provoked(UsageError, "or set NO_PROXY=127.0.0.1 to connect directly"):
        Api().viewer  # noqa: B018
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert Api().viewer.username == "me"


@tries("set it to a file of certificates in PEM format, or unset it",
       "set it to a folder of certificates, or unset it", "cannot be written: ")  # fmt: skip
def test_certificates_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, absent, present in (
        ("SSL_CERT_FILE", tmp_path / "absent.pem", certifi.where()),
        ("SSL_CERT_DIR", tmp_path / "absent", tmp_path),
        ("SSLKEYLOGFILE", tmp_path / "absent/log", tmp_path / "log"),
    ):
        monkeypatch.setenv(variable, str(absent))
        with provoked(UsageError, f"{variable} names", "unset it"):
            Tls.of_environment().context()
        monkeypatch.setenv(variable, str(present))
        assert Tls.of_environment().context()
        monkeypatch.delenv(variable)
        assert Tls.of_environment().context()


@tries("check that the base URL is that of a W&B server")
def test_base_url_of_something_else(wandb_server: WandbServer) -> None:
    with (
        raw_server(lambda _: response(b"<html>")) as other,
        Api(base_url=other.url) as api,
        provoked(TransportError, "check that the base URL is that of a W&B server", other.url),
    ):
        api.viewer  # noqa: B018
    assert Api(base_url=wandb_server.url).viewer.username == "me"


@tries("raise the limit with Api(limits=ResponseLimits(...))")
def test_response_that_is_too_large(wandb_server: WandbServer) -> None:
    with (
        Api(limits=ResponseLimits(graphql_bytes=10)) as api,
        provoked(TransportError, "raise the limit with Api(limits=ResponseLimits(...))"),
    ):
        api.viewer  # noqa: B018
    with Api(limits=ResponseLimits(graphql_bytes=100_000)) as api:
        assert api.viewer.username == "me"


# Runs and files.


@tries("deprecated: use artifacts", "deprecated: use get_entry", "deprecated: use path")
def test_deprecated_names_of_artifacts(server: WandbServer, api: Api) -> None:
    with pytest.warns(DeprecationWarning, match="use artifacts"):
        api.artifact_versions("dataset", "crew/ship/data")
    [artifact] = api.artifacts("dataset", "crew/ship/data")
    with pytest.warns(DeprecationWarning, match="use get_entry"):
        artifact.get_path("a.csv")
    entry = artifact.get_entry("a.csv")
    with pytest.warns(DeprecationWarning, match="use path"):
        assert entry.name
    assert entry.path == "a.csv"


@tries("give it a folder of its own, or use download(), which removes nothing")
def test_checkout_into_a_folder_with_everything(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "mine").write_bytes(b"mine")
    monkeypatch.chdir(tmp_path / "work")
    [artifact] = api.artifacts("dataset", "crew/ship/data")
    with pytest.raises(UsageError, match="give it a folder of its own"):
        artifact.checkout(tmp_path)
    artifact.checkout(tmp_path / "own")
    assert (tmp_path / "own" / "a.csv").exists()
    artifact.download(tmp_path)
    assert (tmp_path / "a.csv").exists()
    assert (tmp_path / "mine").read_bytes() == b"mine"


@tries(
    "write `for each in {parents}: each.{method}()`, or list the {parents} without order",
    "unknown field {root!r} in {where}; use one of",
)
def test_registries_in_order_and_their_fields(server: WandbServer, api: Api) -> None:
    server.add_organization("acme", "acme-org", teams=["crew"])
    server.link_artifact("crew/ship/data:v0", "acme-org/wandb-registry-data/best")
    registries = api.registries("acme", order="name")
    with provoked(UsageError, "`for each in registries: each.collections()`", "without order"):
        registries.collections()
    assert [c.name for each in registries for c in each.collections()] == ["best"]
    assert [c.name for c in api.registries("acme").collections()] == ["best"]
    with provoked(UsageError, "use one of id, name") as message:
        api.registries("acme", {"nam": "data"})
    fields = message[0].partition("use one of ")[2].split(", ")
    fields.remove("entity_id")  # the embedded server has no numbers of entities
    for field in fields:
        list(api.registries("acme", {field: {"$exists": True}}))


@tries("assign type and call save()", "use 'entity'", "at_once is deprecated: use jobs")
def test_deprecated_names(server: WandbServer, tmp_path: Path) -> None:
    with pytest.warns(DeprecationWarning, match="use 'entity'"):
        Api({"username": "crew"})
    with Api({"entity": "crew"}) as api:
        assert api.default_entity == "crew"
        files = api.artifact("ship/data:v0").files()
        with pytest.warns(DeprecationWarning, match="use jobs"):
            files.download(tmp_path, at_once=1)
        files.download(tmp_path, jobs=1)
        collection = api.artifact_collection("dataset", "ship/data")
        with pytest.warns(DeprecationWarning, match=r"assign type and call save\(\)"):
            collection.change_type("table")
        collection.type = "dataset"
        collection.save()
        assert api.artifact_collection("dataset", "ship/data").type == "dataset"


@tries("pass one of them", "write '*' for every name",
       "for shell patterns pass glob={pattern!r} (--glob)")  # fmt: skip
def test_selections_of_files(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", {"a.png": b"x"})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.png": b"x"})
    run, artifact = api.run("crew/ship/log"), api.artifact("crew/ship/data:v0")
    names, like, glob = ["a.png"], "%", "*"
    with provoked(UsageError, "pass one of them"):
        run.files(names, like)
    with provoked(UsageError, "pass one of them"):
        run.files(names, glob=glob)
    with provoked(UsageError, "pass one of them"):
        run.files(pattern=like, glob=glob)
    for one in (run.files(names), run.files(pattern=like), run.files(glob=glob)):
        assert len(one) == 1
    with provoked(UsageError, "pass one of them"):
        artifact.files(["a.png"], glob="*")
    with provoked(UsageError, "write '*' for every name"):
        run.files(glob="")
    assert matches_glob("any/name", "*")
    with pytest.warns(UserWarning, match=re.escape("pass glob='*.png'")):
        list(run.files(pattern="*.png"))
    assert len(run.files(glob="*.png")) == 1


@tries("pass replace=True to download it again, or exist_ok=True to keep it",
       "pass replace=True (--replace) to overwrite it")  # fmt: skip
def test_existing_files(wandb_server: WandbServer, api: Api, tmp_path: Path) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"new"})
    run = api.run("crew/ship/log")
    (tmp_path / "a.txt").write_text("old")
    with provoked(FileExistsError, "pass replace=True to download it again, or exist_ok=True"):
        run.file("a.txt").save(tmp_path)
    assert run.file("a.txt").save(tmp_path, exist_ok=True).read_text() == "old"
    with provoked(FileExistsError, "pass replace=True (--replace) to overwrite it"):
        run.files().download(tmp_path)
    run.files().download(tmp_path, replace=True)
    assert files_in(tmp_path) == {"a.txt": b"new"}
    (tmp_path / "a.txt").write_text("old")
    assert run.file("a.txt").save(tmp_path, replace=True).read_text() == "new"


@tries("remove it or rename it")
def test_links_in_the_way(wandb_server: WandbServer, api: Api, tmp_path: Path) -> None:
    wandb_server.add_run("crew/ship/log", {"media/a.txt": b"x"})
    for kind in ("link", "file"):
        root = tmp_path / kind
        root.mkdir()
        if kind == "link":
            (root / "media").symlink_to("/")
        else:
            (root / "media").write_text("file")
        with provoked(UnsafePathError, "remove it or rename it"):
            api.run("crew/ship/log").files().download(root)
        (root / "media").unlink()
        assert api.run("crew/ship/log").files().download(root).written == ["media/a.txt"]


@tries("pass root={str(path.parent)!r} (--root)")
def test_upload_from_outside_the_root(wandb_server: WandbServer, api: Api, tmp_path: Path) -> None:
    wandb_server.add_run("crew/ship/log")
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "root").mkdir()
    with provoked(UsageError, "pass root=") as message:
        api.run("crew/ship/log").upload_file(tmp_path / "a.txt", tmp_path / "root")
    root = ast.literal_eval(message[0].rpartition("root=")[2].removesuffix(" (--root)"))
    assert api.run("crew/ship/log").upload_file(tmp_path / "a.txt", root).name == "a.txt"


@tries(
    "remove it first",
    "leave it out with ignore= (--ignore)",
    "or leave the link out with ignore= (--ignore)",
    "leave out such files with ignore= (--ignore)",
)
def test_folders_that_cannot_be_published(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in/a.txt", "in/.env", "b.txt"):
        (tmp_path / name).write_text("x")
    draft = Draft("data", "dataset")
    draft.add_file(tmp_path / "b.txt", "a.txt")
    with provoked(UsageError, "remove it first"):
        draft.add_file(tmp_path / "in/a.txt")
    draft.remove("a.txt")
    assert draft.add_file(tmp_path / "in/a.txt") == "a.txt"
    (tmp_path / "in/link").symlink_to(tmp_path)
    with provoked(UsageError, "or leave the link out with ignore="):
        Draft("data", "dataset").add_dir(tmp_path / "in")
    (tmp_path / "in/gone").symlink_to(tmp_path / "absent")
    with provoked(UsageError, "leave it out with ignore="):
        Draft("data", "dataset").add_dir(tmp_path / "in", ignore=["link"])
    ignore = ["link", "gone"]
    assert Draft("data", "dataset").add_dir(tmp_path / "in", ignore=ignore) == [".env", "a.txt"]
    with pytest.warns(UserWarning, match="leave out such files with ignore="):
        warn_of_secrets([".env"])
    assert Draft("data", "dataset").add_dir(tmp_path / "in", ignore=[*ignore, ".env"]) == ["a.txt"]


@tries(
    "for a local file write {example}, or upload it with add_file",
    "also as {reference.what}; pass name=",
    "pass an entry of another version's manifest instead",
    "so pass name=",
    "pass checksum=False if that is intended",
    "pass max_objects= to add more, or refer to folders below it",
)
def test_references_of_drafts(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("x")
    draft = Draft("new", "dataset")
    with provoked(UsageError, "for a local file write ", "upload it with add_file") as message:
        draft.add_reference(str(tmp_path / "a.txt"))
    uri = message[0].rpartition("write ")[2].partition(",")[0]
    assert draft.add_reference(uri) == "a.txt"
    draft.add_file(tmp_path / "a.txt")
    with provoked(UsageError, "pass name="):
        draft.publish("crew/ship/new", api=api)
    draft.remove("a.txt")
    draft.add_file(tmp_path / "a.txt")
    draft.add_reference(uri, name="b.txt")
    with provoked(UsageError, "so pass name="):
        draft.add_reference("https://example.com/")
    draft.add_reference("https://example.com/", name="page", checksum=False)
    with provoked(UsageError, "pass an entry of another version's manifest instead"):
        draft.add_reference("wandb-artifact://crew/ship/data:v0/a.csv")
    draft.add_reference(api.artifact("crew/ship/data:v0").get_entry("a.csv"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    draft.add_reference("s3://bucket/key")
    with pytest.warns(UserWarning, match="pass checksum=False if that is intended"):
        assert draft.publish("crew/ship/new", api=api).file_count == 5
    draft.remove("key")
    draft.add_reference("s3://bucket/key", checksum=False)
    assert draft.publish("crew/ship/new", api=api).name == "new:v0"
    for name in ("deep/b.txt", "deep/c.txt"):
        (tmp_path / "many" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "many" / name).write_text("x")
    many = Draft("many", "dataset")
    many.add_reference((tmp_path / "many").as_uri(), max_objects=1)
    with provoked(UsageError, "pass max_objects= to add more, or refer to folders below it"):
        many.publish("crew/ship/many", api=api)
    many.add_reference((tmp_path / "many").as_uri(), max_objects=2)
    assert many.publish("crew/ship/many", api=api).file_count == 2


@tries(
    "was written by new_file, whose content is removed once the draft is published; write it again,"
    " or remove it",
    "or pass overwrite=True",
    "pass run= to use one of yours",
)
def test_drafts_that_cannot_be_published(server: WandbServer, api: Api, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    draft = api.artifact("crew/ship/data:v0").new_draft()
    with provoked(UsageError, "or pass overwrite=True"):
        draft.add_file(tmp_path / "a.csv")
    draft.add_file(tmp_path / "a.csv", overwrite=True)
    draft.new_file("c.csv").close()
    draft.publish(api=api)
    with provoked(UsageError, "write it again"):
        draft.publish(api=api)
    draft.remove("c.csv")
    draft.publish(api=api)
    draft.new_file("c.csv").close()
    refusal = Fault(
        kind="graphql", operation="CreateArtifact", times=1, status=400,
        body=b'{"errors": [{"message": "a run is required"}]}', content_type="application/json",
    )  # fmt: skip
    with server.faults.active(refusal):
        with pytest.warns(UserWarning, match="pass run= to use one of yours"):
            draft.publish("crew/ship/other", api=api)
    server.add_run("crew/ship/mine")
    draft.new_file("c.csv").close()
    mine = draft.publish("crew/ship/mine", run=api.run("crew/ship/mine"), api=api)
    assert mine.logged_by() is not None


@tries("entity/project/collection, or set WANDB_ENTITY and WANDB_PROJECT")
def test_publish_without_a_project(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    draft = Draft("data", "dataset")
    (tmp_path / "a").touch()
    draft.add_file(tmp_path / "a")
    with provoked(UsageError, "entity/project/collection, or set WANDB_ENTITY and WANDB_PROJECT"):
        draft.publish()
    assert draft.publish("crew/ship/data").name == "data:v0"
    monkeypatch.setenv("WANDB_ENTITY", "crew")
    monkeypatch.setenv("WANDB_PROJECT", "dock")
    assert draft.publish().qualified_name == "crew/dock/data:v0"


@tries("write config.KEY or summary_metrics.KEY for what runs logged, or one of",
       "write {section}.KEY", "use {', '.join(LOGICAL)} there", "use one of {', '.join(OPERATORS)}",
       "use $and for both", "write pandas.DataFrame(run.history())", "edit a copy, dict(...)",
       )  # fmt: skip
def test_filters_and_data_of_runs(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    with provoked(UsageError, "write config.KEY or summary_metrics.KEY") as message:
        api.runs("crew/ship", {"lr": 1})
    for name in re.split(r", ", message[0].rpartition("one of ")[2]):
        api.runs("crew/ship", {name: "x"})
    for name in ("config.lr", "summary_metrics.lr"):
        api.runs("crew/ship", {name: 1})
    with provoked(UsageError, "write config.KEY"):
        api.runs("crew/ship", {"config": 1})
    mistakes: list[tuple[str, dict[str, object]]] = [
        ("there", {"$xor": []}),
        ("one of", {"config.lr": {"$near": 1}}),
    ]
    for hint, wrong in mistakes:
        with provoked(UsageError, "; use ") as message:
            api.runs("crew/ship", wrong)
        operators = re.findall(r"\$\w+", message[0].rpartition("use ")[2])
        assert operators, hint
        for operator in operators:
            value = {"$in": [1], "$nin": [1], "$all": [1], "$exists": True, "$regex": "a"}.get(
                operator, 1
            )
            plain: dict[str, object] = {"config.lr": 1}
            logical = plain if operator == "$not" else [plain]
            condition = {operator: logical} if hint == "there" else {"config.lr": {operator: value}}
            api.runs("crew/ship", condition)
    run = api.run("crew/ship/log")
    with pytest.raises(TypeError, match=r"edit a copy, dict\(...\)"):
        run.config["lr"] = 1  # type: ignore[index]
    copy = dict(run.config)
    copy["lr"] = 1
    with provoked(UsageError, "write pandas.DataFrame(run.history())"):
        run.history(pandas=True)  # type: ignore[arg-type]
    assert isinstance(run.history(), list)


# Artifacts.


@tries("is a link; set the ttl of its source", "is not a link; delete() deletes the version",
       "pass delete_aliases=True to delete them, too",
       "has {len(entries)} files, not one; use download()")  # fmt: skip
def test_links_and_versions(server: WandbServer, api: Api, tmp_path: Path) -> None:
    link, version = api.artifact("crew/ship/shelf:v0"), api.artifact("crew/ship/data:v0")
    with provoked(UsageError, "set the ttl of its source"):
        link.ttl = ArtifactTTL.INHERIT
    source = link.source_artifact
    source.ttl = ArtifactTTL.INHERIT
    source.save()
    with provoked(UsageError, "not one; use download()"):
        version.file(tmp_path)
    assert sorted(files_in(Path(version.download(tmp_path)))) == ["a.csv", "b.csv"]
    with provoked(UsageError, "delete() deletes the version"):
        version.unlink()
    with provoked(GraphQLError, "has the aliases latest; pass delete_aliases=True"):
        version.delete()
    version.delete(delete_aliases=True)
    assert api.artifact("crew/ship/data:v0").state == "DELETED"


@tries("pass allow_missing_references=True to skip them")
def test_references_that_cannot_be_downloaded(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    references = {"far.bin": Reference("s3://bucket/far.bin", "etag", 1)}
    server.add_artifact("crew/ship/refs", "dataset", {"a": b"x"}, references)
    artifact = api.artifact("crew/ship/refs:v0")
    with provoked(UnsupportedReferenceError, "pass allow_missing_references=True"):
        artifact.download(tmp_path)
    with pytest.warns(UserWarning, match="skipped"):
        artifact.download(tmp_path, allow_missing_references=True)


@tries("call save() again for the rest")
def test_save_in_part(server: WandbServer, api: Api) -> None:
    artifact = api.artifact("crew/ship/data:v0")
    artifact.aliases, artifact.description = ["best"], "better"
    refused = Fault(kind="graphql", operation="UpdateArtifact", status=403, times=1)
    with server.fault(refused), provoked(PartialSaveError, "call save() again for the rest"):
        artifact.save()
    artifact.save()
    assert api.artifact("crew/ship/data:best").description == "better"


@tries("download it once online with the cache enabled")
def test_offline_without_contents(server: WandbServer, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with Api(cache=cache) as api:
        _ = api.artifact("crew/ship/data:v0").manifest
        api.artifact("crew/ship/data:v0").download(tmp_path / "part", path_prefix="a")
    with (
        Api(cache=cache, offline=True) as api,
        provoked(OfflineError, "download it once online with the cache enabled"),
    ):
        api.artifact("crew/ship/data:v0").download(tmp_path / "offline")
    with Api(cache=cache) as api:
        api.artifact("crew/ship/data:v0").download(tmp_path / "online")
    with Api(cache=cache, offline=True) as api:
        api.artifact("crew/ship/data:v0").download(tmp_path / "offline")


# The file system.


@tries(
    "use rb, wb or xb",
    "write {FORMS}",
    "write wandb://{parts[0]}/{parts[1]}/{name}:latest",
    "leave it out",
    "pass the path of one",
)
def test_wandb_urls(server: WandbServer) -> None:
    fs = WandbFileSystem()
    # These errors are Python's own, as those of fsspec's file systems are.
    with pytest.raises(ValueError, match="use rb, wb or xb"):
        fs.open("crew/ship/data:v0/a.csv", "r+b")
    with fs.open("crew/ship/data:v0/a.csv", "rb") as file:
        assert file.read()
    with pytest.raises(FileNotFoundError, match="write wandb://entity/project/runs/RUN/FILE"):
        fs.ls("crew//ship")
    assert fs.ls("crew/ship/artifacts")
    with pytest.raises(FileNotFoundError, match="write wandb://crew/ship/data:latest"):
        fs.ls("crew/ship/data")
    assert fs.ls("wandb://crew/ship/data:latest")
    with provoked(UsageError, "leave it out"):
        WandbFileSystem(pinned={"crew/ship/data:latest": "v3"}).ls("crew/ship/data:latest")
    assert WandbFileSystem().ls("crew/ship/data:latest")


def test_chunks_of_a_version(server: WandbServer, api: Api) -> None:
    with provoked(UsageError, "pass the path of one, such as entity/project/collection:alias"):
        plan_chunks(api, "crew/ship/data")
    assert list(plan_chunks(api, "crew/ship/data:v0"))


# Extras.


def test_extras_to_install_exist() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    named = {
        extra
        for path in PACKAGE.rglob("*.py")
        for extra in re.findall(r"pip install '?wbtyped\[(\w+)\]", path.read_text("utf-8"))
    }
    assert named
    assert named <= set(project["optional-dependencies"])


# Every hint.


@tries(
    "pass one of keep_last, keep_aliased,",
    "write {EXAMPLES}",
    "write entity/project/collection:vN",
    "pass glob, pattern or older_than",
)
def test_retention_rules(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("me/p/data", "dataset", {"a": b"1"})
    with provoked(UsageError, "pass one of keep_last, keep_aliased, keep_used"):
        api.plan_prune("me/p")
    assert not api.plan_prune("me/p", keep_aliased=True).deletions
    with provoked(UsageError, f"write {EXAMPLES}"):
        api.plan_prune("me/p", where="accuracy")
    for example in EXAMPLES.split(", "):
        assert not api.plan_prune("me/p", where=example).deletions
    with provoked(UsageError, "write entity/project/collection:vN"):
        api.plan_prune("me/p", keep_last=1, include=["data:v0"])
    assert api.plan_prune("me/p", keep_last=1, include=["me/p/data:v0"]).kept
    with provoked(UsageError, "pass glob, pattern or older_than"):
        api.plan_prune_files("me/p")
    assert not api.plan_prune_files("me/p", older_than="1d").files


@tries("pass version with a collection, or only the name")
def test_hints_of_named_projects(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("me/p/data", "dataset", {"a": b"1"})

    class Names(NamedProject[str, str, str, str]):
        entity, project = "me", "p"
        types: ClassVar = {"data": "dataset"}

    names = Names(api)
    with provoked(UsageError, "pass version with a collection, or only the name"):
        names.artifact("data:latest", version=0)
    assert names.artifact("data", version=0).id == names.artifact("data:latest").id


@tries("remove {file} and mirror again", "mirror into a folder, and use `restore`")
def test_hints_of_mirrors(wandb_server: WandbServer, api: Api, tmp_path: Path) -> None:
    wandb_server.add_artifact("me/p/data", "dataset", {"a": b"1"})
    with provoked(UsageError, "mirror into a folder, and use `restore`"):
        api.mirror("me/p", f"{wandb_server.url}/me/q")
    api.mirror("me/p", tmp_path)
    assert api.restore(tmp_path, "me/q").new_versions == 1
    (tmp_path / "types.jsonl").write_text("{")
    with provoked(UsageError, "remove types.jsonl and mirror again"):
        api.mirror("me/p", tmp_path)
    (tmp_path / "types.jsonl").unlink()
    assert api.mirror("me/p", tmp_path).contents == 0


TO_TYPE = re.compile(
    r"(?:[;,.:]|\bor|\band) (?:write|pass|set|unset|use|leave (?:it )?out|remove|replace|copy|edit"
    r"|allow|raise the limit|call|fix|check|download it)\b|; delete\(\)|; the API is at",
    re.IGNORECASE,
)
NOT_TRIED = (
    "write one into a file *.graphql there",  # by tests/codegen, which compile such files
    "rename this one, or remove it",
    "pip install",  # by test_extras_to_install_exist
    "update the server",
    "check the network, that WANDB_BASE_URL is right",
)
ELSEWHERE = {"server", "drift", "cli", "netrc_file.py"}
"""Rooms whose hints their own tests try, and what only the command uses."""


def text_of(node: ast.AST) -> str:
    """Return the string in an expression, with the expressions of an f-string in braces."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.FormattedValue):
        conversion = "!r" if node.conversion == ord("r") else ""
        return f"{{{ast.unparse(node.value)}{conversion}}}"
    return "".join(map(text_of, ast.iter_child_nodes(node)))


def messages_in(path: Path) -> Iterator[str]:
    """Yield the messages of errors and warnings in a module, as they are written."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = ast.unparse(node.func).rpartition(".")[2]
            if name.endswith("Error") or name in {"warn_user", "refuse"}:
                yield text_of(node.args[0])


def modules() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if not ELSEWHERE & set(path.relative_to(PACKAGE).parts)
    ]


def test_every_hint_is_tried() -> None:
    known = (*TRIED, *NOT_TRIED)
    missed = [
        f"{path.relative_to(PACKAGE)}: {message}"
        for path in modules()
        for message in messages_in(path)
        if TO_TYPE.search(message) and not any(hint in message for hint in known)
    ]
    assert not missed, "\n".join(missed)


def test_every_tried_hint_is_in_the_code() -> None:
    code = "\n".join(
        text_of(node)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.JoinedStr, ast.Constant))
    )
    assert [hint for hint in TRIED if hint not in code] == []
