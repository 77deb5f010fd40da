"""Serve InvenioRDM's interface below /api at a port of this machine, until killed."""

import os
from pathlib import Path

from flask import Flask
from invenio_app.factory import create_api
from invenio_db import db
from invenio_files_rest.models import Location
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, run_simple


class KeepAlive(WSGIRequestHandler):
    """Speak HTTP/1.1, as servers in use do."""

    protocol_version = "HTTP/1.1"


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
