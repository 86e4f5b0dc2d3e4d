-- The server in whose data folder an upload lies, and what its content hashes to; empty for uploads of former versions.
ALTER TABLE uploads ADD COLUMN server TEXT REFERENCES servers (id);
ALTER TABLE uploads ADD COLUMN sha256 TEXT;
-- The server that a task's next run was handed to, because what it acts on is there; empty after the run.
ALTER TABLE tasks ADD COLUMN server TEXT REFERENCES servers (id);
