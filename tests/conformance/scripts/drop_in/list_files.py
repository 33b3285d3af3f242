"""List the files of a run in the documented ways."""

from wandb import Api
from wandb.apis.public.files import Files

api = Api()
run = api.run("crew/ship/maker")
for file in run.files():
    print(file.name, file.size, file.md5, file.mimetype)
print(run.files()[0].name, len(run.files()), [f.name for f in run.files(per_page=2)[1:3]])
print([f.name for f in run.files(pattern="%.txt")])
print([f.name for f in run.files(["notes.txt", "absent"]) if f.size])

files = Files(api.client if hasattr(api, "client") else api._service_api, run, per_page=2)
first = next(files)
print(first.name, files.more, len(files), files.length if hasattr(files, "length") else len(files))
print([f.name for f in files])
