"""What the tables are, as an ordered list of migrations.

A migration is written once for both databases: `{serial}` is an integer key that the database
counts up, `{name}` is text that is compared by its characters and not by a language's rules,
`{packed}` holds ids as `Transaction.pack` makes them and `{pack}(id)` makes one, `{clustered}`
keeps a table sorted by its primary key where the database can. Never change a migration that has
been released; add one at the end.
"""

from __future__ import annotations

from typing import Final

FIRST = """
create table program (key {serial}, id {name} not null unique);
create table ambassador (
    key {serial}, id {name} not null unique,
    program {name}, first_name text, last_name text, email text,
    created_at bigint);
create table poster (
    key {serial}, id {name} not null unique,
    program {name}, ambassador {name}, location text, created_at bigint);
create table agent (
    key {serial}, agent text not null, device text not null, unique (agent, device));
create table impression (
    at bigint not null, id {name} not null,
    poster integer not null, program integer not null, ambassador integer not null,
    agent integer not null, scanner bigint,
    primary key (at, id)) {clustered};
create unique index impression_id on impression (id);
create table tally (
    hour bigint not null, poster integer not null, program integer not null,
    ambassador integer not null, scans bigint not null,
    primary key (hour, poster, program, ambassador)) {clustered};
create index tally_of_poster on tally (poster, hour);
create table scanner_key (month {name} primary key, secret text not null);
create table cursor (feed {name} primary key, sweep text not null, finished_at bigint);
create table quarantine (
    key {serial}, feed {name} not null, row {name}, body text not null, digest {name} not null,
    reason text not null, times bigint not null,
    first_seen bigint not null, last_seen bigint not null,
    unique (feed, digest));
create index quarantine_row on quarantine (row);
create table subscription (
    key {serial}, kind {name} not null, channel {name} not null, at text, weekday integer,
    zone text not null, words text not null, next_due bigint, unique (kind, channel));
create table alert (
    key {serial}, kind {name} not null, poster integer not null, at bigint not null,
    scans bigint not null, expected double precision not null, reason text not null);
create index alert_of_poster on alert (poster, at);
create table outbox (
    key {serial}, intent {name} not null unique, kind {name} not null, channel {name} not null,
    message text not null, created_at bigint not null, state text not null, due_at bigint not null,
    attempts integer not null default 0, claimed_by text, sending_at bigint, error text,
    sent_to text, sent_ts text, sent_at bigint, look_again_at bigint);
create index outbox_due on outbox (state, due_at);
create table source (
    name {name} primary key, last_ok bigint, down_since bigint, problem text, remedy text);
"""

# Which rows each feed lists, tallies at three widths, ids in 16 bytes.
#
# `feed` is 0 where no feed listed the row: it came by an import, or before this migration, and
# belongs to the next feed that lists it. `listed` counts the rows of a feed per hour since 1970,
# those that retention dropped included; `bias` the entries of a feed that are no row here, by time.
# The width of a tally is in hours (an hour, a day, 32 days), its start a multiple of the width in
# hours since 1970; `told` of its scans bear the hash of a scanner. `impression_sample` holds one in
# 64 of the scanners, to count different people of long periods. `first_load` and `retention` have
# at most one row.
TALLY = """
create table tally (
    width integer not null, start bigint not null,
    poster integer not null, program integer not null, ambassador integer not null,
    scans bigint not null, told bigint not null,
    primary key (poster, width, start, program, ambassador)) {clustered}"""
RANKS = (
    """
create table feed (key {serial}, id {name} not null unique);
create table listed (
    feed integer not null, hour bigint not null, rows bigint not null,
    primary key (feed, hour)) {clustered};
create table bias (
    feed integer not null, at bigint not null, rows bigint not null,
    primary key (feed, at)) {clustered};
create table deleted (
    id {packed} primary key, at bigint not null,
    poster integer not null, program integer not null, ambassador integer not null,
    agent integer not null, scanner bigint, feed integer not null,
    deleted_at bigint not null) {clustered};
create table sighting (
    feed integer not null, id {packed} not null, primary key (feed, id)) {clustered};
create table suspect (
    feed integer not null, id {packed} not null, primary key (feed, id)) {clustered};
create table retention (before bigint not null);
create table first_load (key integer primary key);
alter table source add column not_before bigint;
drop index impression_id;
alter table impression rename to first_impression;
create table impression (
    at bigint not null, id {packed} not null,
    poster integer not null, program integer not null, ambassador integer not null,
    agent integer not null, scanner bigint, feed integer not null default 0,
    primary key (at, id)) {clustered};
insert into impression (at, id, poster, program, ambassador, agent, scanner)
    select at, {pack}(id), poster, program, ambassador, agent, scanner
    from first_impression order by at, id;
drop table first_impression;
create unique index impression_id on impression (id);
create index impression_sample on impression (at, program, poster, ambassador, scanner)
    where (scanner & 63) = 0;
drop table tally;
"""
    + TALLY
    + """;
insert into tally (width, start, poster, program, ambassador, scans, told)
    select 1, (at - (at % 3600 + 3600) % 3600) / 3600, poster, program, ambassador,
        count(*), count(scanner)
    from impression group by 2, 3, 4, 5;
insert into tally (width, start, poster, program, ambassador, scans, told)
    select 24, start - (start % 24 + 24) % 24, poster, program, ambassador,
        cast(sum(scans) as bigint), cast(sum(told) as bigint)
    from tally where width = 1 group by 2, 3, 4, 5;
insert into tally (width, start, poster, program, ambassador, scans, told)
    select 768, start - (start % 768 + 768) % 768, poster, program, ambassador,
        cast(sum(scans) as bigint), cast(sum(told) as bigint)
    from tally where width = 24 group by 2, 3, 4, 5;
create table program_tally (
    width integer not null, start bigint not null, program integer not null,
    scans bigint not null, told bigint not null,
    primary key (width, start, program)) {clustered};
insert into program_tally (width, start, program, scans, told)
    select width, start, program, cast(sum(scans) as bigint), cast(sum(told) as bigint)
    from tally group by 1, 2, 3
"""
)

