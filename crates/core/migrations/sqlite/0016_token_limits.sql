-- What a token is limited to besides its methods; all of it is absent by default. `reach` says whether it opens all environments,
-- also those to come, or those of `token_environments`, which may be none. `networks` are separated by blanks.
ALTER TABLE tokens ADD COLUMN reach TEXT NOT NULL DEFAULT 'all' CONSTRAINT tokens_reach_known CHECK (reach IN ('all', 'chosen'));
ALTER TABLE tokens ADD COLUMN may_create INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN networks TEXT;
ALTER TABLE tokens ADD COLUMN rate_limit INTEGER;
ALTER TABLE tokens ADD COLUMN allow_in_url INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tokens ADD COLUMN freeze_on_reuse INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN frozen_at INTEGER;
-- Whether it ever had more than one secret: from then on the use of each is recorded apart.
ALTER TABLE tokens ADD COLUMN rotated INTEGER NOT NULL DEFAULT 0;

CREATE TABLE token_environments (
    token_id       INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    CONSTRAINT token_environments_pkey PRIMARY KEY (token_id, environment_id)
);
CREATE INDEX token_environments_environment ON token_environments (environment_id);

-- Every secret that was handed out, by its hash. The hash of one that opens nothing any more is kept for a while, so that its use
-- is noticed; it outlives its token, whose facts are copied then. `tokens.secret_hash` is the hash of the newest one.
CREATE TABLE token_secrets (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_id     INTEGER REFERENCES tokens (id) ON DELETE SET NULL,
    hash         BLOB    NOT NULL CONSTRAINT token_secrets_hash_key UNIQUE,
    algorithm    TEXT    NOT NULL DEFAULT 'sha-256',
    state        TEXT    NOT NULL CONSTRAINT token_secrets_state_known CHECK (state IN ('current', 'overlapping', 'retired', 'published')),
    made_at      INTEGER NOT NULL,
    made_by      INTEGER,
    replaced_at  INTEGER,
    retires_at   INTEGER,
    ended_at     INTEGER,
    last_used_at INTEGER,
    last_address TEXT,
    account_id   INTEGER,
    owner_id     INTEGER,
    description  TEXT
);
CREATE INDEX token_secrets_token ON token_secrets (token_id, id);
CREATE INDEX token_secrets_ended ON token_secrets (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX token_secrets_one_current ON token_secrets (token_id) WHERE state = 'current';
CREATE UNIQUE INDEX token_secrets_one_overlapping ON token_secrets (token_id) WHERE state = 'overlapping';

INSERT INTO token_secrets (token_id, hash, state, made_at, made_by)
SELECT id, secret_hash, 'current', secret_at, secret_by FROM tokens;

-- Which secret opened a session: it ends with it.
ALTER TABLE sessions ADD COLUMN token_secret_id INTEGER REFERENCES token_secrets (id) ON DELETE CASCADE;
UPDATE sessions SET token_secret_id = (SELECT s.id FROM token_secrets s WHERE s.token_id = sessions.token_id)
WHERE token_id IS NOT NULL;

-- Uses of secrets that open nothing any more, by network and day.
CREATE TABLE secret_reuses (
    secret_id INTEGER NOT NULL REFERENCES token_secrets (id) ON DELETE CASCADE,
    network   TEXT    NOT NULL,
    day       INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    calls     INTEGER NOT NULL,
    CONSTRAINT secret_reuses_pkey PRIMARY KEY (secret_id, network, day)
);

-- Calls that servers took out of a token's rate limit, to spend them without asking each other. `last_at` is the moment of the last
-- of them, or the last moment at which it may be.
CREATE TABLE token_rate_grants (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    token_id INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    calls    INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
);
CREATE INDEX token_rate_grants_token ON token_rate_grants (token_id, last_at);
