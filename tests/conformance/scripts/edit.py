"""Change everything that the public API can change. Argument: the path of a project."""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from wandb import Api

api = Api()
project = sys.argv[1]

version = api.artifact(f"{project}/data:v0")
version.description = "edited"
version.metadata["rows"] = 4
version.metadata["new"] = [1, None, "x"]
version.tags = ["kept", "added"]
version.aliases = ["best", "fresh"]
version.ttl = timedelta(days=3)
version.save()

# A second edit of the same object builds on the first.
version.tags.append("later")
version.save()

moved = api.artifact(f"{project}/data:v1")
moved.aliases.append("best")
moved.description = ""
moved.save()

again = api.artifact(f"{project}/data:v0").link("crew/shelf/portfolio")
linked = moved.link("crew/shelf/portfolio", aliases=["staging"])
api.artifact("crew/shelf/portfolio:staging").unlink()
shown = api.artifact("crew/shelf/best:latest")
shown.aliases.append("chosen")
shown.save()
api.artifact("crew/shelf/best:v0").delete()

gone = api.artifact(f"{project}/data:v2")
try:
    gone.delete()
except Exception as error:
    print("refused:", "alias" in str(error))
gone.delete(delete_aliases=True)

collection = api.artifact_collection("dataset", f"{project}/other")
collection.name = "renamed"
collection.description = "a collection"
collection.tags = ["t1", "t2"]
collection.save()
collection.type = "table"
collection.save()
collection.tags = ["t2"]
collection.save()
api.artifact_collection("dataset", f"{project}/doomed").delete()
portfolio = api.artifact_collection("dataset", "crew/shelf/best")
portfolio.description = "the best"
portfolio.save()

run = api.run(f"{project}/maker")
work = Path(tempfile.mkdtemp())
(work / "up").mkdir()
(work / "up" / "loaded.txt").write_text("uploaded")
uploaded = run.upload_file(str(work / "up" / "loaded.txt"), root=str(work))
print(uploaded.name, uploaded.size, uploaded.md5)
run.file("old.txt").delete()
