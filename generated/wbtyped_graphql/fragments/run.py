# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel
from ..scalars import DateTime
from .creator import Creator


class Run(BaseModel, frozen=True):
    """A run as it is shown in a list or on its page.

    `name` is the short id in the URL of the run, `displayName` its title.
    Config, summary and history are left out: they can be large, and files do not need them. So is the
    number of files, which servers have to count.

    Used by: Run, Runs"""

    id: str
    "Opaque id, valid on this server only."
    project_id: str
    "Number of the project as plain digits, unlike other ids. It is what `DeleteFilesInput.projectId` takes. Since server 0.63 at the latest."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    display_name: str | None
    "Title of the run; not unique. Null if it has none."
    state: str | None
    "`running`, `finished`, `failed`, `crashed`, `killed`, `preempting`, `preempted`, `pending` or a newer value."
    tags: list[str] | None
    "Tags of the run as strings."
    group: str | None
    "Name of the group that the run belongs to; null for none."
    job_type: str | None
    "What the run does, such as `train` or `eval`; null if not set."
    sweep_name: str | None
    "Short id of the sweep that started the run; null for none."
    commit: str | None
    "Commit of the source code, as a hexadecimal hash; null outside of a repository."
    notes: str | None
    "Notes of a user about the run; null if there are none."
    created_at: DateTime
    "When the run was created."
    heartbeat_at: DateTime | None
    "When the run last reported; null if it never did."
    read_only: bool | None
    "Whether the caller may not change the run."
    history_line_count: int | None
    "Number of logged steps; the offset at which a resumed run continues."
    user: Optional["RunUser"]
    "Account that created the run; null if it no longer exists."


class RunUser(Creator, frozen=True):
    pass
