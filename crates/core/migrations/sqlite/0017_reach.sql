-- The environment that an action is about, and the one that it was made from (the source of a copy), by number: a name is given
-- anew. A token that is limited to environments sees the actions of those only. 0 is a source that nobody knows any more.
ALTER TABLE actions ADD COLUMN environment_id INTEGER;
ALTER TABLE actions ADD COLUMN source_id INTEGER;
UPDATE actions SET environment_id = (SELECT e.id FROM environments e WHERE e.account_id = actions.account_id
    AND e.name = actions.environment AND e.created_at <= actions.started_at);
UPDATE actions SET source_id = 0 WHERE kind = 'environment.clone';

-- The token that sent an upload, when one did: a token that is limited to environments finds its own uploads only.
ALTER TABLE uploads ADD COLUMN token_id INTEGER;
