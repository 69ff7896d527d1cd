"""Sixth station: electronic code, vault object, catalogue row and jobs. The order makes every crash harmless.

1. The code is committed to the item. 2. The vault object is written under that code; a repeat finds it there.
3. Record, jobs, parts and the item's next state are one commit. A file a cover or label names goes to the record it
names; where that record already holds a file of this carrier it becomes a record of its own, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dms.disk import make_folder, sync_file, sync_folder
from dms.domain.item import Hints, Item
from dms.domain.left_out import LeftOut, sentence
from dms.domain.numbers import ElectronicCode, parse_code
from dms.domain.pairing import FactDifference, differences, told_apart
from dms.domain.record import ALIVE, Carrier, Link, LinkState, Record, RecordState, filing_year
from dms.domain.scheme import Scheme
from dms.domain.splitting import sign_from_dict
from dms.flow.asking import ask_about, ask_signs, to_describe
from dms.flow.route import check_digest
from dms.flow.twice import ask_batch, ask_twice, claimed_before, seen_before
from dms.flow.versions import complete, older_than_vault
from dms.flow.work import Work, copy_whole, page_files, record_json, safe_name, text_of
from dms.ports.catalogue import Act, Attention, Transaction
from dms.ports.examine import Attachment
from dms.said import NOTHING, Do, Said, Word, joined, read_said


def register(work: Work) -> Item:
    """Give the document its electronic code and keep it for good (promise 1).

    Raises:
        Damaged: the vault does not hold what was received.
        Unavailable: disk full or catalogue locked; nothing is lost, it is tried again.
    """
    item = _with_code(work)
    work.item = item
    code = parse_code(item.code)
    with work.world.catalogue.look() as tx:
        before = tx.record(item.code)
    record = _record(work, code, before)
    record = _keep(work, record, awaited=before is not None and _awaits_file(before))
    return _commit(work, record, new=before is None)


def _with_code(work: Work) -> Item:
    """Step 1: settle which code this item has, in one commit that no second item can share."""
    item, world = work.item, work.world
    if item.code:
        return item
    carrier = _carrier(work)
    year = datetime.fromisoformat(item.created).year
    with world.catalogue.begin() as tx:
        wanted = str(item.data.get("attach", ""))
        if wanted:
            held = tx.record(wanted)
            free = held is None or _can_take(held, carrier)
            if free and tx.claim_digest(f"attach:{wanted}:{carrier}", item.id) == item.id:
                item = item.with_(code=wanted)
            else:
                why = Said("was voided") if held and held.state is RecordState.VOID else Said("already has a scan")
                batch = held is not None and held.state in ALIVE and carrier == "paper" and not held.paper.sha512
                item = item.noting(attach="", twice=wanted, twice_why=why.stored(), later_batch=batch)
        if not item.code:
            item = item.with_(code=str(tx.next_code(world.scheme.fonds, year)))
        tx.save_item(item)
    return item


def _can_take(record: Record, carrier: str) -> bool:
    """A reserved record takes anything; a registered or filed one takes the carrier's file it does not have yet."""
    if record.state is RecordState.RESERVED:
        return True
    if record.state not in ALIVE:
        return False
    return carrier == "paper" and not record.paper.sha512 and not _is_scan(record)


def _awaits_file(record: Record) -> bool:
    """A paper of an old catalogue, in its place but never scanned."""
    return record.state in ALIVE and not record.electronic.present


def _is_scan(record: Record) -> bool:
    """The electronic carrier was itself made from the paper."""
    return record.electronic.present and record.link.proof.startswith("scan")


def _carrier(work: Work) -> str:
    """Which carrier the file stands for: a scan is the paper's image, anything else is electronic."""
    return work.item.hints.carrier or ("paper" if work.inspection.kind == "scan" else "electronic")


