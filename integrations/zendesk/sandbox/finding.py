"""The indexes that search and long lists read, kept by the database itself: whoever writes a row, its words follow.

Words are whole, as Zendesk finds them. Korean glues its particles to its words, so a run of Hangul is kept as the pairs
of syllables in it: "환불" is found in "환불을" and in "부분환불".
"""

import re
import sqlite3

from .ranks import ranked

_RUN = re.compile("([가-힣]+)")
_WORD = re.compile(r"\w+")

INDEXES = """
drop index if exists tickets_status;
create index if not exists tickets_narrow on tickets(
  deleted, status, priority, group_id, assignee_id, type, channel, brand_id, ticket_form_id, requester_id,
  submitter_id, organization_id, created_at, updated_at, external_id, id);
create index if not exists tickets_updated on tickets(updated_at, id) where deleted = 0;
create index if not exists tickets_created on tickets(created_at, id) where deleted = 0;
create index if not exists tickets_organization on tickets(organization_id, id) where organization_id is not null;
create index if not exists tickets_by_status on tickets(RANK, id) where deleted = 0;
create index if not exists tickets_problem on tickets(json_extract(body, '$.problem_id'), id)
  where json_extract(body, '$.problem_id') is not null;
create index if not exists users_external on users(external_id) where external_id is not null;
""".replace("RANK", ranked("status"))
# What the planner is told of a large account, whatever this one holds: its plans are the same on the first day, when
# it could count nothing yet, and walk a list where they would else sort the whole of it.
NUMBERS = (
    ("tickets", "tickets_narrow", "1000000 1000000 200000 50000 10000 3000 1000 300 300 300 20 20 10 1 1 1 1 sz=150"),
    ("tickets", "tickets_generated", "1000000 2 1"),
    ("tickets", "tickets_requester", "1000000 20 1"),
    ("tickets", "tickets_updated", "1000000 2 1"),
    ("tickets", "tickets_created", "1000000 2 1"),
    ("tickets", "tickets_by_status", "1000000 200000 1"),
    ("tickets", "tickets_problem", "20000 5 1"),
    ("ticket_people", "ticket_people", "200000 100000 20 1"),
    ("tickets", "tickets_organization", "200000 100 1"),
    ("tickets", "tickets_external", "200000 1"),
    ("comments", "comments_ticket", "2000000 3 1"),
    ("audits", "audits_ticket", "2000000 3 1"),
    ("audits", "audits_at", "2000000 2 1"),
    ("ticket_tags", "ticket_tags", "2000000 10000 1"),
    ("users", "users_role", "50000 15000 1"),
    ("users", "users_email", "50000 1 1"),
    ("users", "users_generated", "50000 2 1"),
)
WORDS = """
create virtual table ticket_words using fts5(subject, content='', columnsize=0);
create virtual table comment_words using fts5(text, content='', columnsize=0);
insert into comment_words(comment_words, rank) values ('hashsize', 16777216);
create table ticket_tags(tag text not null, ticket_id integer not null, primary key (tag, ticket_id)) without rowid;
create trigger tickets_found after insert on tickets begin
  insert into ticket_words(rowid, subject) values (new.id, sandbox_words(new.subject));
  insert or ignore into ticket_tags(tag, ticket_id) select value, new.id from json_each(new.body, '$.tags');
end;
create trigger tickets_lost after delete on tickets begin
  insert into ticket_words(ticket_words, rowid, subject) values ('delete', old.id, sandbox_words(old.subject));
  delete from ticket_tags where ticket_id = old.id and tag in (select value from json_each(old.body, '$.tags'));
end;
create trigger tickets_renamed after update of subject on tickets begin
  insert into ticket_words(ticket_words, rowid, subject) values ('delete', old.id, sandbox_words(old.subject));
  insert into ticket_words(rowid, subject) values (new.id, sandbox_words(new.subject));
end;
create trigger tickets_retagged after update of body on tickets begin
  delete from ticket_tags where ticket_id = old.id and tag in (select value from json_each(old.body, '$.tags'));
  insert or ignore into ticket_tags(tag, ticket_id) select value, new.id from json_each(new.body, '$.tags');
end;
create trigger comments_found after insert on comments begin
  insert into comment_words(rowid, text) values (new.id, sandbox_words(new.text));
end;
create trigger comments_lost after delete on comments begin
  insert into comment_words(comment_words, rowid, text) values ('delete', old.id, sandbox_words(old.text));
end;
create trigger comments_reworded after update of text on comments begin
  insert into comment_words(comment_words, rowid, text) values ('delete', old.id, sandbox_words(old.text));
  insert into comment_words(rowid, text) values (new.id, sandbox_words(new.text));
end;
"""
PEOPLE = """
create table ticket_people(
  way text not null, user_id integer not null, ticket_id integer not null, primary key (way, user_id, ticket_id))
  without rowid;
create trigger tickets_people_come after insert on tickets begin
  insert or ignore into ticket_people(way, user_id, ticket_id) select * from (ON_NEW);
end;
create trigger tickets_people_leave after delete on tickets begin
  delete from ticket_people where ticket_id = old.id and (way, user_id) in (ON_OLD);
end;
create trigger tickets_people_change after update of body on tickets begin
  delete from ticket_people where ticket_id = old.id and (way, user_id) in (ON_OLD);
  insert or ignore into ticket_people(way, user_id, ticket_id) select * from (ON_NEW);
end;
""".replace(
    "ON_NEW",
    "select 'copy', value, new.id from json_each(new.body, '$.email_cc_ids')"
    " union all select 'follows', value, new.id from json_each(new.body, '$.follower_ids')",
).replace(
    "ON_OLD",
    "select 'copy', value from json_each(old.body, '$.email_cc_ids')"
    " union all select 'follows', value from json_each(old.body, '$.follower_ids')",
)
ON_COPY = "id in (select ticket_id from ticket_people where way = 'copy' and user_id = ?)"
FOLLOWED = "id in (select ticket_id from ticket_people where way = 'follows' and user_id = ?)"
_PEOPLE_OF_BEFORE = """
insert or ignore into ticket_people(way, user_id, ticket_id)
  select 'copy', value, tickets.id from tickets, json_each(body, '$.email_cc_ids')
  union all select 'follows', value, tickets.id from tickets, json_each(body, '$.follower_ids');
"""
_OF_BEFORE = """
insert into ticket_words(rowid, subject) select id, sandbox_words(subject) from tickets;
insert or ignore into ticket_tags(tag, ticket_id) select value, tickets.id from tickets, json_each(body, '$.tags');
insert into comment_words(rowid, text) select id, sandbox_words(text) from comments;
"""


