"""Download a file that exists already: fail, keep it, replace it."""

from pathlib import Path

from wandb import Api

run = Api().run("crew/ship/maker")
file = run.file("notes.txt")
with file.download(root="out") as stream:
    print(stream.name, stream.read())
try:
    file.download(root="out")
except Exception as error:
    print("there already", "exist" in str(error))
with file.download(root="out", exist_ok=True) as stream:
    print(stream.read())
Path("out/notes.txt").write_text("other")
with file.download(root="out", replace=True) as stream:
    print(stream.read())
