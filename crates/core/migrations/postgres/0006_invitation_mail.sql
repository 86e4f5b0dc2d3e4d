-- The outbox of invitations. The link that is mailed has a secret of its own, made when the mail is sent: only its hash is
-- kept, and no mail that waits holds anything that opens an account.
ALTER TABLE invitations ADD COLUMN mail_hash BYTEA;
ALTER TABLE invitations ADD COLUMN mail_state TEXT NOT NULL DEFAULT 'none' CONSTRAINT invitations_mail_state_known CHECK (mail_state IN ('none', 'waiting', 'sent', 'given-up'));
ALTER TABLE invitations ADD COLUMN mail_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN mail_next BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX invitations_mail_key ON invitations (mail_hash);
