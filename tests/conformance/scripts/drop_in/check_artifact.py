"""Download an artifact, damage it, and detect the damage."""

from pathlib import Path

from wandb import Api

api = Api()
artifact = api.artifact("crew/ship/data:v0", type="dataset")
print(artifact.name, artifact.type, artifact.digest, artifact.metadata, artifact.file_count)
folder = Path(artifact.download(root="data"))
artifact.verify(str(folder))
print(sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()))
entry = artifact.get_entry("a.txt")
print(entry.path, entry.size, entry.digest, Path(entry.download(root="one")).read_text())
(folder / "a.txt").write_text("damaged")
try:
    artifact.verify(str(folder))
except ValueError:
    print("damaged")
artifact.download(root=str(folder))
artifact.verify(str(folder))
try:
    artifact.get_entry("nope")
except KeyError:
    print("no such entry")
try:
    artifact.file()
except ValueError:
    print("more than one file")
try:
    api.artifact("crew/ship/data:v0", type="model")
except Exception:
    print("of another type")
print([f.name for f in artifact.files(per_page=2)], len(artifact.files()))
print(artifact.logged_by().id, [r.id for r in artifact.used_by()])
