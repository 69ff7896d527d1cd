"""The catalogue's tables: portable types only, so that SQLite and PostgreSQL share them (and their migrations)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, text

from dms.adapters.catalogue.words import Words

metadata = MetaData()

# Word for word the condition of the partial index on paper numbers: SQLite uses it only where it is repeated.
NUMBERED = text("records.paper_number <> ''")

# SQLite gives row ids only to INTEGER; PostgreSQL wants 64 bits.
_Serial = BigInteger().with_variant(Integer, "sqlite")

counters = Table(
    "counters",
    metadata,
    Column("series", String(120), primary_key=True),
    Column("last", Integer, nullable=False),
)

voided = Table(
    "voided",
    metadata,
    Column("number", String(120), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("reason", Words, nullable=False),
    Column("user", Words(120), nullable=False),
    Column("at", String(40), nullable=False),
)

volumes = Table(
    "volumes",
    metadata,
    Column("number", String(120), primary_key=True),
    Column("series", String(120), nullable=False),
    Column("volume", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("opened", String(40), nullable=False),
    Column("closed", String(40), nullable=False, server_default=""),
    Column("title", Words, nullable=False, server_default=""),
    Column("closed_by", Words, nullable=False, server_default=""),
    Column("bound", String(40), nullable=False, server_default=""),
    Column("note", Words, nullable=False, server_default=""),
    Index("volumes_series", "series", "volume", unique=True),
)

items = Table(
    "items",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("station", String(20), nullable=False),
    Column("name", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("sha512", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("code", String(40), nullable=False),
    Column("parent", String(60), nullable=False),
    Column("hints", Words, nullable=False),
    Column("data", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("user", Words(120), nullable=False),
    Column("created", String(40), nullable=False),
    Column("place", Words(200), nullable=False, server_default=""),
    Column("bulk", Integer, nullable=False, server_default="0"),
    Column("owner", String(200), nullable=False, server_default=""),
    Column("until", Float, nullable=False, server_default="0"),
    Index("items_state", "state", "id"),
    Index("items_turn", "state", "bulk", "id"),
    Index("items_parent", "parent"),
    Index("items_user", "user", "id"),
    Index("items_code", "code"),
    Index("items_owner", "owner", sqlite_where=text("owner <> ''"), postgresql_where=text("owner <> ''")),
)

page_runs = Table(
    "page_runs",
    metadata,
    Column("item", String(60), ForeignKey("items.id", name="page_runs_item"), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("owner", String(200), nullable=False, server_default=""),
    Column("until", Float, nullable=False, server_default="0"),
)

contents = Table(
    "contents",
    metadata,
    Column("sha512", String(160), primary_key=True),
    Column("item", String(60), nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("title", Words, nullable=False),
    Column("class_code", String(10), nullable=False),
    Column("customer", Words, nullable=False),
    Column("manager", String(20), nullable=False),
    Column("date", String(10), nullable=False),
    Column("year", Integer, nullable=False),
    Column("retention", String(10), nullable=False),
    Column("secrecy", String(20), nullable=False),
    Column("track", String(20), nullable=False),
    Column("paper_number", String(120), nullable=False),
    Column("volume", String(120), nullable=False),
    Column("form", String(80), nullable=False),
    Column("fields", Words, nullable=False),
    Column("uncertain", Text, nullable=False),
    Column("part_of", String(40), nullable=False),
    Column("batch", String(80), nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("received_by", Words(120), nullable=False),
    Column("see_also", Text, nullable=False, server_default="[]"),
    Index("records_state", "state", "code"),
    Index("records_class", "class_code", "code"),
    Index("records_customer", "customer", "code"),
    Index("records_manager", "manager", "code"),
    Index("records_volume", "volume", "paper_number"),
    Index("records_year", "year", "code"),
    Index("records_date", "date", "code"),
    Index(
        "records_number",
        "paper_number",
        unique=True,
        sqlite_where=text("paper_number <> ''"),
        postgresql_where=text("paper_number <> ''"),
    ),
)

carriers = Table(
    "carriers",
    metadata,
    Column("code", String(40), ForeignKey("records.code", name="carriers_record"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("present", Integer, nullable=False),
    Column("address", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha512", String(128), nullable=False),
    Column("pages", Integer, nullable=False),
    Index("carriers_sha512", "sha512"),
)

links = Table(
    "links",
    metadata,
    Column("code", String(40), ForeignKey("records.code", name="links_record"), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("proof", String(40), nullable=False),
    Column("by", Words(120), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    Index("links_state", "state"),
)

attention = Table(
    "attention",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("target", Words(60), nullable=False),
    Column("question", Words, nullable=False),
    Column("todo", Words, nullable=False),
    Column("at", String(40), nullable=False),
    Column("data", Words, nullable=False),
    Index("attention_target", "target", "kind", unique=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("target", Words(60), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("leased", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("until", Float, nullable=False),
    Index("jobs_target", "kind", "target", unique=True),
    # Not by lease: hardly any job is leased, and the oldest comes first without sorting the rest.
    Index("jobs_kind", "kind", "id"),
    Index("jobs_owner", "owner", sqlite_where=text("owner <> ''"), postgresql_where=text("owner <> ''")),
)

versions_due = Table(
    "versions_due",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("object_id", String(120), nullable=False),
    Column("token", String(80), nullable=False),
    Column("after", Integer, nullable=False),
    Column("message", Words, nullable=False),
    Column("user", Words(120), nullable=False),
    Column("at", String(40), nullable=False),
    Column("files", Words, nullable=False),
    Index("versions_due_object", "object_id", "id"),
)

acts = Table(
    "acts",
    metadata,
    # Given by a counter in the same transaction: gap-free, in the order of the commits.
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("user", Words, nullable=False),
    Column("act", String(40), nullable=False),
    Column("target", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("data", Words, nullable=False),
    Column("lived", BigInteger, nullable=False, server_default="0"),
    Column("leaf", String(64), nullable=False, server_default=""),
    Index("acts_target", "target", "id"),
)

people = Table(
    "people",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("name", Words, nullable=False),
    Column("roles", Text, nullable=False),
    Column("login", String(120), nullable=False),
    Column("department", Words, nullable=False, server_default=""),
)

customers = Table(
    "customers",
    metadata,
    Column("name", Words(400), primary_key=True),
    Column("manager", String(20), nullable=False),
    Column("aliases", Words, nullable=False),
    Index("customers_manager", "manager"),
)

facts = Table(
    "facts",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Words, nullable=False),
)

deputies = Table(
    "deputies",
    metadata,
    Column("person", String(20), primary_key=True),
    Column("deputy", String(20), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("until", String(10), nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("target", Words, nullable=False),
    Column("state", String(12), nullable=False),
    Column("asked_by", String(20), nullable=False),
    Column("asked_at", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    Column("decided_by", String(20), nullable=False),
    Column("decided_at", String(40), nullable=False),
    Column("decision", Words, nullable=False),
    Column("until", String(40), nullable=False),
    Column("data", Words, nullable=False),
    Index("requests_state", "kind", "state", "id"),
    Index("requests_target", "target", "id"),
    Index("requests_asker", "asked_by", "kind", "state"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("code", String(40), ForeignKey("records.code", name="signatures_record"), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("person", String(20), nullable=False),
    Column("by", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", Words, nullable=False),
    Column("standing", String(20), nullable=False, server_default=""),
)

moves = Table(
    "moves",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("target", String(120), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("place", Words, nullable=False),
    Column("by", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    Index("moves_target", "target", "id"),
)

loans = Table(
    "loans",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("target", String(120), nullable=False),
    Column("borrower", Words, nullable=False),
    Column("out_at", String(40), nullable=False),
    Column("due", String(10), nullable=False),
    Column("purpose", Words, nullable=False),
    Column("approver", Words, nullable=False),
    Column("clerk", String(20), nullable=False),
    Column("department", Words, nullable=False),
    Column("contact", Words, nullable=False),
    Column("carrier", String(20), nullable=False),
    Column("way", Words, nullable=False),
    Column("back_at", String(40), nullable=False),
    Column("condition", Words, nullable=False),
    Column("effect", Words, nullable=False),
    Column("remark", Words, nullable=False),
    Index("loans_target", "target", "id"),
    # What is lent out is lent out once.
    Index("loans_out", "target", unique=True, sqlite_where=text("back_at = ''"), postgresql_where=text("back_at = ''")),
)

holds = Table(
    "holds",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("target", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("lifted_by", String(20), nullable=False),
    Column("lifted_at", String(40), nullable=False),
    Column("lifted_reason", Words, nullable=False),
)

gradings = Table(
    "gradings",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("customer", Words, nullable=False),
    Column("period", String(10), nullable=False),
    Column("before", String(10), nullable=False),
    Column("after", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("by", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    Column("figures", Words, nullable=False),
    Index("gradings_customer", "customer", "id"),
)

dealings = Table(
    "dealings",
    metadata,
    Column("source", Words, primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("customer", Words, nullable=False),
    Column("date", String(10), nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("currency", String(10), nullable=False),
    Column("due", String(10), nullable=False),
    Column("note", Words, nullable=False),
    Index("dealings_customer", "customer", "date"),
)

reprints = Table(
    "reprints",
    metadata,
    Column("target", String(120), primary_key=True),
    Column("sheet", String(40), primary_key=True),
    Column("why", Words, nullable=False),
    Column("at", String(40), nullable=False),
)

lessons = Table(
    "lessons",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=False),
    Column("about", String(12), nullable=False),
    Column("said", Words, nullable=False),
    Column("shown", Words, nullable=False),
    Column("meant", Words, nullable=False),
    Column("code", String(40), ForeignKey("records.code", name="lessons_record"), nullable=False),
    Column("by", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    # Of one record and attribute the last word counts.
    Index("lessons_of", "code", "about", unique=True),
    Index("lessons_said", "about", "said"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("person", String(20), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("must_change", Integer, nullable=False, server_default="0"),
    Column("issuer", String(400), nullable=False, server_default=""),
    Column("subject", String(400), nullable=False, server_default=""),
    # One name in a directory is one person here.
    Index(
        "accounts_subject",
        "issuer",
        "subject",
        unique=True,
        sqlite_where=text("subject <> ''"),
        postgresql_where=text("subject <> ''"),
    ),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("person", String(20), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("until", Float, nullable=False),
    Column("ends", Float, nullable=False),
    Index("sessions_person", "person"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(20), nullable=False),
    Column("name", Words, nullable=False),
    Column("scope", String(10), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("until", Float, nullable=False),
    Column("used_at", String(40), nullable=False),
    Index("tokens_person", "person"),
)

answers = Table(
    "answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("status", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Float, nullable=False),
    Index("answers_at", "at"),
)
