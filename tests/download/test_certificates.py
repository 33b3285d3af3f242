"""Certificates from the environment: the same for the API and for both engines."""

import gc
import os
import random
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import certifi
import pytest
import trustme

from tests.proxying import RealProxy, TlsFront
from wbtyped import Api, Files
from wbtyped.download.options import EngineName
from wbtyped.errors import TransportError, UsageError
from wbtyped.server import WandbServer
from wbtyped.transport.tls import Tls

CONTENT = {"a.txt": b"hello" * 1000}
FILE_VARIABLES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]


@pytest.fixture(autouse=True)
def _no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*FILE_VARIABLES, "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture(scope="session")
def context(authority: trustme.CA) -> ssl.SSLContext:
    return context_of(authority, "127.0.0.1")


def context_of(authority: trustme.CA, host: str) -> ssl.SSLContext:
    """Return the TLS context of a server with a certificate for a host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue_cert(host)
    # It also accepts a pyOpenSSL context, whose types may be missing.
    certificate.configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    return context


@pytest.fixture
def front(context: ssl.SSLContext) -> Iterator[TlsFront]:
    """A TLS front for storage."""
    with TlsFront(context, free_port()) as front:
        yield front


def free_port() -> int:
    """Return a port that is free, and that the system gives to nobody who asks for any."""
    while True:
        port = random.randrange(10_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@pytest.fixture
def files(front: TlsFront) -> Iterator[Files]:
    """A list of files in storage behind TLS; the API itself has none."""
    storage_url = f"https://127.0.0.1:{front.port}"
    with WandbServer(storage_port=front.behind, storage_url=storage_url) as server:
        server.add_run("crew/ship/log", CONTENT)
        api = Api({"base_url": server.url}, api_key=server.api_key)
        files = api.run("crew/ship/log").files()
        assert len(files) == len(CONTENT)
        yield files


@pytest.fixture
def secure_api(wandb_server: WandbServer, context: ssl.SSLContext) -> Iterator[Api]:
    """A client of an API behind TLS that has not received a request yet."""
    with TlsFront(context, int(wandb_server.url.rpartition(":")[2])) as front:
        base_url = f"https://127.0.0.1:{front.port}"
        with Api({"base_url": base_url}, api_key=wandb_server.api_key) as api:
            yield api


def download_succeeds(files: Files, root: Path) -> bool:
    """Download with the engine that the environment names; return True if all files are right."""
    files.download(root)
    return {path.name: path.read_bytes() for path in root.iterdir()} == CONTENT


# Trusted certificates.


@pytest.mark.parametrize("variable", FILE_VARIABLES)
def test_certificate_file_is_trusted(
    files: Files, secure_api: Api, engine: EngineName, authority_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, variable: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(variable, str(authority_file))
    assert secure_api.viewer.username
    assert download_succeeds(files, tmp_path)


@pytest.mark.parametrize("variable", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_certificate_folder_is_trusted(
    files: Files, secure_api: Api, engine: EngineName, authority_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, variable: str,
) -> None:  # fmt: skip
    folder = tmp_path / "certificates"
    folder.mkdir()
    # OpenSSL finds a certificate by the hash of its subject.
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority_file)]
    name = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    (folder / f"{name}.0").write_bytes(authority_file.read_bytes())
    monkeypatch.setenv(variable, str(folder))
    assert secure_api.viewer.username
    assert download_succeeds(files, tmp_path / "root")


def test_many_files_share_connections(
    engine: EngineName, authority_file: Path, front: TlsFront, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    storage_url = f"https://127.0.0.1:{front.port}"
    with WandbServer(storage_port=front.behind, storage_url=storage_url) as server:
        server.add_run("crew/ship/log", {f"{number}": b"x" * number for number in range(200)})
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            result = api.run("crew/ship/log").files().download(tmp_path, jobs=4)
    assert len(result.written) == 200
    assert front.connections <= 4


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_next_download_uses_the_connections_of_the_last(
    authority_file: Path, front: TlsFront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pycurl")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    storage_url = f"https://127.0.0.1:{front.port}"
    with WandbServer(storage_port=front.behind, storage_url=storage_url) as server:
        server.add_run("crew/ship/log", {f"{number}": b"x" * number for number in range(20)})
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            files = api.run("crew/ship/log").files()
            for number in range(3):
                result = files.download(tmp_path / str(number), jobs=2, engine="curl")
                assert len(result.written) == 20
            assert front.connections <= 2
            # A child that ends must not disturb the connections of its parent.
            if (child := os.fork()) == 0:
                del files, api
                gc.collect()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert len(files.download(tmp_path / "after", jobs=2, engine="curl").written) == 20
            api.client.close()
            result = files.download(tmp_path / "closed", jobs=2, engine="curl")
    assert len(result.written) == 20


async def test_certificate_file_is_trusted_by_async_client(
    secure_api: Api, authority_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    assert (await secure_api.aviewer()).username
    await secure_api.aclose()


@pytest.mark.parametrize("value", ["1", "true", "YES"])
def test_verification_disabled_accepts_any_certificate(
    files: Files, secure_api: Api, engine: EngineName, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, value: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("WANDB_INSECURE_DISABLE_SSL", value)
    monkeypatch.setenv("SSL_CERT_FILE", "/not/there")
    assert secure_api.viewer.username
    assert download_succeeds(files, tmp_path)


@pytest.mark.parametrize("value", [None, "0", "false"])
def test_certificate_untrusted_fails_without_retry(
    files: Files, secure_api: Api, engine: EngineName, front: TlsFront, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, value: str | None,
) -> None:  # fmt: skip
    if value is not None:
        monkeypatch.setenv("WANDB_INSECURE_DISABLE_SSL", value)
    for request in (lambda: secure_api.viewer, lambda: files.download(tmp_path)):
        with pytest.raises(TransportError, match=r"certificate.*SSL_CERT_FILE") as refused:
            request()
        assert "several tries" not in str(refused.value)
    assert front.connections == 1
    assert list(tmp_path.iterdir()) == []


def test_certificate_of_other_host_fails(
    files: Files, engine: EngineName, authority: trustme.CA, authority_file: Path, front: TlsFront,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    front.context = context_of(authority, "other.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    with pytest.raises(TransportError, match="127.0.0.1"):
        files.download(tmp_path)
    assert front.connections == 1


# Invalid settings.


@pytest.mark.parametrize(
    ("variable", "content", "reason"),
    [
        *((variable, None, "does not exist") for variable in FILE_VARIABLES),
        ("SSL_CERT_DIR", None, "is not a folder"),
        ("SSL_CERT_FILE", "no certificate", "contains no certificates"),
        ("WANDB_INSECURE_DISABLE_SSL", "perhaps", "must be 1 or 0"),
        ("SSLKEYLOGFILE", None, "cannot be written"),
    ],
)
def test_tls_invalid_setting_is_named_only_where_tls_is_used(
    files: Files, secure_api: Api, engine: EngineName, front: TlsFront, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, variable: str, content: str | None, reason: str,
) -> None:  # fmt: skip
    named = tmp_path / "missing" / "file.pem"
    if content == "no certificate":
        named.parent.mkdir()
        named.write_text(content)
    value = content if content == "perhaps" else str(named)
    monkeypatch.setenv(variable, value)
    for request in (lambda: secure_api.viewer, lambda: files.download(tmp_path / "root")):
        with pytest.raises(UsageError, match=reason) as refused:
            request()
        assert variable in str(refused.value)
        assert value in str(refused.value)
    assert front.connections == 0
    with WandbServer() as plain:
        plain.add_run("crew/ship/log", CONTENT)
        api = Api({"base_url": plain.url}, api_key=plain.api_key)
        assert download_succeeds(api.run("crew/ship/log").files(), tmp_path / "plain")


def test_sslkeylogfile_is_written_by_each_engine(
    files: Files, secure_api: Api, engine: EngineName, authority_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    for number, log in enumerate(logs):
        monkeypatch.setenv("SSLKEYLOGFILE", str(log))
        assert download_succeeds(files, tmp_path / f"root{number}")
    assert all("TRAFFIC_SECRET" in log.read_text() for log in logs)


# Through proxies.


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_proxy_tunnels_tls(
    files: Files, secure_api: Api, engine: EngineName, authority_file: Path, front: TlsFront,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    with RealProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        assert secure_api.viewer.username
        assert download_succeeds(files, tmp_path)
        verb = "CONNECT" if scheme == "http" else "SOCKS"
        assert f"{verb} 127.0.0.1:{front.port}" in proxy.asked
        assert proxy.keys == [], "the key is sent inside the tunnel"


def test_https_proxy_is_used(
    files: Files, secure_api: Api, engine: EngineName, context: ssl.SSLContext,
    authority_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    with RealProxy() as proxy, TlsFront(context, proxy.port) as outside:
        monkeypatch.setenv("https_proxy", f"https://127.0.0.1:{outside.port}")
        assert secure_api.viewer.username
        assert download_succeeds(files, tmp_path)
        assert len(proxy.asked) == outside.connections > 0


def test_tls_without_variables_uses_certifi() -> None:
    assert Tls.of_environment({}) == Tls(file=certifi.where())
    assert Tls.of_environment({"SSL_CERT_FILE": ""}) == Tls(file=certifi.where())
