"""What a user may see and change. With a single user, that is everything."""

import sqlite3
from collections.abc import Iterable
from enum import IntEnum

from .database import Database
from .http_errors import HttpError, not_found
from .members import Members
from .organizations import Organizations
from .users import MAIN_USER, NOBODY, User, Users

RESTRICTED = "RESTRICTED"
"""Access of a project that only its own members see."""
PROJECTS_OF_VERSION = """
SELECT DISTINCT project_id FROM collections WHERE id IN (
  SELECT sequence_id FROM artifacts WHERE id = ?
  UNION SELECT collection_id FROM memberships WHERE artifact_id = ?
)
"""


class Level(IntEnum):
    """How much a user may do; each level includes those before it."""

    NOTHING = 0
    NAMES = 1
    """See what there is, but no contents of files."""
    READ = 2
    WRITE = 3
    ADMIN = 4


ROLE_LEVELS = {
    "admin": Level.ADMIN,
    "member": Level.WRITE,
    "viewer": Level.READ,
    "restricted_viewer": Level.NAMES,
}
PUBLIC_LEVELS = {"USER_READ": Level.READ, "USER_WRITE": Level.WRITE}
"""What everybody may do in a project with this access."""


class Access:
    """What one user may see and change; made for each request."""

    def __init__(
        self, database: Database, viewer: User, users: Users, members: Members,
        organizations: Organizations, *, everything: bool = False,
    ) -> None:  # fmt: skip
        self._database = database
        self._users = users
        self._members = members
        self._organizations = organizations
        self._everything = everything
        self.viewer: User = viewer
        self._known_projects: dict[int, Level] = {}

    @property
    def limited(self) -> bool:
        """Whether there may be anything that the user may not see."""
        return not self._everything and (self._users.several or self.is_anonymous)

    @property
    def is_anonymous(self) -> bool:
        """Whether the request has no key."""
        return self.viewer is NOBODY

    def entity(self, name: str) -> Level:
        """Return what the user may do in the projects of an entity."""
        if self.is_anonymous:
            return Level.NOTHING
        if not self.limited or name == self.viewer.name:
            return Level.ADMIN
        role = self._members.team_role(name, self.viewer.id)
        if role is not None:
            return ROLE_LEVELS[role]
        is_known = self._users.find(name) is not None or self._members.is_team(name)
        # Entities that nobody created are teams of the main user.
        return Level.ADMIN if self.viewer.id == MAIN_USER and not is_known else Level.NOTHING

    def organization(self, entity: str) -> Level:
        """Return the best of what the user may do in an organization itself and in its teams."""
        found = self._organizations.owned_by(entity)
        teams = self._organizations.teams(found) if found else ()
        return max(self.entity(name) for name in (entity, *teams))

    def teams(self) -> list[str]:
        """Return the teams that the user was added to."""
        return [row["entity"] for row in self._members.teams_of(self.viewer.id)]

    def project(self, project_id: int) -> Level:
        """Return what the user may do in a project."""
        if not self.limited:
            return Level.ADMIN
        if project_id not in self._known_projects:
            query = "SELECT * FROM projects WHERE id = ?"
            row = self._database.row(query, (project_id,))
            self._known_projects[project_id] = self._level_of(row) if row else Level.NOTHING
        return self._known_projects[project_id]

    def _level_of(self, row: sqlite3.Row) -> Level:
        roles = self._members.roles_in_project(row["id"], self.viewer.id, self.teams())
        found = [ROLE_LEVELS[role] for role in roles]
        own = self.entity(row["entity"])
        if row["access"] == RESTRICTED:
            found.append(own if own == Level.ADMIN else Level.NOTHING)
        else:
            found.append(own)
            # Registries are open to the whole organization.
            if self.organization(row["entity"]) > Level.NOTHING:
                found.append(Level.READ)
        found.append(PUBLIC_LEVELS.get(row["access"] or "", Level.NOTHING))
        return min(max(found), Level.READ) if self.is_anonymous else max(found)

    def version(self, artifact_id: int) -> Level:
        """Return what the user may do with a version: the best of all projects that it is in."""
        if not self.limited:
            return Level.ADMIN
        rows = self._database.rows(PROJECTS_OF_VERSION, (artifact_id, artifact_id))
        return max((self.project(row["project_id"]) for row in rows), default=Level.NOTHING)

    def visible(self, rows: Iterable[sqlite3.Row]) -> list[sqlite3.Row]:
        """Return those rows, such as runs or collections, whose project the user may see."""
        return [row for row in rows if self.project(row["project_id"])]

    def visible_versions(self, rows: Iterable[sqlite3.Row]) -> list[sqlite3.Row]:
        """Return the versions that the user may see."""
        return [row for row in rows if self.version(row["id"])]

    def first_readable(self, entries: Iterable[sqlite3.Row]) -> sqlite3.Row | None:
        """Return the first file that is in a version whose contents the user may read."""
        for entry in entries:
            if self.version(entry["artifact_id"]) >= Level.READ:
                return entry
        return None

    def check(self, level: Level, found: Level, what: str) -> None:
        """Reject a request for more than is allowed: what nobody may see does not exist."""
        if found == Level.NOTHING:
            raise not_found(what)
        if found < level:
            raise permission_denied()


def permission_denied(reason: str = "") -> HttpError:
    """Return the error for a change that the user may not make."""
    message = f"permission denied: {reason}" if reason else "permission denied"
    return HttpError(message, status=403, code="PERMISSION_ERROR")
