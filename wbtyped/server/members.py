"""Who belongs to teams and to projects, and with which role."""

import sqlite3
from collections.abc import Iterable

from .database import Database
from .http_errors import HttpError

TEAM_ROLES = ("admin", "member", "viewer")
PROJECT_ROLES = (*TEAM_ROLES, "restricted_viewer")
"""In a registry; restricted viewers see what is in it, but not the contents of files."""


class Members:
    """Members of teams, and the users and teams that were added to projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _all(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self._database.rows(query, values)

    def _change(self, query: str, *values: object) -> bool:
        with self._database.transaction() as connection:
            return connection.execute(query, values).rowcount > 0

    # Teams.

    def add_team(self, team: str) -> None:
        """Create a team; from then on only its members belong to it."""
        self._change("INSERT OR IGNORE INTO teams VALUES (?)", team)

    def set_default_access(self, team: str, access: str) -> None:
        """Set the access that new projects of a team get."""
        self._change("INSERT OR REPLACE INTO team_access VALUES (?, ?)", team, access)

    def default_access(self, entity: str) -> str | None:
        """Return the access that new projects of an entity get, if it says so."""
        rows = self._all("SELECT access FROM team_access WHERE entity = ?", entity)
        return str(rows[0]["access"]) if rows else None

    def is_team(self, entity: str) -> bool:
        """Return True if a team was created with members of its own."""
        return bool(self._all("SELECT 1 FROM teams WHERE entity = ?", entity))

    def teams(self) -> list[str]:
        """Return the names of all teams that were created."""
        return [row["entity"] for row in self._all("SELECT entity FROM teams ORDER BY entity")]

    def of_team(self, entity: str) -> list[sqlite3.Row]:
        """Return the users and roles in a team, in the order they were added."""
        return self._all("SELECT * FROM team_members WHERE entity = ? ORDER BY rowid", entity)

    def teams_of(self, user_id: int) -> list[sqlite3.Row]:
        """Return the teams and roles of a user, by name."""
        return self._all("SELECT * FROM team_members WHERE user_id = ? ORDER BY entity", user_id)

    def team_role(self, entity: str, user_id: int) -> str | None:
        """Return the role of a user in a team; None for others."""
        rows = self._all(
            "SELECT role FROM team_members WHERE entity = ? AND user_id = ?", entity, user_id
        )
        return str(rows[0]["role"]) if rows else None

    def set_team_role(self, entity: str, user_id: int, role: str) -> None:
        """Add a user to a team, or change the role there."""
        check_role(role, TEAM_ROLES)
        self._change(
            "INSERT INTO team_members VALUES (?, ?, ?)"
            " ON CONFLICT (entity, user_id) DO UPDATE SET role = excluded.role",
            entity, user_id, role,
        )  # fmt: skip

    def leave_team(self, entity: str, user_id: int) -> bool:
        """Remove a user from a team; return False if it was not in there."""
        query = "DELETE FROM team_members WHERE entity = ? AND user_id = ?"
        return self._change(query, entity, user_id)

    # Projects.

    def users_of_project(self, project_id: int) -> list[sqlite3.Row]:
        """Return the users and roles in a project, in the order they were added."""
        return self._all(
            "SELECT * FROM project_users WHERE project_id = ? ORDER BY rowid", project_id
        )

    def teams_of_project(self, project_id: int) -> list[sqlite3.Row]:
        """Return the teams and roles in a project, in the order they were added."""
        return self._all(
            "SELECT * FROM project_teams WHERE project_id = ? ORDER BY rowid", project_id
        )

    def roles_in_project(self, project_id: int, user_id: int, teams: Iterable[str]) -> list[str]:
        """Return the roles that a user has in a project, as itself and through teams."""
        wanted = set(teams)
        own = [r for r in self.users_of_project(project_id) if r["user_id"] == user_id]
        through = [r for r in self.teams_of_project(project_id) if r["entity"] in wanted]
        return [row["role"] for row in (*own, *through)]

    def add_to_project(
        self, project_id: int, user_ids: Iterable[int], teams: Iterable[str]
    ) -> None:
        """Add members to a project; those that are in it keep their role."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO project_users VALUES (?, ?, 'member')",
                [(project_id, user_id) for user_id in user_ids],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO project_teams VALUES (?, ?, 'member')",
                [(project_id, team) for team in teams],
            )

    def remove_from_project(
        self, project_id: int, user_ids: Iterable[int], teams: Iterable[str]
    ) -> None:
        """Remove members from a project; those that are not in it are ignored."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM project_users WHERE project_id = ? AND user_id = ?",
                [(project_id, user_id) for user_id in user_ids],
            )
            connection.executemany(
                "DELETE FROM project_teams WHERE project_id = ? AND entity = ?",
                [(project_id, team) for team in teams],
            )

    def set_user_role(self, project_id: int, user_id: int, role: str) -> bool:
        """Change the role of a user in a project; return False if it is not a member."""
        check_role(role, PROJECT_ROLES)
        query = "UPDATE project_users SET role = ? WHERE project_id = ? AND user_id = ?"
        return self._change(query, role, project_id, user_id)

    def set_role_of_team(self, project_id: int, team: str, role: str) -> bool:
        """Change the role of a team in a project; return False if it is not a member."""
        check_role(role, PROJECT_ROLES)
        query = "UPDATE project_teams SET role = ? WHERE project_id = ? AND entity = ?"
        return self._change(query, role, project_id, team)


def check_role(role: str, known: Iterable[str]) -> None:
    """Reject a role that does not exist."""
    if role not in known:
        raise HttpError(f"invalid role {role!r}; choose one of {', '.join(known)}", status=400)
