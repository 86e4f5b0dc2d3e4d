-- Public SSH keys of users, each once and under a title of its own (`title_key` is the title in lower case).
CREATE TABLE ssh_keys (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title       TEXT NOT NULL,
    title_key   TEXT NOT NULL,
    public_key  TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT ssh_keys_title_key UNIQUE (user_id, title_key),
    CONSTRAINT ssh_keys_fingerprint_key UNIQUE (user_id, fingerprint)
);

-- Calls that the server makes by itself for somebody. Who made a task is kept as numbers without references: a task of a
-- member or token that is gone stays, is refused at its next run, and says so.
-- `lease_until` is set while a server runs it; `next_run_at` is empty when it does not run any more.
CREATE TABLE tasks (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id     INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id        INTEGER NOT NULL,
    token_id       INTEGER,
    environment_id INTEGER REFERENCES environments (id) ON DELETE CASCADE,
    schedule       TEXT NOT NULL,
    method         TEXT NOT NULL,
    params         TEXT NOT NULL DEFAULT '{}',
    description    TEXT NOT NULL DEFAULT '',
    created_at     INTEGER NOT NULL,
    next_run_at    INTEGER,
    lease_until    INTEGER,
    last_run_at    INTEGER,
    last_result    INTEGER,
    last_error     TEXT
);
CREATE INDEX tasks_account ON tasks (account_id, id);
CREATE INDEX tasks_due ON tasks (next_run_at);

-- Manifests of environments as they were when they were exported.
CREATE TABLE exports (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    user_id        INTEGER NOT NULL,
    manifest       TEXT NOT NULL,
    created_at     INTEGER NOT NULL
);
CREATE INDEX exports_environment ON exports (environment_id, id);
