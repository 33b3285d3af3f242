"""Read a linked version whose own project is closed: python linked.py ENTITY/PROJECT/NAME:ALIAS"""

import json
import sys
from pathlib import Path

import wandb

version = wandb.Api().artifact(sys.argv[1])
content = Path(version.download("data"), "a.txt").read_text()
version.aliases.append("best")
try:
    version.save()
    denied = ""
except Exception as error:
    denied = "permission denied" if "permission denied" in str(error) else str(error)
print(json.dumps([version.name, version.type, content, denied]))
