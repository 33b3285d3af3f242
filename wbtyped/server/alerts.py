"""Alerts that runs sent."""

from dataclasses import dataclass

from .database import Database, now


@dataclass(frozen=True, slots=True)
class Alert:
    """What a script sent with `run.alert`."""

    run: str
    """Path of the run, `entity/project/run`."""
    title: str
    text: str
    severity: str
    """`INFO`, `WARN` or `ERROR`."""
    created_at: str
    """When the server received it, ISO 8601 in UTC."""


class Alerts:
    """All alerts, oldest first; nobody is notified."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run_id: int, title: str, text: str, severity: str) -> None:
        """Record an alert of a run."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO alerts (run_id, title, text, severity, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (run_id, title, text, severity, now()),
            )

    def all(self) -> list[Alert]:
        """Return every alert."""
        rows = self._database.connection.execute(
            "SELECT entity || '/' || projects.name || '/' || runs.name AS path, alerts.*"
            " FROM alerts JOIN runs ON runs.id = run_id JOIN projects ON projects.id = project_id"
            " ORDER BY alerts.id"
        )
        return [
            Alert(row["path"], row["title"], row["text"], row["severity"], row["created_at"])
            for row in rows
        ]
