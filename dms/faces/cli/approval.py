"""``dms declare``, ``approve`` and ``reject``: the gate of R3 and R4."""

from __future__ import annotations

import click

from dms.faces.cli.output import Session, answer, json_option, tell
from dms.said import Said, Word


@click.command("declare")
@click.argument("record")
@click.option("--statement", default="", help="What you declare besides: true and accurate.")
@json_option
@click.pass_obj
def declare_command(session: Session, record: str, statement: str, as_json: bool) -> None:
    """Declare as its handler (经办人) that a record is true and accurate (R3)."""
    from dms.desk.signing.approving import declare

    with session.world() as world:
        done = declare(world, record, statement=statement)
    answer(
        {"declared": done.code},
        lambda c: tell(c, Said("{done} is declared.", done=done.code)),
        as_json=as_json,
    )


@click.command("approve")
@click.argument("record")
@click.option(
    "--ink",
    type=click.Choice(["customer", "handler", "supervisor"]),
    default=None,
    help="Confirm that this person's signature stands on the paper.",
)
@click.option("--spot", default=0, help="Which of the signatures found, as “dms show” lists them.")
@click.option("--note", default="", help="What was seen, or why.")
@json_option
@click.pass_obj
def approve_command(session: Session, record: str, ink: str | None, spot: int, note: str, as_json: bool) -> None:
    """Approve a record as its direct supervisor, or confirm a signature on its paper (R4)."""
    from dms.desk.signing.approving import approve, confirm

    with session.world() as world:
        if ink:
            signature = confirm(world, record, ink, spot=spot, note=note)
            data = {"code": signature.code, "role": signature.role, "kind": "ink", "note": signature.note}
        else:
            data = {"code": approve(world, record, note=note).code, "role": "supervisor", "kind": "electronic"}
    role, kind = Word("role", data["role"]), Word("signed", data["kind"])
    told = Said("{code}: {role}, {kind}", code=data["code"], role=role, kind=kind)
    answer(data, lambda c: tell(c, told), as_json=as_json)


@click.command("reject")
@click.argument("record")
@click.option("--reason", required=True, help="Why it goes back to its handler.")
@json_option
@click.pass_obj
def reject_command(session: Session, record: str, reason: str, as_json: bool) -> None:
    """Send a record back to its handler; what was signed does not count any more."""
    from dms.desk.signing.approving import reject

    with session.world() as world:
        done = reject(world, record, reason=reason)
    answer(
        {"rejected": done.code, "reason": reason},
        lambda c: tell(c, Said("{done} goes back: {reason}", done=done.code, reason=reason)),
        as_json=as_json,
    )
