-- Who did it and to what, as columns. The database computes them from the prose that the chain covers, so they cannot say
-- anything else. An environment, a group and an app are named, not numbered.
-- `actor_token` is the token that it was done with: directly, through a session that the token opened, or by a task that the
-- token made.
ALTER TABLE audit
    ADD COLUMN actor_kind TEXT GENERATED ALWAYS AS (split_part(actor, ':', 1)) STORED,
    ADD COLUMN actor_id BIGINT GENERATED ALWAYS AS (CAST(substring(actor FROM '^user:([0-9]{1,18})') AS BIGINT)) STORED,
    ADD COLUMN actor_token BIGINT GENERATED ALWAYS AS (
        CAST(substring(actor FROM ' (?:by|of) token:([0-9]{1,18})$') AS BIGINT)) STORED,
    ADD COLUMN subject_kind TEXT GENERATED ALWAYS AS (split_part(subject, ':', 1)) STORED,
    ADD COLUMN subject_id BIGINT GENERATED ALWAYS AS (
        CAST(substring(subject FROM '^(?:account|task|token|upload|user):([0-9]{1,18})(?: |$)') AS BIGINT)) STORED;

CREATE INDEX audit_actor_token ON audit (account_id, actor_token, id) WHERE actor_token IS NOT NULL;
CREATE INDEX audit_subject ON audit (account_id, subject_kind, subject_id, id) WHERE subject_id IS NOT NULL;
