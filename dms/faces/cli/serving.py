"""``dms serve``, ``mcp`` and ``service``: the web pages, the API, and the workers behind them, in one process group."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, say
from dms.said import Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dms.ports.world import World


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for the office.")
@click.option("--port", default=8080, show_default=True)
@click.option("--watch", is_flag=True, help="Take in what is dropped into the inbox as well.")
@click.option("--json", "as_json", is_flag=True, help="Log as JSON lines.")
@click.pass_obj
def serve_command(session: Session, host: str, port: int, watch: bool, as_json: bool) -> None:
    """Serve the archive to browsers, until stopped. Who signs in needs a password: dms people password LOGIN."""
    try:
        import uvicorn

        from dms.faces.web.app import create_app
    except ImportError as problem:
        from dms.errors import MissingProgram

        raise MissingProgram(
            Said("The web pages need {problem}.", problem=problem.name), Said('pip install "dms[web]"')
        ) from problem

    with session.world(log="json" if as_json else "text") as world, ExitStack() as stack:
        app = create_app(world)
        app.state.workshop = stack.enter_context(_working(world, watch=watch))
        say(Said("http://{host}:{port}  (Ctrl-C stops)", host=host, port=port))
        code = app.state.doorkeeper.first_code(world)
        if code:
            say(
                Said(
                    "Nobody can sign in yet. One-time code for the first administrator: {code}",
                    code=code,
                )
            )
        # A proxy on this machine says whether people came by HTTPS; nobody else is believed.
        uvicorn.run(
            app, host=host, port=port, log_level="warning", server_header=False, access_log=False,
            proxy_headers=True, forwarded_allow_ips="127.0.0.1", timeout_graceful_shutdown=10,
        )  # fmt: skip


@click.command("mcp")
@click.option("--json", "as_json", is_flag=True, help="Log as JSON lines.")
@click.pass_obj
def mcp_command(session: Session, as_json: bool) -> None:
    """Let a language model's client read the archive over stdin and stdout, as the person named by --as.

    Model Context Protocol; read-only, nothing listens on a network. The client starts this command itself.
    """
    try:
        from dms.faces.mcp.server import serve
    except ImportError as problem:
        from dms.errors import MissingProgram

        raise MissingProgram(
            Said("The reading desk for programs needs {problem}.", problem=problem.name), Said('pip install "dms[mcp]"')
        ) from problem

    if sys.stdin.isatty():
        say(Said("A client starts this and speaks to it over stdin and stdout (docs/serving.md). Ctrl-D ends it."))
    with session.world(log="json" if as_json else "text") as world:
        serve(world)


@contextmanager
def _working(world: World, *, watch: bool) -> Iterator[Any]:
    """Run what takes items along: the watcher with its workshop, or a workshop alone."""
    import threading

    from dms.assembly import workers
    from dms.desk.intake.watching import Watcher
    from dms.desk.intake.workshop import Workshop

    if not watch:
        workshop = Workshop(world, workers(world.settings))
        with workshop.open():
            yield workshop
        return
    stop = threading.Event()
    watcher = Watcher(world, workers(world.settings))
    thread = threading.Thread(target=watcher.run, args=(stop,), name="watcher")
    thread.start()
    try:
        yield watcher
    finally:
        stop.set()
        thread.join(timeout=60)


_UNIT = """\
# /etc/systemd/system/dms.service   (written by: dms service print)
[Unit]
Description=dms archive {home}
After=network.target

[Service]
User={user}
WorkingDirectory={home}
ExecStart={program} --home {home} serve --watch --host {host} --port {port}
Restart=on-failure
RestartSec=5
TimeoutStopSec=90
KillSignal=SIGTERM
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
"""


@click.group("service")
def service_command() -> None:
    """Run the archive as a service of the machine."""


@service_command.command("print")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def service_print(session: Session, host: str, port: int, as_json: bool) -> None:
    """Print a systemd unit for this archive; save it where its first line says, then: systemctl enable --now dms."""
    import getpass
    import shutil
    from pathlib import Path

    from dms.faces.cli.output import answer

    with session.world() as world:
        folders = [path for path, _ in world.settings.folders()]
        home = world.settings.home
    program = shutil.which("dms") or str(Path(sys.executable).with_name("dms"))
    outside = [p for p in folders if not p.resolve().is_relative_to(home)]
    unit = _UNIT.format(
        home=_quoted(home), user=getpass.getuser(), program=_quoted(Path(program)), host=host, port=port,
        writable=" ".join(_quoted(p) for p in (home, *outside)),
    )  # fmt: skip
    answer({"unit": unit}, lambda c: c.print(unit, markup=False, highlight=False, soft_wrap=True), as_json=as_json)


def _quoted(path: object) -> str:
    """Write a path as systemd reads it: its own signs doubled, in quotes where a blank is in it."""
    told = str(path).replace("\\", "\\\\").replace("%", "%%").replace('"', '\\"')
    return f'"{told}"' if " " in told else told
