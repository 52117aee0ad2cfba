-- What:  requests of several pictures that share one message, private answers, the language of a card, mentions.
-- Why:   one interaction is one card and one message, however many pictures it is about; what is shown to one person
--        alone is found by nobody else.
-- Times: epoch seconds.

ALTER TABLE requests ADD COLUMN private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1));  -- shown to its member alone
ALTER TABLE requests ADD COLUMN language TEXT NOT NULL DEFAULT 'en';  -- what its card is written in
UPDATE requests SET language = guilds.language FROM guilds
WHERE guilds.guild_id = requests.guild_id AND requests.guild_id <> 0;
ALTER TABLE requests ADD COLUMN mention INTEGER NOT NULL DEFAULT 0 CHECK (mention IN (0, 1));  -- wanted when it is done
ALTER TABLE jobs ADD COLUMN origin TEXT NOT NULL DEFAULT 'upload'  -- where its photo came from
    CHECK (origin IN ('upload', 'message', 'avatar', 'result', 'machine'));
UPDATE jobs SET origin = 'message' WHERE owner IS NOT NULL;
ALTER TABLE jobs ADD COLUMN medium TEXT;  -- how the picture was made; NULL until delivered, and where nobody knows

-- The results of a request share a message.
DROP INDEX jobs_by_result;
CREATE INDEX jobs_by_result ON jobs (result_message_id) WHERE result_message_id IS NOT NULL;

-- The style that somebody asked for last is the first one that they are offered.
DROP INDEX jobs_by_subject;
CREATE INDEX jobs_by_subject ON jobs (subject, created_at);
