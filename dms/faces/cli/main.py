"""The command line: global options, the list of commands, and how errors end (docs: ``docs/commands.md``).

``--home``, ``--as`` and ``--lang`` stand before the command, ``--json`` after it. Answers go to stdout, all else to
stderr.
Exit codes: 0 done, 1 failure, 2 usage, 3 a needed program is missing, 4 not found, 5 not permitted or needs approval,
6 findings, 130 stopped.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from dms import __version__
from dms.errors import DmsError
from dms.faces.cli.helping import SpokenContext, misused, spoken_by
from dms.faces.cli.output import Session, report_error, speak
from dms.faces.languages import LANGUAGES, language_named
from dms.said import Said

# Command -> module that defines it under the same name; imported when it is called, so that help stays quick.
COMMANDS = {
    "init": "home",
    "demo": "home",
    "watch": "intake",
    "ingest": "intake",
    "retry": "intake",
    "discard": "intake",
    "attention": "intake",
    "search": "records",
    "show": "records",
    "describe": "records",
    "pair": "records",
    "rescan": "records",
    "pages": "pages",
    "join": "pages",
    "split": "pages",
    "declare": "approval",
    "approve": "approval",
    "reject": "approval",
    "file": "records",
    "change": "consent",
    "promote": "consent",
    "delete": "consent",
    "restore": "consent",
    "purge": "consent",
    "hold": "consent",
    "access": "consent",
    "cover": "sheets",
    "label": "sheets",
    "print": "sheets",
    "reserve": "sheets",
    "void": "sheets",
    "reprint": "shelf",
    "volume": "shelf",
    "locate": "shelf",
    "loan": "shelf",
    "stocktake": "shelf",
    "report": "reports",
    "grade": "reports",
    "appraise": "reports",
    "import": "reports",
    "handover": "reports",
    "worker": "intake",
    "serve": "serving",
    "service": "serving",
    "mcp": "serving",
    "people": "masters",
    "customers": "masters",
    "lessons": "masters",
    "forms": "masters",
    "audit": "log",
    "verify": "care",
    "doctor": "care",
    "key": "care",
    "reindex": "care",
    "rebuild": "care",
    "backup": "care",
    "recover": "care",
    "migrate": "care",
}


class Commands(click.Group):
    """Finds commands by name in their module."""

    context_class = SpokenContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = getattr(importlib.import_module(f"dms.faces.cli.{module}"), f"{cmd_name}_command")
        if not isinstance(found, click.Command):
            raise TypeError(f"{cmd_name}_command is not a command")
        return spoken_by(found)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from one table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, HELP[name]) for name in COMMANDS])


HELP = {
    "init": "Make an archive home.",
    "demo": "Make a small archive with real-looking scans and take it through the whole journey.",
    "watch": "Take in what is dropped into the inbox, until stopped.",
    "ingest": "Take in files now.",
    "retry": "Send files from quarantine through the journey again.",
    "discard": "Remove a file from quarantine that will never be taken in; it does not come back.",
    "attention": "List what people must settle.",
    "search": "Search the whole archive.",
    "show": "Show everything about one record.",
    "describe": "Settle class, customer, manager, title or date of a record.",
    "pair": "Join an electronic file and the scan of its paper into one record.",
    "rescan": "Settle a paper that was scanned twice.",
    "pages": "List the pages of a record, or put them in order, turn, straighten, crop or take them out.",
    "join": "Join a record's pages to another's: a later batch, or the backs of its fronts.",
    "split": "Make a record of its own of a record's pages from one on.",
    "declare": "Declare as handler that a record is true and accurate.",
    "approve": "Approve as supervisor, or confirm a signature on the paper.",
    "reject": "Send a record back to its handler.",
    "file": "File a record: paper number, stamp, QR, remarks.",
    "change": "Ask for a change of a filed record, or decide it.",
    "promote": "Move a filed record into another class.",
    "delete": "Ask for a record to be removed, or decide it; the bin.",
    "restore": "Take a record out of the bin.",
    "purge": "Destroy what has been in the bin for its month.",
    "hold": "Keep records from destruction while a dispute lasts.",
    "access": "Ask for access to other people's records, and decide it.",
    "cover": "Print cover sheets for stacks to scan, or reprint one.",
    "label": "Print cross-reference labels.",
    "print": "Print any sheet by its name.",
    "reserve": "Reserve paper numbers and print their cover sheets.",
    "void": "Void a number or code nobody will use.",
    "reprint": "List the sheets that must be printed again.",
    "volume": "List, check, close and bind volumes.",
    "locate": "Say or tell where paper stands.",
    "loan": "Lend paper out and take it back.",
    "stocktake": "Compare a shelf with the catalogue.",
    "report": "Review packs, dossiers, exceptions, the four-property check.",
    "grade": "Propose and decide customers' classes.",
    "appraise": "Destruction at the end of retention.",
    "import": "Import people, customers, dealings or old catalogues.",
    "handover": "Write or check a hand-over package.",
    "worker": "Take along what other machines received, until stopped.",
    "serve": "Serve the archive to browsers.",
    "service": "Print a systemd unit that runs the archive.",
    "mcp": "Let a language model's client read the archive.",
    "people": "Add and list the people of the archive.",
    "customers": "Add, import and list customers.",
    "forms": "List forms, keep a profile file of your own, and take a taught one back.",
    "lessons": "List and take back what was learned from people's corrections.",
    "audit": "List, prove and verify the log.",
    "verify": "Check digests, numbers, orphans and the index.",
    "doctor": "Check programs, fonts, engines, folders and sizes.",
    "key": "Renew the key that signs QR codes.",
    "reindex": "Build the search index anew.",
    "rebuild": "Rebuild a lost catalogue from the vault.",
    "backup": "Copy the whole archive to a folder.",
    "recover": "Bring a backup back.",
    "migrate": "Move the archive to other engines (PostgreSQL, a bucket) or back, proven equal.",
}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(path_type=Path), default=None, help="Archive home (or DMS_HOME; default: here)."
)
@click.option("--as", "user", default=None, help="Who acts (or DMS_USER; default: your login).")
@click.option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    default=None,
    help="Language: zh (简体), zh-TW (繁體) or en (or LC_ALL, LC_MESSAGES, LANG).",
)
@click.version_option(__version__, "--version", prog_name="dms")
@click.pass_context
def cli(ctx: click.Context, home: Path | None, user: str | None, lang: str | None) -> None:
    """Dual-track archiving (双轨制): signed paper and electronic files, one archive, linked both ways."""
    ctx.obj = Session(
        home=home or Path(os.environ.get("DMS_HOME") or "."),
        user=user or os.environ.get("DMS_USER") or _login(),
    )


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language asked for with ``--lang``, else the one of the environment, else English.

    It is read before the options are: a wrong option is told in it as well.
    """
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            asked = value or (arguments[place + 1] if place + 1 < len(arguments) else "")
            return asked if asked in LANGUAGES else "en"
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return language_named(locale) or "en"


def run(argv: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    sys.exit(main(arguments))


def main(arguments: Sequence[str]) -> int:
    """Run a command; return its exit code. Every error ends as a sentence, with ``--json`` as JSON on stdout."""
    as_json = "--json" in arguments
    speak(language_of(arguments, os.environ))
    try:
        result = cli.main(args=list(arguments), prog_name="dms", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except DmsError as problem:
        report_error(problem.code, problem.said, problem.remedy, as_json=as_json)
        return problem.exit_code
    except click.UsageError as problem:
        command = problem.ctx.command_path if problem.ctx else "dms"
        hint = Said("See “{command} --help”.", command=command)
        report_error("usage", misused(problem), hint, as_json=as_json)
        return 2
    except (KeyboardInterrupt, click.Abort):
        stopped = Said("What was under way goes on at the next run.")
        report_error("stopped", Said("Stopped."), stopped, as_json=as_json)
        return 130
    except BrokenPipeError:
        # The reader of a pipe (head, less) went away: nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    run()
