"""A W&B server whose storage is nginx, so that uploads measure clients and not the server.

nginx stores contents in memory. The embedded server handles GraphQL, but assigns URLs without a
look at its database, and commits versions without their files: else it would take most of the time.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.storage import ROOT, StorageServer, executable, free_ports

NGINX = """
include /etc/nginx/modules-enabled/*.conf;
user root; worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/errors.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000; client_max_body_size 0;
  client_body_temp_path {folder}/incoming; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location = /connections {{ stub_status; }}
    location / {{ proxy_pass http://127.0.0.1:{storage_port}; }}
    location /artifact-files/ {{
      root {folder}/received; dav_methods PUT; create_full_put_path on;
      client_body_buffer_size 512k; add_header ETag '"stored"' always;
    }}
    location /plain/ {{
      root {folder}/received; dav_methods PUT; create_full_put_path on;
      client_body_buffer_size 512k;
    }}
  }}
}}
"""
PROGRAM = Path(__file__).parent / "programs" / "serve_uploads.py"


@contextmanager
def upload_server() -> Generator[StorageServer]:
    """Run the server and nginx until the end of the block; everything is in memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        for below in ("incoming", "received", "work"):
            (folder / below).mkdir()
        port, storage_port, api_port = free_ports(3)
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, storage_port=storage_port))
        nginx = subprocess.Popen([executable(), "-c", str(configuration)])
        url = f"http://127.0.0.1:{port}"
        command = [
            sys.executable, str(PROGRAM),
            str(folder / "data"), str(storage_port), url, str(api_port),
        ]  # fmt: skip
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            env: dict[str, str] = json.loads(server.stdout.readline() if server.stdout else "")
            yield StorageServer({**env, "UPLOAD_URL": url}, folder / "work")
        finally:
            for process in (server, nginx):
                process.terminate()
                process.communicate()
