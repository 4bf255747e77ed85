"""The tables of the sandbox's own file. A ticket's reply stands ready in its row, so that an export only reads."""

SCHEMA = """
create table if not exists meta(key text primary key, value text not null) without rowid;
create table if not exists counters(name text primary key, value integer not null) without rowid;
create table if not exists records(
  kind text not null, id not null, body text not null, primary key (kind, id)) without rowid;
create table if not exists users(
  id integer primary key, email text collate nocase, role text not null, external_id text, name text not null,
  active integer not null, generated_timestamp integer not null, body text not null);
create index if not exists users_generated on users(generated_timestamp, id);
create index if not exists users_email on users(email, id);
create index if not exists users_role on users(role, id);
create table if not exists tokens(hash text primary key, user_id integer not null, account_wide integer not null);
create table if not exists tickets(
  id integer primary key, status text not null, priority text, type text, group_id integer, assignee_id integer,
  requester_id integer, submitter_id integer, organization_id integer, brand_id integer, ticket_form_id integer,
  external_id text, subject text, tags text not null, channel text, created_at text not null, updated_at text not null,
  generated_timestamp integer not null, deleted integer not null default 0, fields text not null, body text not null);
create index if not exists tickets_generated on tickets(generated_timestamp, id);
create index if not exists tickets_requester on tickets(requester_id, id);
create index if not exists tickets_external on tickets(external_id) where external_id is not null;
create table if not exists audits(
  id integer primary key, ticket_id integer not null, at integer not null, body text not null);
create index if not exists audits_ticket on audits(ticket_id, id);
create index if not exists audits_at on audits(at, id);
create table if not exists comments(
  id integer primary key, ticket_id integer not null, audit_id integer not null, public integer not null,
  author_id integer, text text not null, body text not null);
create index if not exists comments_ticket on comments(ticket_id, id);
create table if not exists attachments(
  id integer primary key, secret text not null unique, upload text, expires_at text, ticket_id integer,
  comment_id integer, user_id integer not null, file_name text not null, content_type text not null,
  size integer not null, width integer, height integer, created_at text not null, deleted integer not null default 0,
  trusted integer not null default 0, body blob not null);
create index if not exists attachments_upload on attachments(upload) where upload is not null;
create index if not exists attachments_comment on attachments(comment_id) where comment_id is not null;
create table if not exists idempotency(
  key text primary key, hash text not null, at real not null, status integer not null, location text, body blob);
create table if not exists jobs(
  id text primary key, kind text not null, user_id integer not null, state text not null, payload text not null,
  total integer, progress integer not null, message text, results text not null, created_at text not null);
create table if not exists invocations(
  id text primary key, seq integer not null, webhook_id text not null, type text not null, created_at text not null,
  body blob not null, done integer not null default 0, due_at real not null, tries integer not null default 0,
  status text not null default 'pending', status_code integer, completed_at text);
create index if not exists invocations_due on invocations(done, due_at, seq);
create index if not exists invocations_webhook on invocations(webhook_id, seq);
create table if not exists attempts(
  id text primary key, seq integer not null, invocation_id text not null, completed_at text not null,
  status text not null, status_code integer, request text not null, response text not null);
create index if not exists attempts_invocation on attempts(invocation_id, seq);
create table if not exists notices(
  seq integer primary key autoincrement, at text not null, ticket_id integer not null, rule_kind text not null,
  rule_id integer not null, rule_title text not null, kind text not null, recipients text not null,
  subject text not null, body text not null, invocation text);
create index if not exists notices_ticket on notices(ticket_id, seq);
create table if not exists automation_firings(
  rule_id integer not null, ticket_id integer not null, hour integer not null,
  primary key (ticket_id, rule_id, hour)) without rowid;
create table if not exists sla_misses(
  ticket_id integer not null, metric text not null, at integer not null, primary key (ticket_id, metric, at))
  without rowid;
create index if not exists sla_misses_at on sla_misses(at, ticket_id);
create table if not exists journal(
  seq integer primary key autoincrement, at text not null, method text not null, path text not null,
  query text not null, user_id integer, status integer, committed text not null, fault text);
"""