# Alerts that run and end, what people say of them, and messages that change after they were sent.
#
# The subject of an alert or a mute is the id of a poster or a program, or a place in words; empty
# for the whole account. `detail` is JSON. A mute counts for the channel where it was made. `held`
# are alerts that a channel gets later, in one message. `standing` is what people said of a poster
# that had gone quiet. `watch` keeps what was learned of the rhythm of scans. `downtime` are the
# spans in which polling failed. A message with `thread_of` goes into the thread of the message of
# that intent; `revision` is what is to stand in the place of a message that was sent.
ALERTS = """
drop index alert_of_poster;
alter table alert rename to first_alert;
create table alert (
    key {serial}, kind {name} not null, scope {name} not null, subject {name} not null,
    started_at bigint not null, fired_at bigint not null, resolved_at bigint,
    scans bigint not null, expected double precision not null,
    reason text not null, detail text not null);
create index alert_fired on alert (fired_at);
insert into alert
    (kind, scope, subject, started_at, fired_at, resolved_at, scans, expected, reason, detail)
    select a.kind, 'poster', p.id, a.at - 3600, a.at, a.at, a.scans, a.expected, a.reason, '{{}}'
    from first_alert a join poster p on p.key = a.poster order by a.key;
drop table first_alert;
create table mute (
    key {serial}, channel {name} not null, scope {name} not null, subject {name} not null,
    until bigint not null, author {name} not null, made_at bigint not null);
create table held (
    key {serial}, channel {name} not null, alert integer not null, why {name} not null,
    held_at bigint not null, release_at bigint not null, unique (channel, alert));
create table feedback (
    alert integer not null, author {name} not null, useful integer not null, at bigint not null,
    primary key (alert, author));
create table standing (
    poster {name} primary key, state {name} not null, author {name} not null, at bigint not null);
create table watch (key integer primary key, until bigint not null, state {bytes} not null);
create table downtime (began bigint primary key, ended bigint not null);
alter table outbox add column thread_of {name};
alter table outbox add column revision text;
alter table outbox add column revise_at bigint;
create index outbox_revised on outbox (revise_at) where revision is not null;
create index outbox_repeated on outbox (look_again_at) where look_again_at is not null
"""

# Who changed what: what was done to which subject, and how it is since then.
CHANGES = """
create table change (
    key {serial}, at bigint not null, author {name} not null, deed {name} not null,
    subject {name} not null, scope {name} not null, channel {name} not null,
    detail {name} not null);
create index change_deed on change (deed, key)
"""

# `leadership` has at most one row: how often somebody began to lead.
LEADERSHIP = """
create table leadership (key integer primary key, term bigint not null)
"""

# In which order and how fast each channel gets its messages.
#
# The `lane` of a message is the Slack id of the channel or person that it goes to, or what the
# settings call it until that was `found`; `place` remembers the ids. A lane takes its next message
# at `ready_at` (UTC milliseconds). One that Slack lets nothing into has `paused_since`, with what
# people call it and why; it is tried at `probe_at`, and is `dark` where only posting can tell.
LANES = """
create table place (called {name} primary key, id {name} not null);
create table lane (
    key {name} primary key, found integer not null default 0, ready_at bigint not null default 0,
    paused_since bigint, called {name}, problem text, remedy text,
    dark integer not null default 0, probe_at bigint);
alter table outbox add column lane {name};
update outbox set lane = channel;
insert into lane (key) select distinct channel from outbox where state in ('waiting', 'sending');
create index outbox_lane on outbox (lane, key) where state not in ('sent', 'buried', 'withdrawn')
"""

# Outages of which people are to hear; once one has ended and was told, its row goes.
OPERATION = """
create table outage (
    source {name} not null, began bigint not null, ended bigint, urgent integer not null,
    problem text not null, remedy text not null, primary key (source, began))
"""

# What digests and leaderboards told, by the intent of their message.
#
# The period is start <= at < until. `told` and `corrected` are the figures as JSON: those of the
# message, as they were at `told_at`, and those of the correction below it, if there is one.
# `counted` are the scans of the period when it was last looked at.
EDITIONS = """
create table edition (
    intent {name} primary key, subscription integer not null, words text not null,
    zone text not null, start bigint not null, until bigint not null, due bigint not null,
    told text not null, told_at bigint not null, counted bigint not null, corrected text)
"""

# Which rows are tallied already while a first load is under way: those with low <= at < high, none
# where both are null.
MAKING = """
alter table first_load add column low bigint;
alter table first_load add column high bigint
"""

MIGRATIONS: Final = (
    ("first", FIRST),
    ("ranks", RANKS),
    ("alerts", ALERTS),
    ("changes", CHANGES),
    ("leadership", LEADERSHIP),
    ("lanes", LANES),
    ("operation", OPERATION),
    ("editions", EDITIONS),
    ("making", MAKING),
)
