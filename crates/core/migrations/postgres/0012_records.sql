-- Entries can be neither replaced nor emptied away, also while replication's role switches other triggers off.
CREATE FUNCTION audit_entries_are_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'audit entries cannot be changed: there is one with this number';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_entries_are_new BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_entries_are_new();
CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay();
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_entries_are_new;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_entries_stay;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_stays;

-- Who made a token's present secret, or answered for it when the owner before left; kept as a number without a reference, so
-- that a secret of somebody who is gone is nobody's. Of earlier tokens the audit log knows it.
-- The same of a task that a token made: whose secret it was.
ALTER TABLE tokens ADD COLUMN secret_by BIGINT;
ALTER TABLE tasks ADD COLUMN secret_by BIGINT;

UPDATE tokens SET secret_by = coalesce(
    (SELECT CAST(substring(a.actor FROM '^user:([0-9]+)') AS BIGINT) FROM audit a JOIN (
        SELECT max(id) AS id, CAST(substring(subject FROM '^token:([0-9]+)') AS BIGINT) AS token FROM audit
        WHERE action IN ('token.create', 'token.regenerate', 'token.transfer', 'token.keep') AND actor LIKE 'user:%'
        GROUP BY 2) last ON last.id = a.id
     WHERE last.token = tokens.id),
    owner_id);

-- Whoever made a token's secret has been its owner since then, with the rights of that member.
CREATE TEMPORARY TABLE new_owners ON COMMIT DROP AS
SELECT t.id AS token, t.owner_id AS former, t.secret_by AS owner FROM tokens t
JOIN memberships m ON m.account_id = t.account_id AND m.user_id = t.secret_by WHERE t.secret_by <> t.owner_id;
INSERT INTO notices (user_id, account_id, kind, title, body, created_at, mail_state)
SELECT n.former, t.account_id, 'token-owner', 'Access token “' || t.description || '” has another owner',
    'Its present value was made by ' || u.email || ', who is its owner from now on: it has that member''s rights.',
    CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT), 'none'
FROM new_owners n JOIN tokens t ON t.id = n.token JOIN users u ON u.id = n.owner;
DELETE FROM sessions WHERE token_id IN (SELECT token FROM new_owners);
UPDATE tokens SET owner_id = secret_by, version = version + 1 WHERE id IN (SELECT token FROM new_owners);

UPDATE tasks SET secret_by = (SELECT t.secret_by FROM tokens t WHERE t.id = tasks.token_id) WHERE token_id IS NOT NULL;
