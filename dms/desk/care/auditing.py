"""The log (promise 6): listed, its root told and printed, proofs given, and checked against rows, copy and paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.care.checking import Finding
from dms.domain import audit
from dms.domain.actor import Called, named
from dms.domain.policy import Action
from dms.errors import NotFound, Usage
from dms.ports.catalogue import Act, Transaction
from dms.ports.world import World
from dms.said import Said

READ_LOG = ActKind("read-log", Action.READ_LOG)
PROVE = ActKind("prove", Action.READ_LOG)


# What a root begins with in a QR code.
ROOT_MARK = "DMSLOG1:"


@dataclass(frozen=True, slots=True)
class Root:
    """The log's root: hash over its first ``size`` acts, hex."""

    size: int
    root: str
    at: str = ""

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"


def listed(
    world: World, *, target: str = "", user: str = "", act: str = "", before: int = 0, limit: int = 50, offset: int = 0
) -> list[Act]:
    """Return acts, newest first, those before a number where one is given; the look at the log is an act itself.

    Raises:
        NotPermitted: not for the asker.
    """
    with gate.acting(world, READ_LOG, target=target) as passage:
        users = _names_of(passage.tx, user) if user else ()
        found = passage.tx.acts(target, users=users, act=act, before=before, limit=limit, offset=offset)
        # The rows are for the checks: what they say of other records is not everybody's who reads this act.
        return [replace(a, data=a.notes) for a in found]


def _names_of(tx: Transaction, user: str) -> tuple[str, ...]:
    """Return what the log calls a person: his code, and his login in acts of an older version."""
    people = list(tx.people())
    codes = named(user, [Called(p.code, p.login) for p in people])
    return (user, *codes, *(p.login for p in people if p.code in codes and p.login))


def root(world: World, *, size: int = 0) -> Root:
    """Return the root over the first ``size`` acts; over all where 0.

    Raises:
        Usage: the log is not that long.
    """
    with world.catalogue.look() as tx:
        return root_in(tx, world.now(), size=size)


def root_in(tx: Transaction, now: str, *, size: int = 0) -> Root:
    """Return the root inside a transaction, for sheets that print it."""
    tree = audit.Tree()
    for leaf in tx.leaves(limit=size):
        tree.add(leaf)
    if size and tree.size != size:
        raise Usage(
            Said("The log has {size} acts, not {size_2}.", size=tree.size, size_2=size),
            Said("Look at the sheet again."),
        )
    return Root(tree.size, tree.root().hex(), now)


def parse_root(text: str) -> Root:
    """Read a root as sheets and QR codes show it: ``SIZE:HEX``, blanks and case do not count.

    Raises:
        Usage: it is none.
    """
    bare = re.sub(r"\s+", "", text).lower().removeprefix(ROOT_MARK.lower())
    found = re.fullmatch(r"(\d{1,12}):([0-9a-f]{64})", bare)
    if not found:
        raise Usage(
            Said("“{text}” is no root of the log.", text=text),
            Said("As printed: the number of acts, a colon, 64 hex digits."),
        )
    return Root(int(found[1]), found[2])


def proof(world: World, seq: int, *, size: int = 0) -> dict[str, object]:
    """Prove that act ``seq`` stands in the log of ``size`` acts, as plain data anybody can check (RFC 9162).

    Raises:
        NotFound: there is no such act.
        NotPermitted: not for the asker.
    """
    with gate.acting(world, PROVE, target=f"act {seq}") as passage:
        acts = list(passage.tx.log_from(1, limit=size))
    if not 1 <= seq <= len(acts):
        raise NotFound(Said("There is no act {seq}.", seq=seq), Said("The log has {count}.", count=len(acts)))
    leaves = [bytes.fromhex(a.leaf) for a in acts]
    path = audit.inclusion_proof(leaves, seq - 1)
    return {
        "act": acts[seq - 1].told(), "leaf": acts[seq - 1].leaf, "index": seq - 1, "size": len(leaves),
        "root": audit.root_of(leaves).hex(), "path": [p.hex() for p in path],
    }  # fmt: skip


def growth(world: World, first: int, second: int = 0) -> dict[str, object]:
    """Prove that the log of ``second`` acts goes on from its first ``first`` ones (RFC 9162).

    Raises:
        Usage: the log is not that long.
        NotPermitted: not for the asker.
    """
    with gate.acting(world, PROVE, target=f"acts 1..{first}") as passage:
        leaves = list(passage.tx.leaves(limit=second))
    if not 1 <= first <= len(leaves):
        raise Usage(Said("The log has {count} acts.", count=len(leaves)), Said("Ask for 1 to that many."))
    return {
        "first": first, "first_root": audit.root_of(leaves[:first]).hex(), "second": len(leaves),
        "second_root": audit.root_of(leaves).hex(),
        "path": [p.hex() for p in audit.consistency_proof(leaves, first)],
    }  # fmt: skip


