-- The servers on this database. Times are milliseconds of the database's own clock, which all of them share. `address` is
-- where the others reach a server; empty when they cannot.
CREATE TABLE servers (
    id           TEXT    NOT NULL PRIMARY KEY,
    address      TEXT   NOT NULL,
    started_at   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL
);

-- One row: the key with which servers sign what they pass on to each other, and which of them does the work that is done
-- once for all, until when.
CREATE TABLE cluster (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    secret       BLOB   NOT NULL,
    worker       TEXT,
    worker_until INTEGER NOT NULL DEFAULT 0
);

-- Nodes are processes of one machine: their environment belongs to the server there.
ALTER TABLE environments ADD COLUMN server TEXT REFERENCES servers (id);
CREATE INDEX environments_server ON environments (server);
-- Which server carries an action out.
ALTER TABLE actions ADD COLUMN server TEXT;
