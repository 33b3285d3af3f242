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
SERVE = """
import json, sys
from pathlib import Path
from wbtyped.server import WandbServer, serve
from wbtyped.server.commit import add_membership
from wbtyped.server.drafts import Drafts
from wbtyped.server.execution import Execution

def assign(variables):
    nodes = []
    for spec in variables["input"]["artifactFiles"]:
        assigned.append(None)
        url = f"{sys.argv[3]}/artifact-files/{len(assigned)}"
        numbers = [part["partNumber"] for part in spec.get("uploadPartsInput") or []]
        parts = [{"partNumber": n, "uploadUrl": f"{url}.{n}"} for n in numbers]
        nodes.append({"node": {
            "name": spec["name"], "storagePath": "path", "uploadUrl": url,
            "uploadHeaders": [] if parts else [f"Content-MD5:{spec['md5']}"],
            "uploadMultipartUrls": {"uploadID": "u", "uploadUrlParts": parts} if parts else None,
            "artifact": {"id": spec["artifactID"]},
        }})
    return {"createArtifactFiles": {"files": {"edges": nodes}}}

def execute_assigned(self, request, context, **options):
    if request.operation_name == "CreateArtifactFiles":
        return 200, json.dumps({"data": assign(request.variables)}).encode()
    if request.operation_name == "CompleteMultipartUploadArtifact":
        return 200, b'{"data": {"completeMultipartUploadArtifact": {"digest": "d"}}}'
    return execute(self, request, context, **options)

def commit_at_once(self, artifact_id):
    with self._database.transaction() as connection:
        version = self._require_pending(connection, artifact_id)
        connection.execute(
            "UPDATE artifacts SET state = 'COMMITTED', version_index = 0, size = 0, file_count = 0,"
            " commit_hash = '' WHERE id = ?", (artifact_id,))
        add_membership(connection, version["sequence_id"], artifact_id)
        self._clear_draft(connection, version)

assigned = []
execute, Execution.execute = Execution.execute, execute_assigned
Drafts.commit = commit_at_once
server = WandbServer(
    Path(sys.argv[1]), storage_port=int(sys.argv[2]), storage_url=sys.argv[3], port=int(sys.argv[4])
)
server.requests.enabled = False
serve(server, lambda s: print(json.dumps(s.env), flush=True))
"""


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
            sys.executable, "-c", SERVE, str(folder / "data"), str(storage_port), url, str(api_port)
        ]  # fmt: skip
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            env: dict[str, str] = json.loads(server.stdout.readline() if server.stdout else "")
            yield StorageServer({**env, "UPLOAD_URL": url}, folder / "work")
        finally:
            for process in (server, nginx):
                process.terminate()
                process.wait()
