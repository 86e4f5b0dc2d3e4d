-- Second factors, invitations, notices.

-- A user's one-time codes (RFC 6238). The secret has to be readable to be used, so it is not hashed: who can read the
-- database can make codes, but still needs the password. `last_step` is the newest 30-second step whose code was taken:
-- no code opens anything twice. Not confirmed = enrolment begun, nothing protected yet.
CREATE TABLE totp (
    user_id    INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret     BLOB    NOT NULL,
    confirmed  INTEGER NOT NULL DEFAULT 0,
    last_step  INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
);

-- Codes for the day when the phone is gone; long and random, so a fast hash is enough. Used ones stay, marked.
CREATE TABLE recovery_codes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BLOB    NOT NULL,
    used_at   INTEGER,
    CONSTRAINT recovery_codes_key UNIQUE (user_id, code_hash)
);

CREATE TABLE passkeys (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    credential_id BLOB    NOT NULL CONSTRAINT passkeys_credential_key UNIQUE,
    credential    TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER
);
CREATE INDEX passkeys_user ON passkeys (user_id);

-- The server's half of a passkey ceremony, for the minutes that it takes; used once.
CREATE TABLE passkey_ceremonies (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL CONSTRAINT passkey_ceremonies_kind_known CHECK (kind IN ('register', 'prove')),
    state      TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);

-- Half signed in: the password was right, the second factor is still to come. Not a session, so that nothing that takes
-- a session can take it.
CREATE TABLE sign_in_challenges (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL CONSTRAINT sign_in_challenges_kind_known CHECK (kind IN ('browser', 'api')),
    secret_hash BLOB    NOT NULL CONSTRAINT sign_in_challenges_secret_key UNIQUE,
    created_at  INTEGER NOT NULL
);

-- When the session last proved a second factor.
ALTER TABLE sessions ADD COLUMN second_factor_at INTEGER;
-- 1 = asked at every change, however fresh the last proof is.
ALTER TABLE users ADD COLUMN second_factor_always INTEGER NOT NULL DEFAULT 0;

-- An invitation's link works once and until it expires; only its hash is kept.
CREATE TABLE invitations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email       TEXT    NOT NULL,
    role        TEXT    NOT NULL CONSTRAINT invitations_role_known CHECK (role IN ('owner', 'manager', 'viewer')),
    secret_hash BLOB    NOT NULL CONSTRAINT invitations_secret_key UNIQUE,
    invited_by  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    CONSTRAINT invitations_email_key UNIQUE (account_id, email)
);

-- What people are told: shown in the dashboard, and mailed where mail is set up. `mail_state` is the outbox.
CREATE TABLE notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id  INTEGER,
    kind        TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    read_at     INTEGER,
    mail_state  TEXT    NOT NULL CONSTRAINT notices_mail_state_known CHECK (mail_state IN ('none', 'waiting', 'sent', 'given-up')),
    mail_tries  INTEGER NOT NULL DEFAULT 0,
    mail_next   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX notices_user ON notices (user_id, id);
CREATE INDEX notices_outbox ON notices (mail_state, mail_next);

-- Devices that a user has signed in from before, so that a new one can be told.
CREATE TABLE known_devices (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash BLOB    NOT NULL,
    seen_at     INTEGER NOT NULL,
    CONSTRAINT known_devices_pkey PRIMARY KEY (user_id, device_hash)
);

-- Which notices of an end to come were given for which end.
CREATE TABLE expiry_notices (
    token_id   INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    days       INTEGER NOT NULL,
    CONSTRAINT expiry_notices_pkey PRIMARY KEY (token_id, expires_at, days)
);

-- Filters of the audit page.
CREATE INDEX audit_account_at ON audit (account_id, at);
