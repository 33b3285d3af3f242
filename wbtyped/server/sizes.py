"""How many bytes and how many objects an entity, a project or a version has."""

from .database import Database

RUN_FILE_BYTES = """
SELECT coalesce(sum(files.size), 0) FROM files JOIN runs ON runs.id = run_id
JOIN projects ON projects.id = project_id WHERE {where}
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
