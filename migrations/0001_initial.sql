-- What:  members, limits, the ledger that explains every charge, requests with their jobs, moderators' changes.
-- Why:   a picture that was promised is painted or refunded, whatever happens to the process in between.
-- Times: epoch seconds. Days: YYYY-MM-DD in the guild's zone. Guild 0: everywhere outside of servers.

-- The only table that names a person. No foreign key points here, so that a person can go while the totals stay true.
CREATE TABLE subjects (
    subject INTEGER PRIMARY KEY,  -- random
    user_id INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE guilds (
    guild_id INTEGER PRIMARY KEY,
    zone TEXT NOT NULL,
    daily_limit INTEGER CHECK (daily_limit BETWEEN 0 AND 1000)  -- NULL: the bot's default
) STRICT;

-- A member's own standing limit, set by a moderator.
CREATE TABLE limits (
    guild_id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    amount INTEGER CHECK (amount BETWEEN 0 AND 1000),  -- NULL: no limit
    PRIMARY KEY (guild_id, subject)
) STRICT, WITHOUT ROWID;

-- The counter that guards the day's limit. Nothing resets at midnight: the day is part of the key.
CREATE TABLE daily_usage (
    guild_id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    day TEXT NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    PRIMARY KEY (guild_id, subject, day)
) STRICT, WITHOUT ROWID;

-- Extra pictures, spent when the day's limit is.
CREATE TABLE grants (
    id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 1000),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND amount),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX grants_by_expiry ON grants (guild_id, subject, expires_at);

-- Why the counters are what they are. The pool that an entry changes is its grant, or else its day.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    entry_key TEXT NOT NULL UNIQUE,  -- 'reserve:<job>', 'refund:<job>', 'grant:<interaction>', 'reset:<interaction>'
    kind TEXT NOT NULL CHECK (kind IN ('reserve', 'refund', 'grant', 'reset')),
    guild_id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    day TEXT NOT NULL,
    grant_id INTEGER REFERENCES grants (id),
    amount INTEGER NOT NULL,  -- what it adds to what the member may use
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_by_day ON ledger (guild_id, subject, day);

CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER ledger_is_never_shortened BEFORE DELETE ON ledger
BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

-- One interaction, one card.
CREATE TABLE requests (
    interaction_id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    token BLOB,  -- sealed; gone when the last job has ended
    card_channel_id INTEGER,
    card_message_id INTEGER,
    received_at INTEGER NOT NULL
) STRICT;

-- One photo, one picture, one charge.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,  -- '<interaction>-<position>'
    interaction_id INTEGER NOT NULL REFERENCES requests (interaction_id),
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 9),
    subject INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'delivered', 'failed', 'cancelled')),
    style TEXT NOT NULL,
    strength REAL NOT NULL,
    seed INTEGER NOT NULL,
    url BLOB,  -- sealed; gone when Discord's signature expires, or with the picture
    url_expires_at INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    started_at INTEGER,  -- NULL while queued, and for what was cancelled while queued
    ended_at INTEGER,
    result_channel_id INTEGER,
    result_message_id INTEGER,
    engine TEXT,
    seconds REAL,
    failure TEXT,
    deleted_at INTEGER,
    CHECK (id = interaction_id || '-' || position),
    CHECK ((ended_at IS NULL) = (state IN ('queued', 'running'))),
    CHECK ((result_message_id IS NOT NULL) = (state = 'delivered')),  -- delivered means that the message exists
    CHECK ((failure IS NOT NULL) = (state = 'failed'))
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_delivered ON jobs (subject, ended_at) WHERE state = 'delivered';
CREATE INDEX jobs_under_way ON jobs (subject, interaction_id) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX jobs_by_result ON jobs (result_message_id) WHERE result_message_id IS NOT NULL;
CREATE INDEX jobs_with_url ON jobs (url_expires_at) WHERE url IS NOT NULL;

-- What moderators changed: one interaction, one change.
CREATE TABLE moderation (
    interaction_id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    target INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('set', 'grant', 'reset')),
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX moderation_of_target ON moderation (guild_id, target, at);

-- What the bot remembers from run to run, such as a digest of the commands that Discord knows.
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
