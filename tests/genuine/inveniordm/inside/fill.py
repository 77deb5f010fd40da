"""Fill the folder of a new InvenioRDM: tables, indices, vocabularies, users, tokens."""

import csv
import datetime
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import invenio_rdm_records
import yaml
from flask_security.utils import hash_password
from invenio_access.permissions import system_identity
from invenio_accounts.proxies import current_datastore
from invenio_app.factory import create_api
from invenio_db import db
from invenio_db.utils import create_alembic_version_table
from invenio_files_rest.models import Location
from invenio_oauth2server.models import Token
from invenio_records_resources.proxies import current_service_registry
from invenio_records_resources.services.uow import UnitOfWork
from invenio_search import current_search
from invenio_vocabularies.proxies import current_service as vocabulary_service

SHIPPED = Path(invenio_rdm_records.__file__).parent / "fixtures" / "data"

OWN_SERVICE = {"affiliations", "funders"}
SKIPPED = {"names", "awards"}
ONLY = {
    "languages": {"dan", "deu", "eng", "fra", "ita", "jpn", "por", "spa", "zho"},
    "code:programmingLanguages": {
        *("c", "c++", "fortran", "java", "javascript", "julia", "jupyter_notebook"),
        *("matlab", "python", "r", "rust", "shell"),
    },
}
"""Of long vocabularies (7,800 and 706 entries) a few entries are enough."""


def main() -> None:
    """Do it once."""
    folder = Path(os.environ["INVENIO_INSTANCE_PATH"])
    with sqlite3.connect(folder / "db.sqlite") as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # who reads waits for nobody who writes
    with create_api().app_context():
        for table in db.metadata.sorted_tables:
            table.create(bind=db.engine, checkfirst=True)
        create_alembic_version_table()
        list(current_search.create(ignore=[400]))
        list(current_search.put_templates(ignore=[400]))
        (folder / "data").mkdir(exist_ok=True)
        db.session.add(Location(name="default", uri=str(folder / "data"), default=True))
        db.session.commit()
        load_vocabularies()
        tokens = folder / "tokens"
        tokens.mkdir(mode=0o700, exist_ok=True)
        for name, text in make_tokens().items():
            (tokens / name).touch(mode=0o600)
            (tokens / name).write_text(f"{text}\n", "ascii")


def load_vocabularies() -> None:
    """Licences, resource types, roles, funders and so on, as they come with InvenioRDM."""
    for vocabulary, definition in parsed(SHIPPED / "vocabularies.yaml").items():
        if vocabulary in SKIPPED:
            continue
        path = SHIPPED / definition["data-file"]
        entries = list(licences(path)) if path.suffix == ".csv" else parsed(path) or []
        if vocabulary in ONLY:
            entries = [entry for entry in entries if entry["id"] in ONLY[vocabulary]]
        if vocabulary in OWN_SERVICE:
            service = current_service_registry.get(vocabulary)
        else:
            service = vocabulary_service
            service.create_type(system_identity, vocabulary, definition["pid-type"])
            entries = [{**entry, "type": vocabulary} for entry in entries]
        with UnitOfWork() as unit:
            for entry in entries:
                service.create(system_identity, entry, uow=unit)
            unit.commit()


def licences(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of the table of licences."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            properties = {
                name.removeprefix("props__"): text for name, text in row.items() if name.startswith("props__")
            }
            tags = row["tags"].split(",")
            yield {"id": row["id"], "title": {"en": row["title__en"]}, "tags": tags, "props": properties}


def parsed(path: Path) -> Any:
    """What a YAML file holds."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def make_tokens() -> dict[str, str]:
    """Two users with a token each, and one of the first that is no longer valid."""
    depositor, curator = make_user("depositor"), make_user("curator")
    now = datetime.datetime.now(datetime.UTC)
    return {
        "depositor": make_token(depositor),
        "curator": make_token(curator),
        "expired": make_token(depositor, now - datetime.timedelta(days=1)),
    }


def make_user(name: str) -> int:
    """A user with a confirmed address; its number."""
    user = current_datastore.create_user(
        email=f"{name}@example.org",
        username=name,
        password=hash_password(secrets.token_urlsafe(24)),
        active=True,
        confirmed_at=datetime.datetime.now(datetime.UTC),
    )
    db.session.commit()
    return int(user.id)


def make_token(user: int, expires: datetime.datetime | None = None) -> str:
    """A personal access token of a user."""
    token = Token.create_personal("tests", user, scopes=["user:email"], is_internal=False)
    token.expires = expires
    db.session.commit()
    return str(token.access_token)


if __name__ == "__main__":
    main()