def _record(work: Work, code: ElectronicCode, before: Record | None) -> Record:
    item, told = work.item, work.item.data["description"]
    world = work.world
    scan = _carrier(work) == "paper"
    stored = safe_name(item.name)
    day = date.fromisoformat(told["date"]) if told["date"] else None
    if before is not None and before.state in ALIVE and before.electronic.present:
        # The paper of a record that came as an electronic file: its scan joins it, if both tell the same (R12).
        differing = _differences(work, before)
        state = LinkState.MISMATCH if differing else LinkState.CONFIRMED
        return before.with_(
            paper=replace(before.paper, present=True, name=stored, media_type=item.data["media_type"],
                          size=item.size, sha512=item.sha512, pages=len(work.content)),
            link=Link(state, "qr", item.user, item.created),
        )  # fmt: skip
    if before is not None and _awaits_file(before):
        # Its paper was catalogued before it was scanned: what the catalogue says of it changes by consent only (R8).
        pages = before.paper.pages or len(work.content)
        return before.with_(
            electronic=_electronic(work, str(code)),
            paper=replace(before.paper, present=True, pages=pages),
            link=Link(LinkState.CONFIRMED, "scan+qr", item.user, item.created),
        )
    base = _of_class(world.scheme, before or Record(str(code)), told["class_code"])
    received = datetime.fromisoformat(item.created)
    link = Link(LinkState.CONFIRMED, "scan+qr" if before else "scan", item.user, item.created) if scan else base.link
    return base.with_(
        title=told["title"],
        customer=told["customer"],
        manager=told["manager"],
        date=day,
        year=filing_year(before, day, received.date()),
        state=RecordState.REGISTERED,
        form=told["form"],
        fields={**base.fields, **told["fields"]},
        uncertain=tuple(told["uncertain"]),
        electronic=_electronic(work, str(code)),
        paper=replace(base.paper, present=True, pages=len(work.content)) if scan else base.paper,
        link=link,
        batch=str(item.data.get("batch", "")),
        part_of=str(item.data.get("part_of", "")),
        received_at=item.created,
        received_by=item.user,
    )


def _electronic(work: Work, code: str) -> Carrier:
    item = work.item
    return Carrier(
        present=True,
        address=work.world.vault.address(code),
        name=safe_name(item.name),
        media_type=item.data["media_type"],
        size=item.size,
        sha512=item.sha512,
        pages=len(work.content),
    )


def _of_class(scheme: Scheme, record: Record, class_code: str) -> Record:
    """Return a record with what it has of its class; a reserved number keeps the retention it says."""
    kind = scheme.classes.get(class_code)
    if kind is None:
        return record.with_(class_code=class_code)
    placed = record.with_(**kind.given)
    return placed.with_(retention=record.retention) if record.paper_number else placed


def _differences(work: Work, before: Record) -> list[FactDifference]:
    """What the scan tells differently from the electronic file it was matched to by its code."""
    told = work.item.data["description"]
    names = [(before.customer, told["customer"]), (before.fields.get("contact", ""), told["fields"].get("contact", ""))]
    ours = frozenset({before.code, before.paper_number} - {""})
    pages = [p.text for p in work.content]
    return differences(text_of(work.world, before.code), pages, names=names, ours=ours)


def _keep(work: Work, record: Record, *, awaited: bool) -> Record:
    """Step 2: write the vault object, unless an earlier try already did.

    Args:
        work: the file's.
        record: as it is going to be.
        awaited: its object is there already and holds no file yet.
    """
    item, vault = work.item, work.world.vault
    joins = record.paper.sha512 == item.sha512
    place = f"{'paper' if joins else 'original'}/{safe_name(item.name)}"
    complete(work.world, record.code)
    head = vault.head(record.code)
    held = head is not None and any(path.startswith("original/") for path in head.files)
    if (
        head is not None
        and not joins
        and (held or not awaited)
        and (place not in head.files or head.files[place].sha512 != item.sha512)
    ):
        # A catalogue that is older than its vault counts codes anew: what stands there is another record's original.
        raise older_than_vault(record.code)
    if head is None or place not in head.files or head.files[place].sha512 != item.sha512:
        access = work.folder / "access.pdf"
        work.world.examiner().access_copy(work.original, work.inspection, work.content, work.folder, access)
        files: dict[str, Path | bytes | None] = {place: work.original, "record.json": record_json(record)}
        if joins:
            files["paper/access.pdf"] = access
            files.update({f"paper/{name}": data for name, data in page_files(work.content, _left_out(work)).items()})
        else:
            files["access.pdf"] = access
            files.update(page_files(work.content, _left_out(work)))
        head = vault.write(
            record.code,
            files,
            message=_how(item, joins=bool(joins)).stored(),
            user=item.user,
            at=item.created,
        )
    check_digest(head.files[place].sha512, item.sha512, item.name)
    return record


