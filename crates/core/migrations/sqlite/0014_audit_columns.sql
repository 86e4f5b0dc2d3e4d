-- Who did it and to what, as columns. The database computes them from the prose that the chain covers, so they cannot say
-- anything else. An environment, a group and an app are named, not numbered.
ALTER TABLE audit ADD COLUMN actor_kind TEXT GENERATED ALWAYS AS (substr(actor, 1, instr(actor || ':', ':') - 1)) VIRTUAL;
ALTER TABLE audit ADD COLUMN actor_id INTEGER GENERATED ALWAYS AS (
    CASE WHEN actor GLOB 'user:[0-9]*' THEN CAST(substr(actor, 6) AS INTEGER) END) VIRTUAL;
-- The token that it was done with: directly, through a session that the token opened, or by a task that the token made.
ALTER TABLE audit ADD COLUMN actor_token INTEGER GENERATED ALWAYS AS (
    CASE WHEN actor LIKE '% by token:%' THEN CAST(substr(actor, instr(actor, ' by token:') + 10) AS INTEGER)
         WHEN actor LIKE '% of token:%' THEN CAST(substr(actor, instr(actor, ' of token:') + 10) AS INTEGER) END) VIRTUAL;
ALTER TABLE audit ADD COLUMN subject_kind TEXT GENERATED ALWAYS AS (substr(subject, 1, instr(subject || ':', ':') - 1)) VIRTUAL;
ALTER TABLE audit ADD COLUMN subject_id INTEGER GENERATED ALWAYS AS (
    CASE WHEN substr(subject, 1, instr(subject || ':', ':') - 1) IN ('account', 'task', 'token', 'upload', 'user')
          AND subject GLOB '*:[0-9]*'
          AND substr(subject, instr(subject, ':') + 1, instr(subject || ' ', ' ') - instr(subject, ':') - 1) NOT GLOB '*[^0-9]*'
         THEN CAST(substr(subject, instr(subject, ':') + 1) AS INTEGER) END) VIRTUAL;

CREATE INDEX audit_actor_token ON audit (account_id, actor_token, id) WHERE actor_token IS NOT NULL;
CREATE INDEX audit_subject ON audit (account_id, subject_kind, subject_id, id) WHERE subject_id IS NOT NULL;
