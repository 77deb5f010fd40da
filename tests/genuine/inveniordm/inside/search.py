"""A stand-in for OpenSearch that answers what InvenioRDM asks.

Usage: search.py --port PORT --state FILE
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from documents import SHARDS, Document, Documents

BETWEEN_SAVES = 2.0
"""Seconds."""

ENGINE = {
    "name": "stand-in",
    "cluster_name": "stand-in",
    "cluster_uuid": "stand-in",
    "version": {
        "distribution": "opensearch",
        "number": "2.11.0",
        "build_type": "none",
        "lucene_version": "9.7.0",
        "minimum_wire_compatibility_version": "7.10.0",
        "minimum_index_compatibility_version": "7.0.0",
    },
    "tagline": "finds what was put in",
}
OF_THE_CLUSTER = {
    "_cat",
    "_cluster",
    "_component_template",
    "_index_template",
    "_ingest",
    "_plugins",
    "_template",
}
NOTHING_TO_DO = {"_cache", "_close", "_flush", "_forcemerge", "_open", "_refresh"}
DONE = {"acknowledged": True}

Answer = tuple[int, Any]


class Handler(BaseHTTPRequestHandler):
    """Finds out what a request wants, and answers in JSON."""

    protocol_version = "HTTP/1.1"
    # One packet for each answer: two small ones take 40 ms because of delayed acknowledgements.
    disable_nagle_algorithm = True
    wbufsize = -1
    documents: Documents

    def handle_any(self) -> None:
        """Answer; what goes wrong is an answer, too."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/") if part]
        try:
            with self.documents.lock:
                status, answer = self.answer(parts, body)
                payload = json.dumps(answer).encode()
        except Exception as error:
            traceback.print_exc()
            status, reason = 500, {"type": type(error).__name__, "reason": str(error)}
            payload = json.dumps({"error": reason, "status": status}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def answer(self, parts: list[str], body: bytes) -> Answer:
        """Status and answer of a request to a path."""
        if not parts:
            return 200, ENGINE
        first, last = parts[0], parts[-1]
        if first in OF_THE_CLUSTER:
            return (404 if self.command == "HEAD" else 200), {"status": "green", **DONE}
        if last in NOTHING_TO_DO:
            return 200, {"_shards": SHARDS}
        if last in ("_bulk", "_msearch"):
            lines = [json.loads(line) for line in body.splitlines() if line.strip()]
            return 200, self.bulk(first, lines) if last == "_bulk" else self.searches(first, lines)
        data = json.loads(body) if body.strip() else {}
        if last in ("_search", "_count", "_mget", "_delete_by_query", "_update_by_query"):
            return 200, self.reading("*" if first == last else first, last, data)
        if first in ("_alias", "_aliases") or parts[1:2] in (["_alias"], ["_aliases"]):
            return self.alias(parts, data)
        return self.index_or_document(parts, data)

    def reading(self, index: str, operation: str, data: Document) -> Document:
        """Search, count, or fetch several documents."""
        if operation == "_search":
            return self.documents.search(index, data)
        if operation == "_count":
            return {"count": self.documents.search(index, data)["hits"]["total"]["value"]}
        if operation == "_mget":
            wanted = data.get("docs") or [{"_id": key} for key in data.get("ids", [])]
            found = [
                (one["_id"], self.documents.get(one.get("_index") or index, one["_id"])[1]) for one in wanted
            ]
            return {"docs": [{"_id": key, "found": one is not None, **(one or {})} for key, one in found]}
        return {"deleted": 0, "updated": 0, "total": 0, "failures": []}

    def searches(self, index: str, lines: list[Document]) -> Document:
        """Several searches: a line that says where, and one that says what."""
        pairs = zip(lines[::2], lines[1::2], strict=True)
        where = [(head.get("index") or index, body) for head, body in pairs]
        return {
            "responses": [
                self.documents.search(",".join(names) if isinstance(names, list) else names, body)
                for names, body in where
            ]
        }

    def bulk(self, index: str, lines: list[Document]) -> Document:
        """Several changes: a line that says which, and but for removals one with the document."""
        items, rest = [], iter(lines)
        for action in rest:
            ((operation, target),) = action.items()
            where = target.get("_index") or index
            key = str(target.get("_id") or uuid.uuid4())
            status = 200
            if operation == "delete":
                status = 200 if self.documents.remove(where, key) else 404
            elif operation == "update":
                changes = next(rest).get("doc", {})
                _, document = self.documents.get(where, key)
                status = 404 if document is None else 200
                if document is not None:
                    document["_source"].update(changes)
                    self.documents.changed = True
            else:
                self.documents.put(where, key, next(rest), target.get("version", 1))
                status = 201
            told = {"_index": where, "_id": key, "_version": target.get("version", 1), "status": status}
            items.append({operation: {**told, "result": "ok", "_shards": SHARDS}})
        return {"took": 1, "errors": False, "items": items}

    def alias(self, parts: list[str], data: Document) -> Answer:
        """Change or look up aliases."""
        if parts == ["_aliases"]:
            for action in data.get("actions", []):
                for operation, target in action.items():
                    names = target.get("indices") or [target.get("index", "")]
                    self.documents.alias(target["alias"], ",".join(names), remove=operation != "add")
            return 200, DONE
        if self.command in ("PUT", "POST"):
            self.documents.alias(parts[-1], parts[0])
            return 200, DONE
        names = self.documents.aliases.get(parts[-1])
        return (404, {}) if names is None else (200, {name: {"aliases": {parts[-1]: {}}} for name in names})

    def index_or_document(self, parts: list[str], data: Document) -> Answer:
        """What is said of an index, the index itself, or a document."""
        match parts:
            case [index]:
                return self.index(index, data)
            case [index, "_doc" | "_create" | "_source" | "_update", *key]:
                return self.document(index, key[0] if key else str(uuid.uuid4()), data)
            case [index, "_mapping" | "_settings" | "_stats"] if self.command == "GET":
                return 200, {name: {"mappings": {"properties": {}}} for name in self.documents.named(index)}
            case _:
                return 200, DONE

    def document(self, index: str, key: str, data: Document) -> Answer:
        """Keep, fetch or remove one document."""
        if self.command in ("PUT", "POST"):
            name = self.documents.put(index, key, data)
            order = {"_version": 1, "_seq_no": 1, "_primary_term": 1, "_shards": SHARDS}
            return 201, {"_index": name, "_id": key, **order, "result": "created"}
        name, found = self.documents.get(index, key)
        told = {"_index": name, "_id": key, "found": found is not None}
        if found is None:
            return 404, {**told, "result": "not_found"}
        if self.command == "DELETE":
            self.documents.remove(index, key)
            return 200, {**told, "result": "deleted"}
        return 200, {**told, **found}

    def index(self, expression: str, data: Document) -> Answer:
        """Make, remove or describe indices."""
        if self.command == "PUT":
            self.documents.make(expression)
            for alias in data.get("aliases", {}):
                self.documents.alias(alias, expression)
            return 200, {**DONE, "shards_acknowledged": True, "index": expression}
        names = self.documents.named(expression)
        if self.command == "DELETE":
            for name in names:
                del self.documents.indices[name]
            self.documents.changed = True
            return 200, DONE
        described = {
            name: {
                "aliases": {alias: {} for alias, meant in self.documents.aliases.items() if name in meant},
                "mappings": {},
                "settings": {},
            }
            for name in names
        }
        return (200 if names else 404), described

    def log_message(self, *_: Any) -> None:
        """Requests are not logged."""


def main() -> None:
    """Serve until told to end, and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="where the documents are saved")
    arguments = parser.parse_args()
    Handler.documents = Documents(arguments.state)
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    server.daemon_threads = True
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while not stopping.wait(BETWEEN_SAVES):
        Handler.documents.save()
    server.shutdown()
    Handler.documents.save()


if __name__ == "__main__":
    main()
