-- Paths of nodes that people come back to.
CREATE TABLE favorites (
    node_id INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    path    TEXT    NOT NULL,
    is_dir  INTEGER NOT NULL DEFAULT 0,
    keyword TEXT,
    filter  TEXT,
    CONSTRAINT favorites_pkey PRIMARY KEY (node_id, path)
);

-- What clients keep with an environment: a value (JSON) under each name.
CREATE TABLE environment_properties (
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    value          TEXT    NOT NULL,
    CONSTRAINT environment_properties_pkey PRIMARY KEY (environment_id, name)
);

-- What is set of a layer, apart from its nodes: the name that people see, data and options of clients (JSON).
CREATE TABLE layers (
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    node_group     TEXT    NOT NULL,
    display_name   TEXT    NOT NULL DEFAULT '',
    data           TEXT    NOT NULL DEFAULT '{}',
    CONSTRAINT layers_pkey PRIMARY KEY (environment_id, node_group)
);

-- Groups of environments. The full name holds the way to it: parent/child.
CREATE TABLE environment_groups (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    data       TEXT    NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL,
    CONSTRAINT environment_groups_name_key UNIQUE (account_id, name)
);

CREATE TABLE environment_group_members (
    group_id       INTEGER NOT NULL REFERENCES environment_groups (id) ON DELETE CASCADE,
    environment_id INTEGER NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    CONSTRAINT environment_group_members_pkey PRIMARY KEY (group_id, environment_id)
);
CREATE INDEX environment_group_members_environment ON environment_group_members (environment_id);
