-- From where a token was last used, and how often it opened each method.
ALTER TABLE tokens ADD COLUMN last_address TEXT;
ALTER TABLE tokens ADD COLUMN last_agent TEXT;
CREATE TABLE token_usage (
    token_id BIGINT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    method   TEXT   NOT NULL,
    calls    BIGINT NOT NULL,
    CONSTRAINT token_usage_pkey PRIMARY KEY (token_id, method)
);
