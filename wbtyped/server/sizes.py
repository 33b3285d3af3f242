"""How many bytes and how many objects an entity, a project or a version has."""

import sqlite3

from .database import Database

RUN_FILE_BYTES = """
SELECT coalesce(sum(bytes), 0) FROM projects JOIN runs ON project_id = projects.id
JOIN run_sizes ON run_id = runs.id WHERE {where}
"""
# A content that several versions share is stored once.
ARTIFACT_BYTES = """
SELECT coalesce(sum(size), 0) FROM (
  SELECT DISTINCT blob, entries.size AS size FROM entries
  JOIN artifacts ON artifacts.id = artifact_id
  JOIN collections ON collections.id = sequence_id JOIN projects ON projects.id = project_id
  WHERE blob IS NOT NULL AND {where}
)
"""
REFERENCE_BYTES = """
SELECT coalesce(sum(entries.size), 0) FROM entries JOIN artifacts ON artifacts.id = artifact_id
JOIN collections ON collections.id = sequence_id JOIN projects ON projects.id = project_id
WHERE ref IS NOT NULL AND entity = ?
"""
VERSION_BYTES = """
SELECT coalesce(sum(size), 0) FROM entries
WHERE artifact_id = ? AND blob IS NOT NULL AND birth_id = artifact_id
"""
LOGGED_VERSIONS = """
SELECT count(*) FROM artifacts JOIN collections ON collections.id = sequence_id
WHERE project_id = ? AND run_id IS NOT NULL AND state = 'COMMITTED'
"""
LARGEST_RUNS = """
SELECT runs.*, bytes FROM runs JOIN run_sizes ON run_id = runs.id
WHERE project_id = ? AND bytes > 0 ORDER BY bytes DESC, runs.id LIMIT ?
"""
# What was uploaded for a version counts for its collection; other versions may refer to it.
LARGEST_COLLECTIONS = """
SELECT collections.*, count(DISTINCT artifacts.id) AS versions, sum(entries.size) AS bytes
FROM collections JOIN artifacts ON sequence_id = collections.id
JOIN entries ON artifact_id = artifacts.id AND blob IS NOT NULL AND birth_id = artifact_id
WHERE project_id = ? GROUP BY collections.id ORDER BY bytes DESC, collections.id LIMIT ?
"""
PROJECT, ENTITY = "projects.id = ?", "entity = ?"


class Sizes:
    """Sums over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _number(self, query: str, value: object) -> int:
        return int(self._database.connection.execute(query, (value,)).fetchone()[0])

    def project_bytes(self, project_id: int) -> int:
        """Return the size of the files of runs and of the contents of versions of a project."""
        queries = (RUN_FILE_BYTES, ARTIFACT_BYTES)
        return sum(self._number(query.format(where=PROJECT), project_id) for query in queries)

    def run_file_bytes(self, project_id: int) -> int:
        """Return the size of the files of the runs of a project."""
        return self._number(RUN_FILE_BYTES.format(where=PROJECT), project_id)

    def largest_runs(self, project_id: int, limit: int) -> list[sqlite3.Row]:
        """Return the runs of a project with the largest files, and `bytes`, largest first."""
        return self._rows(LARGEST_RUNS, project_id, limit)

    def largest_collections(self, project_id: int, limit: int) -> list[sqlite3.Row]:
        """Return the collections of a project for which most was uploaded, and `bytes`."""
        return self._rows(LARGEST_COLLECTIONS, project_id, limit)

    def _rows(self, query: str, project_id: int, limit: int) -> list[sqlite3.Row]:
        return self._database.connection.execute(query, (project_id, limit)).fetchall()

    def entity_bytes(self, entity: str) -> int:
        """Return the size of the files of runs and of the contents of versions of an entity."""
        queries = (RUN_FILE_BYTES, ARTIFACT_BYTES)
        return sum(self._number(query.format(where=ENTITY), entity) for query in queries)

    def reference_bytes(self, entity: str) -> int:
        """Return the size of what the versions of an entity refer to, as far as it is known."""
        return self._number(REFERENCE_BYTES, entity)

    def version_bytes(self, artifact_id: int) -> int:
        """Return the size of the contents that were uploaded for a version itself."""
        return self._number(VERSION_BYTES, artifact_id)

    def logged_versions(self, project_id: int) -> int:
        """Return the number of versions in a project that a run created."""
        return self._number(LOGGED_VERSIONS, project_id)
