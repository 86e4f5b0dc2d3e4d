-- How an account signs in to registries of images, one way for each; the password is needed as it is at every pull, and is
-- never read out again.
CREATE TABLE registry_logins (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    registry   TEXT NOT NULL,
    user_name  TEXT NOT NULL,
    password   TEXT NOT NULL,
    PRIMARY KEY (account_id, registry)
);
