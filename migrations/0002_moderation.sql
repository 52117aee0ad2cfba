-- What:  servers' settings, role limits, caps, blocks, reports, consent, an audit of everything moderators do, and
--        what erasing a person leaves behind.
-- Why:   moderators keep order without a shell, members can trust the bot with a face, operators can look and steer.
-- Times: epoch seconds. Lists: JSON arrays. Subjects name nobody: the table `subjects` does, until it is erased.

-- A row is what a server has set; what is NULL or at its default is as the bot would have it.
ALTER TABLE guilds ADD COLUMN channels TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(channels));  -- empty: all
ALTER TABLE guilds ADD COLUMN roles TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(roles));  -- empty: all
ALTER TABLE guilds ADD COLUMN moderator_roles TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(moderator_roles));
ALTER TABLE guilds ADD COLUMN new_member_hours INTEGER NOT NULL DEFAULT 0 CHECK (new_member_hours BETWEEN 0 AND 8760);
ALTER TABLE guilds ADD COLUMN threads INTEGER NOT NULL DEFAULT 1 CHECK (threads IN (0, 1));
ALTER TABLE guilds ADD COLUMN default_style TEXT;
ALTER TABLE guilds ADD COLUMN styles_off TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(styles_off));
ALTER TABLE guilds ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE guilds ADD COLUMN consent TEXT NOT NULL DEFAULT 'self' CHECK (consent IN ('self', 'opted_in', 'anyone'));
ALTER TABLE guilds ADD COLUMN upload_statement INTEGER NOT NULL DEFAULT 0 CHECK (upload_statement IN (0, 1));
ALTER TABLE guilds ADD COLUMN safety TEXT CHECK (safety IN ('off', 'block', 'spoiler', 'age_restricted'));
ALTER TABLE guilds ADD COLUMN unchecked_known INTEGER NOT NULL DEFAULT 0 CHECK (unchecked_known IN (0, 1));
ALTER TABLE guilds ADD COLUMN log_channel INTEGER;
ALTER TABLE guilds ADD COLUMN retention_hours INTEGER NOT NULL DEFAULT 24 CHECK (retention_hours BETWEEN 0 AND 24);
ALTER TABLE guilds ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
ALTER TABLE guilds ADD COLUMN left_at INTEGER;  -- when the bot left; NULL while it is there

-- A role's daily limit. The best of a member's roles counts, and replaces the server's.
CREATE TABLE role_limits (
    guild_id INTEGER NOT NULL,
    role_id INTEGER NOT NULL,
    amount INTEGER CHECK (amount BETWEEN 0 AND 1000),  -- NULL: no limit
    PRIMARY KEY (guild_id, role_id)
) STRICT, WITHOUT ROWID;

-- The operator's caps: pictures a UTC day in one server, or of one member over all servers. Target 0: every one that
-- has no row of its own; it is no server's id, and no subject's.
CREATE TABLE caps (
    scope TEXT NOT NULL CHECK (scope IN ('server', 'member')),
    target INTEGER NOT NULL,  -- a guild, or a subject
    amount INTEGER NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (scope, target)
) STRICT, WITHOUT ROWID;

-- The counters that guard the caps. They count whether a cap is set or not, so that a new one holds at once.
CREATE TABLE cap_usage (
    scope TEXT NOT NULL CHECK (scope IN ('server', 'member')),
    target INTEGER NOT NULL,
    day TEXT NOT NULL,  -- in UTC
    used INTEGER NOT NULL CHECK (used >= 0),
    PRIMARY KEY (scope, target, day)
) STRICT, WITHOUT ROWID;

-- Whom the operator serves nowhere.
CREATE TABLE denied (
    scope TEXT NOT NULL CHECK (scope IN ('server', 'member')),
    target INTEGER NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (scope, target)
) STRICT, WITHOUT ROWID;

-- Whom a server's moderators don't want to be served in it.
CREATE TABLE blocks (
    guild_id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    reason TEXT,
    expires_at INTEGER,  -- NULL: until it is lifted
    at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, subject)
) STRICT, WITHOUT ROWID;

-- What a member has said for themselves, for all servers.
CREATE TABLE members (
    subject INTEGER PRIMARY KEY,
    told_at INTEGER,  -- when they were told that uploads must be theirs
    stated_at INTEGER,  -- when they pressed that they are
    pictures_of_me TEXT CHECK (pictures_of_me IN ('nobody', 'anyone'))  -- NULL: as the server has it
) STRICT;

-- The ledger again, with two more kinds: what somebody who was erased has used already, when they come back, and each
-- running picture that they had called off.
CREATE TABLE ledger_2 (
    id INTEGER PRIMARY KEY,
    -- As before, and 'carry:<subject>/<guild>/<day>', with 'cap' for no guild's day, and
    -- 'cancel:<subject>/<guild>/<day>/<number>'.
    entry_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('reserve', 'refund', 'grant', 'reset', 'carry', 'cancel')),
    guild_id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    day TEXT NOT NULL,
    grant_id INTEGER REFERENCES grants (id),
    amount INTEGER NOT NULL,  -- what it adds to what the member may use
    at INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_2 SELECT * FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_2 RENAME TO ledger;