def teach(db: sqlite3.Connection) -> None:
    """What every connection must know before it writes; a replaced row leaves the indexes by the same triggers."""
    db.create_function("sandbox_words", 1, words_of, deterministic=True)
    db.execute("pragma recursive_triggers = on")


def lay(db: sqlite3.Connection) -> None:
    """Makes the indexes, and fills those of words from a folder that has none yet. All of it or nothing."""
    for name, made, filled in (("ticket_words", WORDS, _OF_BEFORE), ("ticket_people", PEOPLE, _PEOPLE_OF_BEFORE)):
        if not db.execute("select 1 from sqlite_master where name = ?", (name,)).fetchone():
            db.executescript(f"begin immediate; {made} {filled} commit;")
    db.executescript(f"begin immediate; {INDEXES} analyze meta; delete from sqlite_stat1; commit;")  # noqa: S608
    db.executemany("insert into sqlite_stat1(tbl, idx, stat) values (?, ?, ?)", NUMBERS)
    db.execute("analyze sqlite_schema")


def words_of(text: str | None) -> str:
    """What is indexed of a text: its words, with each run of Hangul as its pairs of syllables and its last one."""
    if not text:
        return ""
    return _RUN.sub(lambda run: f" {_pairs(run[1])} {run[1][-1]} ", text)


def _pairs(run: str) -> str:
    return " ".join(run[at : at + 2] for at in range(len(run) - 1))


def asked(text: str) -> str | None:
    """The words of a query in FTS5's language: next to each other, as they stand; None where there is none in them.

    A * at the end stands for any rest of the last word, as in Zendesk.
    """
    found = [_RUN.split(word) for word in _WORD.findall(text)]
    parts = [piece for word in found for piece in word if piece]
    if not parts:
        return None
    last = parts[-1]
    is_open = text.rstrip().endswith("*") or (len(last) == 1 and _RUN.fullmatch(last) is not None)
    # What follows a run in the text stands behind the run's last syllable there.
    terms = [f"{_pairs(part)} {part[-1]}" if _RUN.fullmatch(part) else part for part in parts[:-1]]
    terms.append(_pairs(last) if len(last) > 1 and _RUN.fullmatch(last) else last)
    return f'"{" ".join(terms)}"' + ("*" if is_open else "")