def _commit(work: Work, record: Record, *, new: bool) -> Item:
    """Step 3: everything that makes the record known, in one commit."""
    item, world = work.item, work.world
    children = _children(work, record)
    now = world.now()
    # Before the commit: both texts are read and compared.
    differing = _differences(work, record) if record.link.state is LinkState.MISMATCH else []
    twin = seen_before(work, record) if _new_content(item, record) else None
    done = item.with_(station="pair").noting(outcome="registered", parts=[c.id for c in children])
    with world.catalogue.begin() as tx:
        if new:
            tx.add_record(record)
        else:
            tx.save_record(record)
        for child in children:
            tx.add_item(child)
        tx.enqueue("index", record.code)
        tx.log(Act(now, item.user, "register", record.code, "", {"from": item.origin, "sha512": item.sha512}))
        _ask(tx, work, record, differing, now)
        _ask_hidden_twin(tx, item, record, now)
        if _new_content(item, record) and (twin := twin or claimed_before(tx, record, item.id)):
            ask_twice(tx, record, twin, now)
        tx.save_item(done)
    return done


def _new_content(item: Item, record: Record) -> bool:
    """False for the paper of a record that came as a file: it belongs there."""
    return record.electronic.sha512 == item.sha512


def _ask_hidden_twin(tx: Transaction, item: Item, record: Record, now: str) -> None:
    """Tell those who see a record that the same bytes came again: from somebody who may not know of it (R5), or anew.

    What was deleted or destroyed by consent (R9) is no longer there to be the same: it is registered, and asked about.
    """
    others = {other.code: other for other in tx.records_by_digest(item.sha512)}
    gone = tx.record(str(item.data.get("gone", "")))
    if gone is not None:
        others.setdefault(gone.code, gone)
    for other in others.values():
        told = _came_again(other.state, record.code)
        if told and other.code != record.code:
            show, delete = Do("show", record.code), Do("delete")
            todo = (
                Said("Compare them with “{act}”; remove one of them by “{act_2}”.", act=show, act_2=delete)
                if other.state in ALIVE
                else Said("Look at it with “{act}”; if it should be gone as well, “{act_2}”.", act=show, act_2=delete)
            )
            tx.ask(Attention("quality", other.code, told, todo, now))


def _came_again(state: RecordState, code: str) -> Said:
    """Return what those are told who see the record that holds, or held, the same bytes; nothing where none is left."""
    if state in ALIVE:
        return Said("The very same file was handed in again, as {record}.", record=code)
    if state is RecordState.BINNED:
        return Said("The very same file was deleted by consent; it was handed in again, as {record}.", record=code)
    if state is RecordState.DESTROYED:
        return Said("The very same file was destroyed by consent; it was handed in again, as {record}.", record=code)
    return NOTHING


def _children(work: Work, record: Record) -> list[Item]:
    """Attachments travel on their own; their parent's folder may be gone by then, so they get their own copy."""
    item, world = work.item, work.world
    depth = int(item.data.get("depth", 0)) + 1
    taken = _parts(work)
    # What is left of the drop's room is shared by its parts, so that files within files cannot grow without end.
    room = (_room(item) - len(taken)) // max(1, len(taken))
    children = []
    for order, attachment in enumerate(taken, 1):
        child_id = f"{item.id}-{order:03d}"
        incoming = world.work / child_id / "incoming"
        make_folder(incoming.parent)
        copy_whole(attachment.path, incoming)
        sync_file(incoming)
        sync_folder(incoming.parent)
        children.append(
            Item(
                id=child_id,
                station="receive",
                name=attachment.name,
                source=str(incoming),
                origin=f"{item.origin} » {attachment.name}",
                parent=item.id,
                hints=Hints(class_code=item.hints.class_code, customer=item.hints.customer, manager=item.hints.manager),
                user=item.user,
                created=item.created,
                place=world.place,
                bulk=item.bulk,
            ).noting(part_of=record.code, depth=depth, room=room)
        )
    return children


