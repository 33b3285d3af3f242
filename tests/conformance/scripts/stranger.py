"""Read what one may not see, and what is public: python stranger.py PRIVATE PUBLIC

Both are paths `entity/project` with a run `log` and an artifact `data`.
"""

import json
import sys
from pathlib import Path

import wandb

private, public = sys.argv[1:]
api = wandb.Api()


def refused(call):
    try:
        call()
    except Exception as error:
        return str(error)
    return ""


seen = {
    "user": api.viewer.username,
    "refused": [
        bool(refused(lambda: api.run(f"{private}/log").state)),
        bool(refused(lambda: list(api.run(f"{private}/log").files()))),
        bool(refused(lambda: list(api.runs(private)))),
        bool(refused(lambda: api.artifact(f"{private}/data:v0"))),
        bool(refused(lambda: api.artifact_type("dataset", private).collections()[0])),
        bool(refused(lambda: api.run(f"{public}/log").file("a.txt").delete())),
        "permission denied"
        in refused(lambda: api.artifact(f"{public}/data:v0").link(f"{public}/shelf")),
    ],
    "projects": [p.name for p in api.projects(public.partition("/")[0])],
    "files": [f.name for f in api.run(f"{public}/log").files()],
    "state": api.run(f"{public}/log").state,
    "content": Path(api.artifact(f"{public}/data:v0").download("data"), "a.txt").read_text(),
}
print(json.dumps(seen))
