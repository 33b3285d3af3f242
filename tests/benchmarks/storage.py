"""A W&B server with nginx as its storage, so that clients are measured and not the server."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NGINX = """
include /etc/nginx/modules-enabled/*.conf;
user root; worker_processes 2; daemon off; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    {locations}
  }}
}}
"""
BLOB = '"^/blobs/([0-9a-f]{2})([0-9a-f]{62})/"'
BLOB_LOCATION = "location ~ {blob} {{ alias {folder}/data/blobs/$1/$2; limit_rate {rate}; }}"
DELAYED_LOCATION = """
location /blobs/ {{ echo_sleep {delay}; echo_exec @delayed; }}
location @delayed {{ root {folder}/data; rewrite {blob} /blobs/$1/$2 break; }}
"""
KINDS = {"small": (10_000, 4 * 1024), "medium": (1_000, 256 * 1024), "large": (1, 1024**3)}
"""Number of files, and bytes of each."""
MORE_KINDS = {"wide": (10_000, 256 * 1024)}
"""Served only on request: they take 2.5 GB of memory."""
SERVE = """
import json, os, sys
from pathlib import Path
from wbtyped.server import WandbServer, serve
kinds = json.loads(sys.argv[3])
server = WandbServer(Path(sys.argv[1]), storage_url=sys.argv[2])
for kind, (count, size) in kinds.items():
    def content(number):
        return number.to_bytes(8, "big") + os.urandom(1024) * ((size - 8) // 1024 + 1)
    files = {f"{n // 100:03}/{n:05}.bin": content(n)[:size] for n in range(count)}
    server.add_artifact(f"bench/speed/{kind}", "dataset", files)
    if kind == "small":
        server.add_run("bench/speed/small", files)
server.requests.enabled = False
serve(server, lambda s: print(json.dumps(s.env), flush=True))
"""


@dataclass(frozen=True)
class StorageServer:
    """A running server."""

    env: dict[str, str]
    """Environment variables for clients."""
    work: Path
    """A folder in memory to download into."""


@contextmanager
def nginx_server(
    kinds: Iterable[str] = KINDS, delay: float = 0.0, rate: int = 0
) -> Generator[StorageServer]:
    """Run the server and nginx until the end of the block; everything is in memory.

    Responses for files start after `delay` seconds, with at most `rate` bytes per second.
    """
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        values = {"folder": folder, "blob": BLOB, "delay": delay, "rate": rate}
        locations = (DELAYED_LOCATION if delay else BLOB_LOCATION).format(**values)
        settings = NGINX.format(folder=folder, port=port, locations=locations)
        (folder / "nginx.conf").write_text(settings)
        nginx = subprocess.Popen([executable(), "-c", str(folder / "nginx.conf")])
        url = f"http://127.0.0.1:{port}"
        sizes = json.dumps({kind: (KINDS | MORE_KINDS)[kind] for kind in kinds})
        command = [sys.executable, "-c", SERVE, str(folder / "data"), url, sizes]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            env = json.loads(server.stdout.readline() if server.stdout else "")
            yield StorageServer({**env}, folder / "work")
        finally:
            for process in (server, nginx):
                process.terminate()
                process.wait()


def executable() -> str:
    """Return the path of nginx, which Debian installs outside of the PATH of users."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        raise RuntimeError("nginx is not installed")
    return found


def missing_programs() -> str:
    """Return what this machine lacks for the download figures, and how to get it; or nothing."""
    with tempfile.TemporaryDirectory() as name:
        values = {"folder": name, "blob": BLOB, "delay": 1, "rate": 0}
        settings = NGINX.format(folder=name, port=1, locations=DELAYED_LOCATION.format(**values))
        path = Path(name) / "nginx.conf"
        path.write_text(settings)
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
