"""Foreign hands on the log: rows and lines edited, dropped, added, swapped, cut off; each attack is found."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from dms.adapters.catalogue import open_catalogue
from dms.adapters.journal import open_journal
from dms.assembly import init, open_world
from dms.desk.care import auditing
from dms.domain import audit
from dms.ports.catalogue import Act

ACTS = 60


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a log of some length, closed."""
    home = tmp_path_factory.mktemp("logged")
    init(home, user="gm")
    with open_world(home, user="gm") as world:
        for n in range(ACTS):
            with world.catalogue.begin() as tx:
                tx.log(Act(world.now(), "gm", "look", f"HG01E2026{n:06d}", "因为", {"n": n}))
    return home


def verify(home: Path, roots: list[auditing.Root]) -> list[str]:
    with open_world(home, user="gm") as world:
        return [str(f.detail) for f in auditing.verify(world, roots)]


def rehash(row: dict) -> str:
    told = {"seq": row["id"], "at": row["at"], "lived": row["lived"], "user": row["user"], "act": row["act"],
            "target": row["target"], "reason": row["reason"], "data": json.loads(row["data"])}  # fmt: skip
    return audit.leaf_hash(audit.canonical(told)).hex()


def attack_rows(rows: list[dict], rng: random.Random, *, clever: bool) -> str:
    """Change the rows of the database in one of the ways its owner could; a clever one mends every hash after it."""
    kind = rng.choice(["edit", "drop", "insert", "swap", "cut"])
    place = rng.randrange(1, len(rows) - 1)
    if kind == "edit":
        field = rng.choice(["at", "user", "act", "target", "reason", "data", "lived"])
        value = {"data": '{"n": -1}', "lived": rows[place]["lived"] + 1}.get(field, str(rows[place][field]) + "x")
        rows[place][field] = value
    elif kind == "drop":
        del rows[place]
    elif kind == "insert":
        rows.insert(place, {**rows[place], "target": "forged"})
    elif kind == "swap":
        rows[place], rows[place - 1] = rows[place - 1], rows[place]
        rows[place]["id"], rows[place - 1]["id"] = rows[place - 1]["id"], rows[place]["id"]
    else:
        del rows[-rng.randrange(1, 10) :]
    if clever:
        for number, row in enumerate(rows, 1):
            row["id"] = number
            row["leaf"] = rehash(row)
    else:
        taken = set()
        for row in rows:
            while row["id"] in taken:
                row["id"] += ACTS * 2
            taken.add(row["id"])
    return kind


def load(home: Path) -> list[dict]:
    with sqlite3.connect(home / "archive" / "catalogue.sqlite") as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute("SELECT * FROM acts ORDER BY id")]


def store(home: Path, rows: list[dict]) -> None:
    with sqlite3.connect(home / "archive" / "catalogue.sqlite") as db:
        db.execute("DELETE FROM acts")
        names = list(rows[0])
        quoted = ", ".join(f'"{n}"' for n in names)
        marks = ", ".join("?" * len(names))
        db.executemany(f"INSERT INTO acts ({quoted}) VALUES ({marks})", [[r[n] for n in names] for r in rows])  # noqa: S608 our own names


def write_copy(home: Path, rows: list[dict]) -> None:
    """What an attacker with the file system too would do: make the copy agree with the rows."""
    lines = []
    for row in rows:
        told = {"seq": row["id"], "at": row["at"], "lived": row["lived"], "user": row["user"], "act": row["act"],
                "target": row["target"], "reason": row["reason"], "data": json.loads(row["data"]),
                "leaf": row["leaf"]}  # fmt: skip
        lines.append(audit.canonical(told) + b"\n")
    (home / "archive" / "log" / "acts.jsonl").write_bytes(b"".join(lines))


@pytest.mark.slow
@pytest.mark.parametrize("share", range(4))
def test_two_hundred_attacks_are_all_found(logged: Path, tmp_path: Path, share: int) -> None:
    """With the copy untouched every attack is found; with all of it forged, one printed root finds it."""
    with open_world(logged, user="gm") as world:
        printed = auditing.root(world)
    clean = load(logged)
    assert verify(logged, [printed]) == []
    missed = []
    for number in range(50):
        rng = random.Random(1000 * share + number)
        home = tmp_path / str(number)
        shutil.copytree(logged, home)
        rows = [dict(r) for r in clean]
        level = number % 4
        if level < 3:
            kind = attack_rows(rows, rng, clever=level > 0)
            store(home, rows)
            if level == 2:
                write_copy(home, rows)
            # The cleverest forged all three; only the paper knows better.
            found = verify(home, [printed] if level == 2 else [])
        else:
            kind = "copy"
            copy = home / "archive" / "log" / "acts.jsonl"
            lines = copy.read_bytes().splitlines(keepends=True)
            place = rng.randrange(1, len(lines) - 1)
            change = rng.choice(["edit", "drop", "insert", "swap", "cut", "blank"])
            if change == "edit":
                lines[place] = lines[place].replace(b"look", b"loop")
            elif change == "drop":
                del lines[place]
            elif change == "insert":
                lines.insert(place, lines[place])
            elif change == "swap":
                lines[place], lines[place - 1] = lines[place - 1], lines[place]
            elif change == "cut":
                del lines[place:]
            else:
                lines[place] = b"{}\n"
            copy.write_bytes(b"".join(lines))
            found = verify(home, [])
        if not found:
            missed.append((number, kind))
        shutil.rmtree(home)
    assert missed == []


def test_without_paper_a_wholly_forged_log_passes_and_with_it_not(logged: Path, tmp_path: Path) -> None:
    """Says plainly what the printed root is for."""
    home = tmp_path / "forged"
    shutil.copytree(logged, home)
    with open_world(logged, user="gm") as world:
        printed = auditing.root(world)
    rows = load(home)
    del rows[10]
    for number, row in enumerate(rows, 1):
        row["id"] = number
        row["leaf"] = rehash(row)
    store(home, rows)
    write_copy(home, rows)
    assert verify(home, []) == []
    assert verify(home, [printed]) != []


def test_the_copy_follows_across_processes_and_crashes(tmp_path: Path) -> None:
    """Two catalogues with one copy; half a line at its end is cut off and written anew."""
    url, path = f"sqlite:///{tmp_path}/c.sqlite", tmp_path / "log" / "acts.jsonl"
    journal = open_journal(path)
    one = open_catalogue(url, on_log=lambda _: journal.catch_up(one))
    silent = open_catalogue(url)
    for n in range(5):
        with silent.begin() as tx:
            tx.log(Act("2026-11-23T10:00:00+08:00", "a", "look", str(n)))
    with one.begin() as tx:
        tx.log(Act("2026-11-23T10:00:00+08:00", "b", "look", "x"))
    whole = path.read_bytes()
    assert [a["seq"] for a in journal.acts()] == [1, 2, 3, 4, 5, 6]
    path.write_bytes(whole[:-30])
    with one.begin() as tx:
        tx.log(Act("2026-11-23T10:00:00+08:00", "b", "look", "y"))
    assert path.read_bytes().startswith(whole)
    assert [a["seq"] for a in journal.acts()] == [1, 2, 3, 4, 5, 6, 7]
