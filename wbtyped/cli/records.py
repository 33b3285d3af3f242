"""What JSON shows of each kind of object: the records that `ls` prints."""

from ..artifacts.lineage import Artifact, ArtifactCollection, File, Run
from ..projects.project import Project
from .listing import Record

PROJECT_FIELDS = ("name", "entity", "created_at")
MORE_PROJECT_FIELDS = ("description",)
CONTENT_FIELDS = ("name", "kind", "type", "state", "updated_at")
MORE_CONTENT_FIELDS = ("tags", "created_at")
"""What a table shows of runs and collections together."""
RUN_FIELDS = ("name", "display_name", "state", "user", "created_at")
MORE_RUN_FIELDS = ("group", "job_type", "tags", "updated_at")
COLLECTION_FIELDS = ("name", "type", "kind", "tags", "updated_at")
MORE_COLLECTION_FIELDS = ("created_at", "description")
VERSION_FIELDS = ("name", "size", "files", "aliases", "tags", "created_at")
MORE_VERSION_FIELDS = ("updated_at", "state", "digest", "description")
RUN_FILE_FIELDS = ("name", "size", "mimetype", "updated_at")
MORE_RUN_FILE_FIELDS = ("md5",)
VERSION_FILE_FIELDS = ("name", "size", "mimetype", "updated_at", "reference")
MORE_VERSION_FILE_FIELDS = ("digest",)


def project_record(project: Project) -> Record:
    """Return the record of a project."""
    return {
        "name": project.name,
        "entity": project.entity,
        "description": project.description,
        "created_at": project.created_at,
    }


def run_record(run: Run) -> Record:
    """Return the record of a run; its name is the id that paths contain."""
    return {
        "name": run.id,
        "kind": "run",
        "display_name": run.name,
        "state": run.state,
        "user": run.user.username if run.user else None,
        "group": run.group,
        "job_type": run.job_type,
        "tags": run.tags,
        "created_at": run.created_at,
        "updated_at": run.heartbeat_at or run.created_at,
    }


def collection_record(collection: ArtifactCollection) -> Record:
    """Return the record of a collection."""
    return {
        "type": collection.type,
        "name": collection.name,
        "kind": "sequence" if collection.is_sequence() else "portfolio",
        "tags": collection.tags,
        "description": collection.description,
        "created_at": collection.created_at,
        "updated_at": collection.updated_at,
    }


def version_record(artifact: Artifact) -> Record:
    """Return the record of a version."""
    return {
        "name": artifact.name,
        "aliases": artifact.aliases,
        "tags": artifact.tags,
        "size": artifact.size,
        "files": artifact.file_count,
        "state": artifact.state,
        "digest": artifact.digest,
        "description": artifact.description,
        "created_at": artifact.created_at,
        "updated_at": artifact.updated_at,
    }


def run_file_record(file: File) -> Record:
    """Return the record of a file of a run."""
    return {
        "name": file.name,
        "size": file.size,
        "md5": file.md5,
        "mimetype": file.mimetype,
        "updated_at": file.updated_at,
    }


def version_file_record(file: File) -> Record:
    """Return the record of a file of a version; a reference includes its target."""
    return {
        "name": file.name,
        "size": file.size,
        "digest": file.digest,
        "reference": file.direct_url if file.direct_url == file.url else None,
        "mimetype": file.mimetype,
        "updated_at": file.updated_at,
    }
