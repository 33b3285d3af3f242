"""Download each file of a version by itself; print sizes by path as JSON, null for one that fails.

Argument: the path of the version.
"""

import json
import sys
from pathlib import Path

from wandb import Api

found = {}
for path, entry in Api().artifact(sys.argv[1]).manifest.entries.items():
    try:
        found[path] = len(Path(entry.download("there")).read_bytes())
    except ValueError:
        found[path] = None
print(json.dumps(found))