CREATE INDEX ledger_by_day ON ledger (guild_id, subject, day);
CREATE INDEX ledger_by_grant ON ledger (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX ledger_by_subject ON ledger (subject);  -- what is kept of somebody, and whether anything still is

-- What was charged before the counters were there, so that they say what the ledger says.
INSERT INTO cap_usage
WITH kept AS (
    SELECT guild_id, subject, date(at, 'unixepoch') AS day FROM ledger AS paid
    WHERE kind = 'reserve' AND NOT EXISTS (
        SELECT 1 FROM ledger WHERE entry_key = 'refund:' || substr(paid.entry_key, length('reserve:') + 1)
    )
)
SELECT 'server', guild_id, day, count(*) FROM kept WHERE guild_id <> 0 GROUP BY guild_id, day
UNION ALL
SELECT 'member', subject, day, count(*) FROM kept GROUP BY subject, day;

-- A row is here only inside the one transaction that removes whole closed days.
CREATE TABLE maintenance (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1)
) STRICT;

CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER ledger_is_never_shortened BEFORE DELETE ON ledger
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

ALTER TABLE requests ADD COLUMN place_id INTEGER NOT NULL DEFAULT 0;  -- the server asked in, whoever installed us
UPDATE requests SET place_id = guild_id;  -- so that a block reaches what is queued
ALTER TABLE requests ADD COLUMN age_restricted INTEGER NOT NULL DEFAULT 0 CHECK (age_restricted IN (0, 1));
ALTER TABLE requests ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';  -- the member's, for what is left; emptied at the end
ALTER TABLE jobs ADD COLUMN owner INTEGER;  -- the subject whose picture it is; NULL: an upload, which has no known owner
ALTER TABLE jobs ADD COLUMN sha256 TEXT;  -- of the posted file, so that a report names it
ALTER TABLE jobs ADD COLUMN hidden_at INTEGER;  -- when somebody in the picture objected; NULL: it is shown
ALTER TABLE jobs ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1));  -- its message may differ
CREATE INDEX jobs_unsettled ON jobs (id) WHERE unsettled;
CREATE INDEX requests_by_guild ON requests (guild_id, received_at);
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX jobs_by_subject ON jobs (subject);
CREATE INDEX jobs_by_owner ON jobs (owner) WHERE owner IS NOT NULL;
CREATE INDEX jobs_by_request ON jobs (interaction_id);  -- or each request that goes would look through all jobs

-- Somebody objects to a result; its moderators decide.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never the same twice: old buttons carry it
    job_id TEXT NOT NULL REFERENCES jobs (id),
    guild_id INTEGER NOT NULL,
    reporter INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('shows_me', 'harmful', 'rules', 'other')),
    words TEXT,
    at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'dismissed', 'deleted', 'blocked')),
    closed_at INTEGER,
    closed_by INTEGER,  -- a moderator's subject; NULL while it is open, and where no moderator closed it
    logged_at INTEGER,  -- when the log channel had it, or it was found that there is none
    UNIQUE (job_id, reporter),
    CHECK ((closed_at IS NULL) = (state = 'open'))
) STRICT;
CREATE INDEX reports_by_guild ON reports (guild_id, state, id);
CREATE INDEX reports_by_reporter ON reports (reporter, at);

-- Every action of a moderator or the operator, and every change of a quota or a setting.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    entry_key TEXT NOT NULL UNIQUE,  -- '<interaction>' or '<interaction>/<setting>'; 'command:<id>' for the operator's
    guild_id INTEGER NOT NULL,
    actor INTEGER,  -- a subject; NULL: the operator
    target INTEGER,  -- a subject; NULL: it is about the server, or what `object` names
    action TEXT NOT NULL,
    object TEXT,  -- a role, a setting, a job
    before TEXT,
    after TEXT,
    reason TEXT,
    at INTEGER NOT NULL,
    logged_at INTEGER  -- when the log channel had it, or it was found that there is none
) STRICT;
INSERT INTO audit (entry_key, guild_id, actor, target, action, before, after, reason, at, logged_at)
SELECT interaction_id, guild_id, actor, target, 'quota_' || action, before, after, reason, at, at FROM moderation
ORDER BY at, interaction_id;
DROP TABLE moderation;
CREATE INDEX audit_by_guild ON audit (guild_id, id);
CREATE INDEX audit_by_actor ON audit (actor) WHERE actor IS NOT NULL;
CREATE INDEX audit_by_target ON audit (target) WHERE target IS NOT NULL;
CREATE INDEX audit_unlogged ON audit (guild_id, id) WHERE logged_at IS NULL;
CREATE INDEX reports_unlogged ON reports (guild_id, id) WHERE logged_at IS NULL;

-- What must outlive an erasure, under a keyed hash of the user's id: erasing gives no quota back and lifts no block.
CREATE TABLE remnants (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN (
        'usage', 'cap_usage', 'cancels', 'reports', 'cap', 'limit', 'block', 'denied', 'pictures_of_me'
    )),
    guild_id INTEGER NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)),
    until INTEGER  -- NULL: until it is lifted
) STRICT;
CREATE INDEX remnants_by_hash ON remnants (hash);
CREATE INDEX remnants_by_lapse ON remnants (until) WHERE until IS NOT NULL;

-- Why requests were refused, for the server's chart: counts only.
CREATE TABLE refusals (
    guild_id INTEGER NOT NULL,
    day TEXT NOT NULL,  -- in UTC
    reason TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (guild_id, day, reason)
) STRICT, WITHOUT ROWID;

-- What the operator asks of the running bot from a shell, and its answers.
CREATE TABLE commands (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never the same twice: the audit knows a command by it
    name TEXT NOT NULL,
    arguments TEXT NOT NULL CHECK (json_valid(arguments)),
    at INTEGER NOT NULL,
    answered_at INTEGER,
    answer TEXT CHECK (answer IS NULL OR json_valid(answer))
) STRICT;
CREATE INDEX commands_unanswered ON commands (id) WHERE answered_at IS NULL;
