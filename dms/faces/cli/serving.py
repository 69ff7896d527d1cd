"""``dms serve``: the web pages, the API, and the workers behind them, in one process group."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, say

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

        raise MissingProgram(f"The web pages need {problem.name}.", 'pip install "dms[web]"') from problem

    with session.world(log="json" if as_json else "text") as world, ExitStack() as stack:
        app = create_app(world)
        app.state.workshop = stack.enter_context(_working(world, watch=watch))
        say(f"http://{host}:{port}  (Ctrl-C stops)")
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, access_log=False)


@contextmanager
def _working(world: World, *, watch: bool) -> Iterator[Any]:
    """Run what takes items along: the watcher with its workshop, or a workshop alone."""
    import threading

    from dms.assembly import workers
    from dms.desk.watching import Watcher
    from dms.desk.workshop import Workshop

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
