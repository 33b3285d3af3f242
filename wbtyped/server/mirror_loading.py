"""Load mirrors into the tables of a server; the contents stay where they are."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from mimetypes import guess_type
from pathlib import Path

from ..errors import UsageError
from .aliases_and_tags import add_tags, set_alias
from .database import Database
from .manifests import MD5, XXH128
from .mirror_files import (
    MirroredCollection,
    MirroredLink,
    MirroredRows,
    MirroredRun,
    MirroredType,
    MirroredVersion,
    MirrorFiles,
    blob_key,
    key_of_path,
    md5_of_path,
)
from .node_ids import parse_node_id
from .streams import EVENTS, HISTORY

Ids = dict[tuple[str, str, str], int]
"""Row ids by entity, project and name."""


def load_mirrors(database: Database, folders: Sequence[Path]) -> None:
    """Load mirrors, all or none: first what they contain, then what leads from one to another."""
    with database.transaction() as connection:
        loaders = [Loader(connection, n, MirrorFiles(f)) for n, f in enumerate(folders)]
        runs: Ids = {}
        collections: Ids = {}
        for loader in loaders:
            loader.load_project()
            loader.load_runs(runs)
            loader.load_collections(collections)
        for loader in loaders:
            versions = loader.load_versions(runs, collections)
            loader.load_outputs(versions)


class Loader:
    """Loads one mirror."""

    def __init__(self, connection: sqlite3.Connection, number: int, files: MirrorFiles) -> None:
        self._connection = connection
        self._number = number
        self._files = files
        self._owner = (files.header.entity, files.header.project)
        self._project_id = 0
        self._logged: dict[int, list[str]] = {}
        """Ids of the versions that each run logged, by its row id."""

    def _insert(self, table: str, values: Mapping[str, object]) -> int | None:
        """Insert a row and return its id; None if its place is taken."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        done = self._connection.execute(
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - constants
            tuple(values.values()),
        )
        return done.lastrowid if done.rowcount else None

    def load_project(self) -> None:
        """Add the project."""
        header = self._files.header.model_dump()
        moment = header["created_at"] or header["started_at"]
        created = self._insert(
            "projects",
            {
                "entity": header["entity"], "name": header["project"],
                "description": header["description"], "access": header["access"],
                "created_at": moment, "updated_at": header["started_at"],
            },
        )  # fmt: skip
        if created is None:
            raise UsageError(
                f"two of the mirrors are of {'/'.join(self._owner)}; serve one of them"
            )
        self._project_id = created

    # Runs.

    def load_runs(self, ids: Ids) -> None:
        """Add the runs; one that was deleted, whose name another has now, is left out."""
        for run in self._files.lines("runs.jsonl", MirroredRun):
            line = run.model_dump()
            run_id = self._insert(
                "runs",
                {
                    "project_id": self._project_id, "name": run.name,
                    "display_name": run.display_name, "description": run.description,
                    "notes": run.notes, "state": run.state or "finished", "config": run.config,
                    "summary_metrics": run.summary, "tags": json.dumps(run.tags),
                    "group_name": run.group, "job_type": run.job_type, "commit_hash": run.commit,
                    "sweep_name": run.sweep, "created_at": line["created_at"],
                    "updated_at": line["heartbeat_at"] or line["created_at"],
                },
            )  # fmt: skip
            if run_id is None:
                continue
            ids[(*self._owner, run.name)] = run_id
            self._logged[run_id] = run.logged
            self._load_files(run_id, run)
            self._load_rows(run_id, HISTORY, run.history)
            self._load_rows(run_id, EVENTS, run.system_metrics)

    def _load_rows(self, run_id: int, stream: str, stored: MirroredRows | None) -> None:
        if stored is not None:
            self._connection.executemany(
                "INSERT INTO stream_lines VALUES (?, ?, ?, ?)",
                [
                    (run_id, stream, number, text)
                    for number, text in enumerate(self._files.rows(stored.file))
                ],
            )

    def _load_files(self, run_id: int, run: MirroredRun) -> None:
        self._connection.executemany(
            "INSERT INTO files (run_id, name, blob, size, md5, mimetype, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    run_id, file.name, key_of_path(self._number, file.content), file.size,
                    md5_of_path(file.content), guess_type(file.name)[0],
                    file.model_dump()["updated_at"],
                )
                for file in run.files
            ],
        )  # fmt: skip

    # Artifacts.

    def load_collections(self, ids: Ids) -> None:
        """Add types and collections."""
        for kind in self._files.lines("types.jsonl", MirroredType):
            self._type_id(kind.name, kind.description, kind.model_dump()["created_at"])
        for collection in self._files.lines("collections.jsonl", MirroredCollection):
            line = collection.model_dump()
            collection_id = self._insert(
                "collections",
                {
                    "project_id": self._project_id,
                    "type_id": self._type_id(collection.type, None, line["created_at"]),
                    "kind": collection.kind.upper(), "name": collection.name,
                    "description": collection.description, "created_at": line["created_at"],
                    "updated_at": line["updated_at"] or line["created_at"],
                },
            )  # fmt: skip
            if collection_id is not None:
                ids[(*self._owner, collection.name)] = collection_id
                entity = self._owner[0]
                tags = collection.tags
                add_tags(self._connection, "collection_tags", collection_id, entity, tags)

    def _type_id(self, name: str, description: str | None, moment: str) -> int:
        self._insert(
            "artifact_types",
            {
                "project_id": self._project_id, "name": name, "description": description,
                "created_at": moment,
            },
        )  # fmt: skip
        found = self._connection.execute(
            "SELECT id FROM artifact_types WHERE project_id = ? AND name = ?",
            (self._project_id, name),
        ).fetchone()
        return int(found["id"])

    def load_outputs(self, versions: Mapping[str, int]) -> None:
        """Add that runs logged versions that others had logged before."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO artifact_outputs SELECT ?, id FROM artifacts"
            " WHERE id = ? AND run_id IS NOT ?",
            [
                (run_id, versions[version_id], run_id)
                for run_id, logged in self._logged.items()
                for version_id in logged
                if version_id in versions
            ],
        )

    def load_versions(self, runs: Ids, collections: Ids) -> dict[str, int]:
        """Add the versions, with names, links and lineage as far as both ends are there.

        Returns their row ids by their former ids.
        """
        ids: dict[str, int] = {}
        for version in self._files.lines("versions.jsonl", MirroredVersion):
            sequence_id = collections.get((*self._owner, version.collection))
            if sequence_id is None:
                continue
            artifact_id = self._load_version(version, sequence_id, runs)
            if artifact_id is None:
                continue  # deleted, and another has its number now
            ids[version.id] = artifact_id
            line = version.model_dump()
            self._add_member(
                sequence_id, artifact_id, version.index, version.aliases, line["created_at"]
            )
            add_tags(self._connection, "artifact_tags", artifact_id, self._owner[0], version.tags)
            for link in version.links:
                self._load_link(link, artifact_id, collections)
            for path in version.used_by:
                if (user := self._run(path, runs)) is not None:
                    self._connection.execute(
                        "INSERT OR IGNORE INTO artifact_uses VALUES (?, ?, NULL)",
                        (user, artifact_id),
                    )
        return ids

    def _run(self, path: str | None, runs: Ids) -> int | None:
        parts = (path or "").split("/")
        return runs.get((parts[0], parts[1], parts[2])) if len(parts) == 3 else None

    def _load_version(self, version: MirroredVersion, sequence_id: int, runs: Ids) -> int | None:
        """Add a version under its former id, by which references lead to it, if that is free."""
        manifest = self._files.manifest(version.manifest)
        contents: dict[str, dict[str, object]] = manifest["contents"]
        config: dict[str, object] = manifest.get("storagePolicyConfig") or {}
        line = version.model_dump()
        columns: dict[str, object] = {
            "sequence_id": sequence_id, "version_index": version.index, "state": "COMMITTED",
            "digest": version.digest,
            "digest_algorithm": XXH128 if any(map(is_xxh128, contents.values())) else MD5,
            "storage_layout": config.get("storageLayout") or "V1",
            "storage_region": config.get("storageRegion"),
            "description": version.description, "metadata": version.metadata,
            "size": version.size, "file_count": version.file_count, "ttl": version.ttl_seconds,
            "ttl_inherited": version.ttl_is_inherited, "history_step": version.history_step,
            "commit_hash": version.commit_hash, "run_id": self._run(version.logged_by, runs),
            "manifest_blob": key_of_path(self._number, version.manifest),
            "manifest_md5": md5_of_path(version.manifest), "created_at": line["created_at"],
            "updated_at": line["updated_at"] or line["created_at"],
        }  # fmt: skip
        former = parse_node_id("Artifact", version.id)
        artifact_id = self._insert("artifacts", {"id": former, **columns}) if former else None
        artifact_id = artifact_id or self._insert("artifacts", columns)
        if artifact_id is not None:
            self._connection.executemany(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                self._entry_rows(artifact_id, contents),
            )
        return artifact_id

    def _entry_rows(
        self, artifact_id: int, contents: Mapping[str, Mapping[str, object]]
    ) -> Iterable[tuple[object, ...]]:
        for path, entry in contents.items():
            digest, ref = str(entry["digest"]), entry.get("ref")
            algorithm = "XXH128" if is_xxh128(entry) else "MD5"
            yield (
                artifact_id, path, digest, entry.get("size"), ref,
                json.dumps(entry.get("extra") or {}),
                None if ref else blob_key(self._number, algorithm, digest),
                digest if not ref and algorithm == "MD5" else "",
                parse_node_id("Artifact", str(entry.get("birthArtifactID"))) or artifact_id,
            )  # fmt: skip

    def _load_link(self, link: MirroredLink, artifact_id: int, collections: Ids) -> None:
        collection_id = collections.get((link.entity, link.project, link.collection))
        if collection_id is not None:
            moment = link.model_dump()["created_at"]
            self._add_member(collection_id, artifact_id, link.index, link.aliases, moment)

    def _add_member(
        self,
        collection_id: int,
        artifact_id: int,
        index: int,
        aliases: Iterable[str],
        moment: str,
    ) -> None:
        added = self._insert(
            "memberships",
            {
                "collection_id": collection_id, "artifact_id": artifact_id,
                "version_index": index, "created_at": moment,
            },
        )  # fmt: skip
        for alias in aliases if added is not None else ():
            taken = "SELECT 1 FROM aliases WHERE collection_id = ? AND alias = ?"
            # What is deleted comes last, and must not take a name from what is not.
            if not self._connection.execute(taken, (collection_id, alias)).fetchone():
                set_alias(self._connection, collection_id, artifact_id, alias)


def is_xxh128(entry: Mapping[str, object]) -> bool:
    """Return True if the digest of a file is XXH128."""
    return '"alg": "XXH128"' in json.dumps(entry.get("extra"))
