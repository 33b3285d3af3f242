"""A W&B server with nginx in front, so that clients are measured and not the server.

nginx serves the files, and remembers the responses of the API: each request of the first, uncounted
round reaches the server, and no other.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import trustme

ROOT = Path(__file__).resolve().parents[2]
NGINX = """
include /etc/nginx/modules-enabled/*.conf;
user root; worker_processes 2; daemon off; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  proxy_cache_path {folder}/responses keys_zone=responses:8m;
  server {{
    listen 127.0.0.1:{api_port};
    location = /connections {{ stub_status; }}
    location / {{
      proxy_pass http://127.0.0.1:{server_port};
      proxy_set_header Host 127.0.0.1:{api_port};
      proxy_set_header Accept-Encoding "";
      client_max_body_size 64m; client_body_buffer_size 4m;
      proxy_cache responses; proxy_cache_methods GET HEAD POST; proxy_cache_valid 200 302 1d;
      proxy_cache_key "$request_method $request_uri $request_body";
      proxy_ignore_headers Cache-Control Expires Vary;
    }}
  }}
  server {{
    listen 127.0.0.1:{port} {tls};
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
    {locations}
  }}
}}
"""
BLOB = '"^/(?:blobs|wandb_artifacts)/([0-9a-f]{2})([0-9a-f]{62})/"'
BLOB_LOCATION = "location ~ {blob} {{ alias {folder}/data/blobs/$1/$2; limit_rate {rate}; }}"
DELAYED_LOCATION = """
location ~ ^/(blobs|wandb_artifacts)/ {{ echo_sleep {delay}; echo_exec @delayed; }}
location @delayed {{ root {folder}/data; rewrite {blob} /blobs/$1/$2 break; }}
"""
KINDS = {"small": (10_000, 4 * 1024), "medium": (1_000, 256 * 1024), "large": (1, 1024**3)}
"""Number of files, and bytes of each."""
MORE_KINDS = {"wide": (10_000, 256 * 1024)}
"""Served only on request: they take 2.5 GB of memory."""
PROGRAM = Path(__file__).parent / "programs" / "serve_storage.py"


@dataclass(frozen=True)
class StorageServer:
    """A running server."""

    env: dict[str, str]
    """Environment variables for clients."""
    work: Path
    """A folder in memory to download into."""

    @property
    def authority(self) -> Path:
        """The certificate that signs those of a server with TLS."""
        return self.work.parent / "authority.pem"

    def connections(self) -> int:
        """Return how many connections nginx has accepted so far, this one included."""
        with urlopen(f"{self.env['WANDB_BASE_URL']}/connections") as response:
            accepted = re.search(rb"requests\s+(\d+)", response.read())
        return int(accepted[1]) if accepted else 0


@contextmanager
def nginx_server(
    kinds: Iterable[str] = KINDS, delay: float = 0.0, rate: int = 0, *, tls: bool = False
) -> Generator[StorageServer]:
    """Run the server and nginx until the end of the block; everything is in memory.

    Responses for files start after `delay` seconds, with at most `rate` bytes per second. With
    `tls`, files are served over HTTP/2 and HTTP/1.1 with TLS.
    """
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        make_certificates(folder)
        api_port, server_port, port = free_ports(3)
        settings = nginx_settings(
            folder, port=port, api_port=api_port, server_port=server_port, delay=delay, rate=rate,
            tls="ssl http2" if tls else "",
        )  # fmt: skip
        (folder / "nginx.conf").write_text(settings)
        nginx = subprocess.Popen([executable(), "-c", str(folder / "nginx.conf")])
        url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        sizes = json.dumps({kind: (KINDS | MORE_KINDS)[kind] for kind in kinds})
        command = [
            sys.executable, str(PROGRAM), str(folder / "data"), str(server_port), url, sizes
        ]  # fmt: skip
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            env: dict[str, str] = json.loads(server.stdout.readline() if server.stdout else "")
            env["WANDB_BASE_URL"] = f"http://127.0.0.1:{api_port}"
            running = StorageServer(env, folder / "work")
            if tls:
                env["SSL_CERT_FILE"] = str(running.authority)
            yield running
        finally:
            for process in (server, nginx):
                process.terminate()
                process.communicate()


def nginx_settings(
    folder: Path, *, port: int = 1, api_port: int = 2, server_port: int = 3,
    delay: float = 0.0, rate: int = 0, tls: str = "",
) -> str:  # fmt: skip
    """Return the configuration of nginx."""
    location = DELAYED_LOCATION if delay else BLOB_LOCATION
    locations = location.format(folder=folder, blob=BLOB, delay=delay, rate=rate)
    return NGINX.format(
        folder=folder, port=port, api_port=api_port, server_port=server_port, tls=tls,
        locations=locations,
    )  # fmt: skip


def make_certificates(folder: Path) -> None:
    """Write the certificate of an authority, and one of a server that it signs."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        folder / "server.pem"
    )


def free_ports(count: int) -> list[int]:
    """Return free ports of the loopback interface."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports


def executable() -> str:
    """Return the path of nginx, which Debian installs outside of the PATH of users."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        raise RuntimeError("nginx is not installed")
    return found


def missing_programs() -> str:
    """Return what this machine lacks for the download figures, and how to get it; or nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_certificates(folder)
        path = folder / "nginx.conf"
        path.write_text(nginx_settings(folder, delay=1, tls="ssl http2"))
        try:
            command = [executable(), "-t", "-q", "-c", str(path)]
            tested = subprocess.run(command, capture_output=True, text=True, check=False)
        except RuntimeError as error:
            reason = str(error)
        else:
            if not tested.returncode:
                return "" if shutil.which("curl") else "curl is not installed: apt-get install curl"
            reason = tested.stderr.strip() or "nginx does not start"
    return f"{reason}; apt-get install nginx-light libnginx-mod-http-echo"
