"""Organizations: the entities that own their registries, their teams, and reserved aliases."""

from collections.abc import Iterable
from typing import NamedTuple

from .database import Database


class Organization(NamedTuple):
    """An organization; the main user belongs to every organization."""

    id: int
    name: str
    entity: str


class Organizations:
    """All organizations of the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, entity: str, teams: Iterable[str]) -> None:
        """Create an organization, or add teams to one."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO organizations (name, entity) VALUES (?, ?)", (name, entity)
            )
            for team in {entity, *teams}:
                connection.execute(
                    "INSERT OR REPLACE INTO organization_teams"
                    " SELECT ?, id FROM organizations WHERE name = ?",
                    (team, name),
                )

    def all(self) -> list[Organization]:
        """Return every organization, oldest first."""
        rows = self._database.rows("SELECT * FROM organizations ORDER BY id", ())
        return [Organization(row["id"], row["name"], row["entity"]) for row in rows]

    def teams(self, organization: Organization) -> list[str]:
        """Return the names of the teams of an organization."""
        query = "SELECT entity FROM organization_teams WHERE organization_id = ? ORDER BY entity"
        rows = self._database.rows(query, (organization.id,))
        return [row["entity"] for row in rows if row["entity"] != organization.entity]

    def protected_aliases(self, entity: str) -> list[str]:
        """Return the aliases that an entity has reserved."""
        query = "SELECT alias FROM protected_aliases WHERE entity = ? ORDER BY alias"
        return [row["alias"] for row in self._database.connection.execute(query, (entity,))]

    def protect_aliases(self, entity: str, aliases: Iterable[str], *, protect: bool) -> None:
        """Reserve aliases for the administrators of an entity, or set them free."""
        query = "INSERT OR IGNORE INTO protected_aliases VALUES (?, ?)"
        if not protect:
            query = "DELETE FROM protected_aliases WHERE entity = ? AND alias = ?"
        with self._database.transaction() as connection:
            connection.executemany(query, [(entity, alias) for alias in aliases])

    def owned_by(self, entity: str) -> Organization | None:
        """Return the organization whose registries an entity owns."""
        return next((found for found in self.all() if found.entity == entity), None)

    def find_by_team(self, entity: str) -> Organization | None:
        """Return the organization that a team belongs to."""
        query = "SELECT organization_id FROM organization_teams WHERE entity = ?"
        row = self._database.row(query, (entity,))
        return next((o for o in self.all() if row and o.id == row["organization_id"]), None)
