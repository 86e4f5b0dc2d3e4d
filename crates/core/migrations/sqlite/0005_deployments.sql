-- Files that were sent to the server. They lie in the data folder under their key, which is also the last part of the
-- address that clients are given. Without `registered_at` it is one that goes after a day.
CREATE TABLE uploads (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL,
    file_key      TEXT NOT NULL CONSTRAINT uploads_key_key UNIQUE,
    name          TEXT NOT NULL,
    comment       TEXT NOT NULL DEFAULT '',
    size          INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    registered_at INTEGER
);
CREATE INDEX uploads_account ON uploads (account_id, id);

-- What is deployed in which context of which layer. `hooks` is JSON.
CREATE TABLE deployments (
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    node_group     TEXT NOT NULL,
    context        TEXT NOT NULL,
    archive        TEXT NOT NULL,
    size           INTEGER NOT NULL,
    hooks          TEXT NOT NULL DEFAULT '{}',
    user_id        INTEGER NOT NULL,
    deployed_at    INTEGER NOT NULL,
    CONSTRAINT deployments_pkey PRIMARY KEY (environment_id, node_group, context)
);
