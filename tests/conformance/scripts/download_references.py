"""Download each file of a version alone; print sizes by path as JSON, null for one that fails.

Argument: the path of the version.
"""

import json
import sys
from pathlib import Path

from wandb import Api

found = {}
artifact = Api().artifact(sys.argv[1])
for path in artifact.manifest.entries:
    try:
        found[path] = len(Path(artifact.get_entry(path).download("there")).read_bytes())
    except ValueError:
        found[path] = None
print(json.dumps(found))
