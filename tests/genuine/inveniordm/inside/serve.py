"""Serve InvenioRDM's interface below /api at a port of this machine, until killed."""

import os
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from invenio_app.factory import create_api
from invenio_db import db
from invenio_files_rest.models import Location
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, run_simple


class KeepAlive(WSGIRequestHandler):
    """Speak HTTP/1.1, as servers in use do."""

    protocol_version = "HTTP/1.1"


@event.listens_for(Engine, "connect")
def leave_transactions_to_us(connection: Any, _record: Any) -> None:
    """Python's sqlite3 is not to begin transactions by itself."""
    connection.isolation_level = None


@event.listens_for(Engine, "begin")
def begin(connection: Connection) -> None:
    """Let who may write wait for who does: SQLite refuses at once who wants to after having read."""
    reads = has_request_context() and request.method in ("GET", "HEAD")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def main() -> None:
    """Build the application and serve it."""
    interface = create_api()
    with interface.app_context():
        location = Location.get_default()
        data = str(Path(os.environ["INVENIO_INSTANCE_PATH"]) / "data")
        if location.uri != data:  # the folder was moved
            location.uri = data
            db.session.commit()
    run_simple(
        "127.0.0.1",
        int(os.environ["RDM_PORT"]),
        DispatcherMiddleware(Flask("root"), {"/api": interface}),
        threaded=True,
        request_handler=KeepAlive,
    )


if __name__ == "__main__":
    main()
