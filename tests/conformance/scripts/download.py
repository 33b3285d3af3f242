"""Download the files of a project in every way; print the digests of all files as JSON.

Arguments: the path of the project, and collections to leave out.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

from wandb import Api

api = Api()
project = sys.argv[1]


def tree(folder):
    """Return the digests of the files below a folder, by path."""
    files = sorted(p for p in Path(folder).rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


found = {}
for kind in api.artifact_types(project):
    for collection in kind.collections():
        for version in collection.artifacts():
            if collection.name in sys.argv[2:]:
                continue
            folder = version.download(f"versions/{version.name}")
            version.verify(folder)
            found[version.name] = tree(folder)

data = api.artifact(f"{project}/data:v0")
default = Path(data.download())
found["default folder"] = [default.is_absolute(), os.path.relpath(default)]
found["prefix"] = tree(data.download("prefix", path_prefix="sub/"))
found["entry"] = [data.get_entry("a.txt").download("entry"), tree("entry")]
found["files"] = [f.download("files").name for f in data.files()] + [tree("files")]
Path("checkout").mkdir()
Path("checkout/stray").write_text("x")
found["checkout"] = [data.checkout("checkout"), tree("checkout")]
found["only file"] = Path(api.artifact(f"{project}/model:v0").file("only")).read_bytes().hex()[:40]
run = api.run(f"{project}/maker")
for file in run.files(pattern="%.txt"):
    with file.download("run", replace=True) as stream:
        found[f"run {file.name}"] = stream.name
found["run"] = {k: v for k, v in tree("run").items() if k != "requirements.txt"}
print(json.dumps(found))
