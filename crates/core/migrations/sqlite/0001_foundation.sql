-- Times are milliseconds since 1970 (UTC). Flags are 0 or 1. E-mail addresses are stored in lower case, so that UNIQUE
-- means what people mean by it.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT    NOT NULL CONSTRAINT users_email_key UNIQUE CONSTRAINT users_email_lower CHECK (email = lower(email)),
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    enabled       INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL
);

CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE memberships (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT    NOT NULL CONSTRAINT memberships_role_known CHECK (role IN ('owner', 'manager', 'viewer')),
    created_at INTEGER NOT NULL,
    CONSTRAINT memberships_pkey PRIMARY KEY (account_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

-- A token is the lasting thing; its secret is one column that regenerating replaces. Only the SHA-256 of a secret is
-- ever stored: who reads the database cannot call the API.
-- The owner must be a member of the account, held by the composite key: a token can never outlive the membership that
-- gives it its rights.
CREATE TABLE tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id   INTEGER NOT NULL,
    owner_id     INTEGER NOT NULL,
    description  TEXT    NOT NULL CONSTRAINT tokens_description_filled CHECK (length(description) BETWEEN 1 AND 255),
    api_set      TEXT    NOT NULL,
    shared       INTEGER NOT NULL DEFAULT 0,
    expires_at   INTEGER,
    secret_hash  BLOB    NOT NULL CONSTRAINT tokens_secret_key UNIQUE,
    secret_at    INTEGER NOT NULL,
    last_used_at INTEGER,
    created_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT tokens_owner_is_member FOREIGN KEY (account_id, owner_id) REFERENCES memberships (account_id, user_id)
);
CREATE INDEX tokens_account ON tokens (account_id, id);

-- By name, not by number: a method that this server does not know (any more) opens nothing and survives until it does.
CREATE TABLE token_methods (
    token_id INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    method   TEXT    NOT NULL,
    CONSTRAINT token_methods_pkey PRIMARY KEY (token_id, method)
);

-- `previous_hash` answers for a few seconds after a session changed its id, so that a second tab is not signed out by a
-- step-up in the first one. A session opened by a token dies with it.
CREATE TABLE sessions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_id        INTEGER REFERENCES tokens (id) ON DELETE CASCADE,
    kind            TEXT    NOT NULL CONSTRAINT sessions_kind_known CHECK (kind IN ('browser', 'api')),
    secret_hash     BLOB    NOT NULL CONSTRAINT sessions_secret_key UNIQUE,
    previous_hash   BLOB,
    rotated_at      INTEGER,
    address         TEXT    NOT NULL,
    user_agent      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_previous ON sessions (previous_hash);

-- The audit log. `hash` is SHA-256 over the previous entry's hash and this entry's fields, so that no entry can be
-- changed, removed or slipped in without breaking the chain. Nothing refers to other tables: entries outlive what they
-- speak of.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    account_id INTEGER,
    actor      TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    details    TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    hash       BLOB    NOT NULL
);
CREATE INDEX audit_account ON audit (account_id, id);
CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries cannot be removed'); END;
CREATE TRIGGER audit_entries_hold BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries cannot be changed'); END;

-- One row: the end of the chain. It makes a cut-off tail visible and is the lock that orders writers.
CREATE TABLE audit_head (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    last_id INTEGER NOT NULL,
    hash    BLOB    NOT NULL
);
INSERT INTO audit_head (id, last_id, hash) VALUES (1, 0, zeroblob(32));
