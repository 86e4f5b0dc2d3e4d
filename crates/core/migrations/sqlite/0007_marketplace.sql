-- What was installed from manifests: an environment of its own, or an add-on of one; gone when its environment is. The
-- manifest is kept whole, so that its actions can be carried out later, with the settings and globals (JSON) that it had.
CREATE TABLE installations (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id     INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id        INTEGER NOT NULL,
    unique_name    TEXT    NOT NULL CONSTRAINT installations_unique_name_key UNIQUE,
    app_id         TEXT    NOT NULL DEFAULT '',
    environment_id INTEGER REFERENCES environments (id) ON DELETE CASCADE,
    node_group     TEXT    NOT NULL DEFAULT '',
    manifest       TEXT    NOT NULL,
    settings       TEXT    NOT NULL DEFAULT '{}',
    globals        TEXT    NOT NULL DEFAULT '{}',
    created_at     INTEGER NOT NULL
);
CREATE INDEX installations_account ON installations (account_id, id);
CREATE INDEX installations_environment ON installations (environment_id);

-- Manifests that an account keeps for itself, beside those that the server brings.
CREATE TABLE marketplace_apps (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    manifest   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE INDEX marketplace_apps_account ON marketplace_apps (account_id, id);

-- Apps that a person comes back to; a number for one of the account's own, a name for one that the server brings.
CREATE TABLE marketplace_favorites (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL,
    app_id     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT marketplace_favorites_pkey PRIMARY KEY (account_id, user_id, app_id)
);

-- What manifests and clients wrote, the last lines of each account.
CREATE TABLE marketplace_console (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    line       TEXT    NOT NULL
);
CREATE INDEX marketplace_console_account ON marketplace_console (account_id, id);
