"""Who acts is a person: accounts, sessions, tokens and what somebody handed in hang on his code, not on his login.

A login could be another person's, or another person's code, and whoever had it acted as him.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move what hung on a login to the first person who has it; the login of every other one is taken away.

    Sessions end: everybody signs in once more.
    """
    connection = op.get_bind()
    people = sa.table("people", sa.column("code", sa.String), sa.column("login", sa.String))
    owner: dict[str, str] = {}
    for row in connection.execute(sa.select(people.c.code, people.c.login).order_by(people.c.code)).all():
        if not row.login:
            continue
        if row.login in owner:
            connection.execute(sa.update(people).where(people.c.code == row.code).values(login=""))
        else:
            owner[row.login] = row.code
    kept = _read(connection, "accounts", ("login", "secret", "changed_at"))
    tokens = _read(connection, "tokens", ("digest", "login", "name", "scope", "created_at", "until", "used_at"))
    for name in ("accounts", "sessions", "tokens"):
        op.drop_table(name)
    _make_tables()
    for account in kept:
        if account["login"] in owner:
            told = {"person": owner[account["login"]], "secret": account["secret"], "changed_at": account["changed_at"]}
            connection.execute(_inserted("accounts", told))
    for token in tokens:
        login = token.pop("login")
        if login in owner:
            connection.execute(_inserted("tokens", {**token, "person": owner[login]}))
    items = sa.table("items", sa.column("user", sa.String))
    for login, code in owner.items():
        connection.execute(sa.update(items).where(items.c.user == login).values(user=code))
    op.add_column("signatures", sa.Column("standing", sa.String(20), nullable=False, server_default=""))


def _read(connection: sa.Connection, name: str, columns: tuple[str, ...]) -> list[dict[str, object]]:
    table = sa.table(name, *(sa.column(c) for c in columns))
    return [dict(row._mapping) for row in connection.execute(sa.select(table)).all()]


def _inserted(name: str, values: dict[str, object]) -> sa.Insert:
    return sa.insert(sa.table(name, *(sa.column(c) for c in values))).values(**values)


def _make_tables() -> None:
    op.create_table(
        "accounts",
        sa.Column("person", sa.String(20), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("must_change", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("issuer", sa.String(400), nullable=False, server_default=""),
        sa.Column("subject", sa.String(400), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_index(
        "accounts_subject", "accounts", ["issuer", "subject"], unique=True,
        sqlite_where=sa.text("subject <> ''"), postgresql_where=sa.text("subject <> ''"),
    )  # fmt: skip
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("person", sa.String(20), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("ends", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("sessions_person", "sessions", ["person"])
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("used_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("tokens_person", "tokens", ["person"])