def verify(world: World, printed: Sequence[Root] = ()) -> list[Finding]:
    """Recompute the whole log: each act's hash, its numbers, the copy in plain lines, and roots read from paper.

    Raises:
        NotPermitted: not for the asker.
    """
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        if mine.may(Action.READ_LOG) is None and mine.may(Action.CARE) is None:
            raise gate.refused(Action.READ_LOG)
    if world.place:
        # Each machine's copy follows its own acts; those of the others are brought now.
        world.journal.catch_up(world.catalogue)
    with world.catalogue.look() as tx:
        found, leaves = _rows(tx)
    found += _copy(world, leaves)
    for one in printed:
        if one.size > len(leaves):
            found.append(
                _broken(
                    one.size,
                    Said(
                        "The paper shows {size} acts, the log has {count}: some are gone.",
                        size=one.size,
                        count=len(leaves),
                    ),
                )
            )
        elif audit.root_of(leaves[: one.size]).hex() != one.root:
            found.append(
                _broken(
                    one.size, Said("The first {size} acts are not those whose root stands on the paper.", size=one.size)
                )
            )
    return found


def _rows(tx: Transaction) -> tuple[list[Finding], list[bytes]]:
    """Check every row; the tree is built over what stands there now, never over the hashes kept beside it."""
    found: list[Finding] = []
    leaves: list[bytes] = []
    lived, expected = 0, 1
    for act in tx.log_from(0):
        if act.seq != expected:
            found.append(
                _broken(
                    expected,
                    Said(
                        "Act {expected} is followed by {seq}: one was dropped or added.", expected=expected, seq=act.seq
                    ),
                )
            )
            expected = act.seq
        leaf = audit.leaf_hash(audit.canonical(act.told()))
        if leaf.hex() != act.leaf:
            found.append(
                _broken(
                    act.seq,
                    Said(
                        "Act {seq} ({act} {target}) was changed after it was written.",
                        seq=act.seq,
                        act=act.act,
                        target=act.target,
                    ),
                )
            )
        if act.lived < lived:
            found.append(_broken(act.seq, Said("Act {seq} lies before the one it follows.", seq=act.seq)))
        leaves.append(leaf)
        lived, expected = max(lived, act.lived), expected + 1
    return found, leaves


def _copy(world: World, leaves: Sequence[bytes]) -> list[Finding]:
    found: list[Finding] = []
    count = 0
    for count, line in enumerate(world.journal.acts(), 1):
        told = dict(line)
        kept = told.pop("leaf", "")
        if told.get("seq") != count or audit.leaf_hash(audit.canonical(told)).hex() != kept:
            found.append(
                _broken(count, Said("Line {count} of the log's copy was changed, moved or lost.", count=count))
            )
        elif count > len(leaves):
            found.append(
                _broken(count, Said("Act {count} stands in the log's copy and not in the catalogue.", count=count))
            )
        elif leaves[count - 1].hex() != kept:
            found.append(
                _broken(count, Said("Act {count} is another in the log's copy than in the catalogue.", count=count))
            )
        if len(found) >= 100:
            return found
    if count < len(leaves):
        found.append(
            _broken(count, Said("The log's copy ends at act {count} of {count_2}.", count=count, count_2=len(leaves)))
        )
    return found


def _broken(seq: int, detail: Said) -> Finding:
    return Finding("log", f"act {seq}", detail, Said("Compare with a backup and with the sheets on the shelf."))


def bring_back(world: World) -> int:
    """Fill an empty log from its copy in plain lines (the catalogue was lost); return how many acts.

    Acts that do not hash to what the copy says are brought back as they stand: ``verify`` names them.
    """
    with world.catalogue.begin() as tx:
        if tx.acts(limit=1):
            return 0
        return restore_acts(tx, world.journal.acts())


def restore_acts(tx: Transaction, lines: Iterable[Mapping[str, object]]) -> int:
    """Put acts back as a log's copy tells them; return how many."""
    count = 0
    for line in lines:
        data = line.get("data")
        if not line.get("seq"):
            continue
        tx.restore_act(
            Act(
                str(line.get("at", "")), str(line.get("user", "")), str(line.get("act", "")),
                str(line.get("target", "")), str(line.get("reason", "")), data if isinstance(data, dict) else {},
                int(str(line["seq"])), int(str(line.get("lived", 0))), str(line.get("leaf", "")),
            )
        )  # fmt: skip
        count += 1
    return count


ACTS = (READ_LOG, PROVE)
