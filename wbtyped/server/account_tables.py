"""Tables of users, teams, and who made what."""

ACCOUNT_TABLES = """
CREATE TABLE IF NOT EXISTS users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  kind TEXT NOT NULL,
  admin INTEGER NOT NULL,
  default_entity TEXT,
  photo_url TEXT,
  created_at TEXT NOT NULL
);
-- Keys besides those that are derived from the secret of the folder.
CREATE TABLE IF NOT EXISTS user_keys (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash TEXT NOT NULL UNIQUE,
  shown TEXT NOT NULL,
  description TEXT
);
-- Teams that were created; entities that only occur in paths are teams of the main user.
CREATE TABLE IF NOT EXISTS teams (entity TEXT PRIMARY KEY);
-- Access that new projects of a team get.
CREATE TABLE IF NOT EXISTS team_access (entity TEXT PRIMARY KEY, access TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS team_members (
  entity TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (entity, user_id)
);
CREATE TABLE IF NOT EXISTS project_users (
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (project_id, user_id)
);
CREATE TABLE IF NOT EXISTS project_teams (
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  entity TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (project_id, entity)
);
-- Runs, versions and projects that another than the main user made.
CREATE TABLE IF NOT EXISTS run_creators (
  id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS version_creators (
  id INTEGER PRIMARY KEY REFERENCES artifacts (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS project_creators (
  id INTEGER PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS alerts (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  severity TEXT NOT NULL,
  created_at TEXT NOT NULL
);
"""
