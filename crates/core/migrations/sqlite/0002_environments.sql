-- An environment is a group of nodes. `wanted` is what its owner last asked for and survives a crash; `status` is what
-- is known to be so (codes of the platform API). While Broken, `failure` says why, as JSON.
CREATE TABLE environments (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    creator_id   INTEGER NOT NULL,
    name         TEXT    NOT NULL CONSTRAINT environments_name_key UNIQUE,
    display_name TEXT    NOT NULL DEFAULT '',
    appid        TEXT    NOT NULL CONSTRAINT environments_appid_key UNIQUE,
    status       INTEGER NOT NULL,
    wanted       TEXT    NOT NULL CONSTRAINT environments_wanted_known CHECK (wanted IN ('running', 'stopped', 'sleeping', 'deleted')),
    settings     TEXT    NOT NULL DEFAULT '{}',
    failure      TEXT    NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL
);
CREATE INDEX environments_account ON environments (account_id, name);

-- A node keeps its port for as long as it exists, running or not: nobody else is given its address.
CREATE TABLE nodes (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    environment_id    INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    node_group        TEXT    NOT NULL,
    node_type         TEXT    NOT NULL,
    image             TEXT    NOT NULL,
    tag               TEXT    NOT NULL,
    is_master         INTEGER NOT NULL DEFAULT 0,
    fixed_cloudlets   INTEGER NOT NULL,
    flexible_cloudlets INTEGER NOT NULL,
    port              INTEGER NOT NULL CONSTRAINT nodes_port_key UNIQUE,
    spec              TEXT    NOT NULL DEFAULT '{}'
);
CREATE INDEX nodes_environment ON nodes (environment_id, id);

-- What was asked for and what became of it: the tasks panel, and tracking in the API.
CREATE TABLE actions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL,
    user_id     INTEGER,
    kind        TEXT    NOT NULL,
    environment TEXT,
    title       TEXT    NOT NULL,
    state       TEXT    NOT NULL CONSTRAINT actions_state_known CHECK (state IN ('running', 'done', 'failed')),
    error       TEXT,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER
);
CREATE INDEX actions_account ON actions (account_id, id);
