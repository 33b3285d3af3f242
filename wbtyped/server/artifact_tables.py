"""Tables of artifacts."""

ARTIFACT_TABLES = """
CREATE TABLE IF NOT EXISTS artifact_types (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (project_id, name)
);
-- A sequence holds the versions of one artifact, a portfolio links to versions of others.
CREATE TABLE IF NOT EXISTS collections (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  type_id INTEGER NOT NULL REFERENCES artifact_types (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('SEQUENCE', 'PORTFOLIO')),
  name TEXT NOT NULL,
  description TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (project_id, name)
);
CREATE INDEX IF NOT EXISTS collections_by_type ON collections (type_id, id);
CREATE INDEX IF NOT EXISTS collections_in_order ON collections (project_id, id);
-- Ids that clients gave to versions besides the one that a version was created with.
CREATE TABLE IF NOT EXISTS client_ids (
  client_id TEXT PRIMARY KEY,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS tags (
  id INTEGER PRIMARY KEY,
  entity TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (entity, name)
);
CREATE TABLE IF NOT EXISTS collection_tags (
  collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tags (id),
  PRIMARY KEY (collection_id, tag_id)
);
CREATE TABLE IF NOT EXISTS artifacts (
  id INTEGER PRIMARY KEY,
  sequence_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  version_index INTEGER,
  state TEXT NOT NULL,
  digest TEXT NOT NULL,
  digest_algorithm TEXT NOT NULL,
  storage_layout TEXT NOT NULL,
  description TEXT,
  metadata TEXT,
  size INTEGER NOT NULL DEFAULT 0,
  file_count INTEGER NOT NULL DEFAULT 0,
  ttl INTEGER NOT NULL DEFAULT -2,
  ttl_inherited INTEGER NOT NULL DEFAULT 1,
  history_step INTEGER,
  commit_hash TEXT,
  run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
  storage_region TEXT,
  client_id TEXT UNIQUE,
  distributed_id TEXT,
  manifest_blob TEXT,
  manifest_md5 TEXT,
  manifest_size INTEGER,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (sequence_id, version_index),
  UNIQUE (sequence_id, distributed_id)
);
CREATE INDEX IF NOT EXISTS artifacts_by_digest ON artifacts (sequence_id, digest);
CREATE INDEX IF NOT EXISTS artifacts_by_run ON artifacts (run_id, id);
CREATE INDEX IF NOT EXISTS artifacts_by_commit ON artifacts (commit_hash);
CREATE INDEX IF NOT EXISTS artifacts_by_manifest ON artifacts (manifest_blob);
-- A version is a member of its own sequence, and of every portfolio that it is linked into.
CREATE TABLE IF NOT EXISTS memberships (
  id INTEGER PRIMARY KEY,
  collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  version_index INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (collection_id, version_index),
  UNIQUE (collection_id, artifact_id)
);
CREATE INDEX IF NOT EXISTS memberships_by_artifact ON memberships (artifact_id);
CREATE INDEX IF NOT EXISTS memberships_in_order ON memberships (collection_id, id);
CREATE TABLE IF NOT EXISTS aliases (
  id INTEGER PRIMARY KEY,
  membership_id INTEGER NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
  collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  UNIQUE (collection_id, alias)
);
CREATE INDEX IF NOT EXISTS aliases_by_membership ON aliases (membership_id);
CREATE INDEX IF NOT EXISTS aliases_in_order ON aliases (collection_id, id);
CREATE TABLE IF NOT EXISTS artifact_tags (
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tags (id),
  PRIMARY KEY (artifact_id, tag_id)
);
-- Files of versions; a reference has a URI and no blob.
CREATE TABLE IF NOT EXISTS entries (
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER,
  ref TEXT,
  extra TEXT NOT NULL DEFAULT '{}',
  blob TEXT,
  md5 TEXT,
  birth_id INTEGER,
  PRIMARY KEY (artifact_id, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_blob ON entries (blob);
CREATE INDEX IF NOT EXISTS entries_by_digest ON entries (digest);
CREATE INDEX IF NOT EXISTS entries_by_md5 ON entries (md5);
-- What an uncommitted version gets when it is committed.
CREATE TABLE IF NOT EXISTS drafts (
  artifact_id INTEGER PRIMARY KEY REFERENCES artifacts (id) ON DELETE CASCADE,
  aliases TEXT NOT NULL DEFAULT '[]',
  tags TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS draft_manifests (
  id INTEGER PRIMARY KEY,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  run_name TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  base_id INTEGER,
  digest TEXT NOT NULL DEFAULT '',
  blob TEXT,
  md5 TEXT,
  UNIQUE (artifact_id, name, run_name)
);
CREATE INDEX IF NOT EXISTS draft_manifests_by_blob ON draft_manifests (blob);
CREATE TABLE IF NOT EXISTS draft_files (
  id INTEGER PRIMARY KEY,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  expected_md5 TEXT NOT NULL,
  birth_id INTEGER NOT NULL,
  blob TEXT,
  md5 TEXT,
  UNIQUE (artifact_id, path)
);
CREATE INDEX IF NOT EXISTS draft_files_by_digest ON draft_files (artifact_id, digest);
CREATE INDEX IF NOT EXISTS draft_files_by_blob ON draft_files (blob);
-- Parts of large files, until they are joined.
CREATE TABLE IF NOT EXISTS draft_parts (
  file_id INTEGER NOT NULL REFERENCES draft_files (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  expected_md5 TEXT NOT NULL,
  blob TEXT,
  md5 TEXT,
  PRIMARY KEY (file_id, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS draft_parts_by_blob ON draft_parts (blob);
-- Runs that logged an existing version, besides its creator.
CREATE TABLE IF NOT EXISTS artifact_outputs (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  PRIMARY KEY (run_id, artifact_id)
);
CREATE INDEX IF NOT EXISTS outputs_by_artifact ON artifact_outputs (artifact_id);
CREATE TABLE IF NOT EXISTS artifact_uses (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  used_as TEXT,
  PRIMARY KEY (run_id, artifact_id)
);
DROP INDEX IF EXISTS uses_by_artifact;
CREATE INDEX IF NOT EXISTS users_in_order ON artifact_uses (artifact_id, run_id);
-- Made anew, since a folder of an earlier version has a view of fewer tables.
DROP VIEW IF EXISTS named_blobs;
CREATE VIEW named_blobs AS
  SELECT blob, md5 FROM files
  UNION ALL SELECT blob, md5 FROM history_exports
  UNION ALL SELECT blob, md5 FROM entries
  UNION ALL SELECT manifest_blob, manifest_md5 FROM artifacts
  UNION ALL SELECT blob, md5 FROM draft_manifests
  UNION ALL SELECT blob, md5 FROM draft_files
  UNION ALL SELECT blob, md5 FROM draft_parts;
"""
