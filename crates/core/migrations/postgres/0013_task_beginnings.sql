-- How often the present run of a task was begun and has not ended: a run that ends the server would be begun for ever.
ALTER TABLE tasks ADD COLUMN beginnings BIGINT NOT NULL DEFAULT 0;
