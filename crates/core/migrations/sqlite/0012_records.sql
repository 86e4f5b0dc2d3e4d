-- `INSERT OR REPLACE` removes an entry without asking the trigger that keeps entries from being removed. One that asks before
-- anything is inserted is asked by every form of it.
CREATE TRIGGER audit_entries_are_new BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit entries cannot be changed: there is one with this number'); END;

-- Who made a token's present secret, or answered for it when the owner before left; kept as a number without a reference, so
-- that a secret of somebody who is gone is nobody's. Of earlier tokens the audit log knows it.
-- The same of a task that a token made: whose secret it was.
ALTER TABLE tokens ADD COLUMN secret_by INTEGER;
ALTER TABLE tasks ADD COLUMN secret_by INTEGER;

UPDATE tokens SET secret_by = coalesce(
    (SELECT CAST(substr(a.actor, 6, instr(a.actor || ' ', ' ') - 6) AS INTEGER) FROM audit a JOIN (
        SELECT max(id) AS id, CAST(substr(subject, 7, instr(subject || ' ', ' ') - 7) AS INTEGER) AS token FROM audit
        WHERE action IN ('token.create', 'token.regenerate', 'token.transfer', 'token.keep') AND actor LIKE 'user:%'
        GROUP BY 2) last ON last.id = a.id
     WHERE last.token = tokens.id),
    owner_id);

-- Whoever made a token's secret has been its owner since then, with the rights of that member.
CREATE TEMPORARY TABLE new_owners AS
SELECT t.id AS token, t.owner_id AS former, t.secret_by AS owner FROM tokens t
JOIN memberships m ON m.account_id = t.account_id AND m.user_id = t.secret_by WHERE t.secret_by <> t.owner_id;
INSERT INTO notices (user_id, account_id, kind, title, body, created_at, mail_state)
SELECT n.former, t.account_id, 'token-owner', 'Access token “' || t.description || '” has another owner',
    'Its present value was made by ' || u.email || ', who is its owner from now on: it has that member''s rights.',
    CAST(strftime('%s', 'now') AS INTEGER) * 1000, 'none'
FROM new_owners n JOIN tokens t ON t.id = n.token JOIN users u ON u.id = n.owner;
DELETE FROM sessions WHERE token_id IN (SELECT token FROM new_owners);
UPDATE tokens SET owner_id = secret_by, version = version + 1 WHERE id IN (SELECT token FROM new_owners);
DROP TABLE new_owners;

UPDATE tasks SET secret_by = (SELECT t.secret_by FROM tokens t WHERE t.id = tasks.token_id) WHERE token_id IS NOT NULL;