def _parts(work: Work) -> Sequence[Attachment]:
    """Return the attachments that go on; the original holds the others, and :func:`_ask` says so."""
    if int(work.item.data.get("depth", 0)) >= _DEEPEST:
        return ()
    return work.inspection.attachments[: _room(work.item)]


def _room(item: Item) -> int:
    return int(item.data.get("room", _MOST_PARTS))


def _how(item: Item, *, joins: bool) -> Said:
    """Return what the vault's version notes of where it came from."""
    name = safe_name(item.name)
    return Said("Joined by its paper from {name}", name=name) if joins else Said("Registered from {name}", name=name)


def _ask(tx: Transaction, work: Work, record: Record, differing: Sequence[FactDifference], now: str) -> None:
    """Put before people what the machine must not decide."""
    item, code = work.item, record.code
    told: Mapping[str, Any] = item.data["description"]
    if record.uncertain:
        reasons = told.get("reasons", {})
        names = [Word("field", name) for name in record.uncertain]
        tx.ask(
            Attention(
                "describe",
                code,
                Said("“{title}”: please settle {names}.", title=record.title or item.name, names=names),
                to_describe(code, record.uncertain),
                now,
                {"reasons": {n: reasons[n] for n in record.uncertain if n in reasons}},
            )
        )
    if item.data.get("later_batch"):
        ask_batch(tx, record, item.data["twice"], now)
    elif item.data.get("twice"):
        wanted, why = item.data["twice"], read_said(item.data.get("twice_why", ""))
        tx.ask(
            Attention(
                "pair",
                code,
                Said(
                    "Its cover sheet names {wanted}, which {why}; it was registered apart as {code}.",
                    wanted=wanted,
                    why=why,
                    code=code,
                ),
                Said(
                    "Compare them with “{act}” and “{act_2}”; keep both, or use “{act_3}”.",
                    act=Do("show", wanted),
                    act_2=Do("show", code),
                    act_3=Do("pair"),
                ),
                now,
            )
        )  # fmt: skip
    signs = [sign_from_dict(told) for told in item.data.get("signs", ())]
    if signs:
        ask_signs(tx, code, signs, now)
    ask_about(tx, [sign_from_dict(told) for told in item.data.get("unused", ())], item.name, now)
    if differing:
        listed = told_apart(differing)
        todo = Said("Mend one of them, or: {act}", act=Do("pair", code, accept=True, reason="…"))
        tx.ask(Attention("pair", code, Said("Its two carriers differ: {listed}.", listed=listed), todo, now))
    warnings = [*work.inspection.warnings, *(w for p in work.content for w in p.warnings)]
    if work.inspection.active_content:
        active = Said("It holds active content, which is never run: {parts}", parts=work.inspection.active_content)
        warnings.append(active.stored())
    if item.data.get("sidecar_problem"):
        warnings.append(str(item.data["sidecar_problem"]))
    beyond = len(work.inspection.attachments) - len(_parts(work))
    if beyond:
        deep = Said(
            "{beyond} of the files in it lie too deep, or are too many, and were not taken apart.", beyond=beyond
        )
        warnings.append(deep.stored())
    asked = sentence(one for one in _left_out(work) if one.ask)
    if asked:
        warnings.append(asked.stored())
    if warnings:
        unique = list(dict.fromkeys(warnings))
        question = joined(*map(read_said, unique[:3]))
        if len(unique) > 3:
            question = Said("{warnings} (and {more} more)", warnings=question, more=len(unique) - 3)
        tx.ask(
            Attention(
                "quality",
                code,
                question,
                Said(
                    "Look at it with “{act}”; “{act_2}” if it is good enough.",
                    act=Do("show", code),
                    act_2=Do("attention", settle=code),
                ),
                now,
            )
        )


def _left_out(work: Work) -> tuple[LeftOut, ...]:
    """What of the file is not in its text; a record without any text is one more question (told or taken)."""
    pages, told = work.content, work.inspection.left_out
    unread = any(p.engine == "none" for p in pages)  # the archive's own choice, for all files
    if unread or any(p.text.strip() or p.warnings for p in pages):
        return told
    return (*told, LeftOut("no_text", ask=True))


# Files in files in files: past this they are left in their original; and so many parts of one drop at most.
_DEEPEST, _MOST_PARTS = 5, 20_000
