"""What the stand-in for a search engine keeps, and how it finds it again.

Values are compared as they are: nothing is analysed, ranked or counted. A query in words finds documents with
all of them, and one with operators finds everything.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Document = dict[str, Any]

PAGE = 10
SHARDS = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
NO_BUCKETS = {"buckets": [], "value": 0, "doc_count_error_upper_bound": 0, "sum_other_doc_count": 0}


class Documents:
    """Indices, aliases and documents; a JSON file is their saved form."""

    def __init__(self, path: Path) -> None:
        """What is saved is read."""
        self.lock = threading.RLock()
        self.indices: dict[str, dict[str, Document]] = {}
        self.aliases: dict[str, list[str]] = {}
        self.changed = False
        self._path = path
        if path.exists():
            saved = json.loads(path.read_text("utf-8"))
            self.indices, self.aliases = saved["indices"], saved["aliases"]

    def save(self) -> None:
        """Write the file if something changed since it was written."""
        with self.lock:
            if not self.changed:
                return
            text = json.dumps({"indices": self.indices, "aliases": self.aliases})
            self.changed = False
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(text, "utf-8")
        temporary.replace(self._path)

    def named(self, expression: str) -> list[str]:
        """The indices that a list with commas and asterisks names, by their names or their aliases."""
        found: list[str] = []
        for part in expression.split(","):
            pattern = re.compile(re.escape(part).replace(r"\*", ".*"))
            found += filter(pattern.fullmatch, self.indices)
            for alias, names in self.aliases.items():
                if pattern.fullmatch(alias):
                    found += names
        return [name for name in dict.fromkeys(found) if name in self.indices]

    def make(self, name: str) -> str:
        """The index of this name or alias, which is made where there is none."""
        self.changed = True
        real = (self.named(name) or [name])[0]
        self.indices.setdefault(real, {})
        return real

    def alias(self, alias: str, expression: str, *, remove: bool = False) -> None:
        """Let an alias mean some indices, too, or no longer."""
        names = self.aliases.setdefault(alias, [])
        for name in self.named(expression):
            if remove and name in names:
                names.remove(name)
            elif not remove and name not in names:
                names.append(name)
        self.changed = True

    def put(self, index: str, key: str, source: Document, version: int = 1) -> str:
        """Keep a document, and return the name of its index."""
        name = self.make(index)
        self.indices[name][key] = {"_source": source, "_version": version}
        return name

    def get(self, index: str, key: str) -> tuple[str, Document | None]:
        """The index that holds a document, and the document."""
        for name in self.named(index):
            if key in self.indices[name]:
                return name, self.indices[name][key]
        return index, None

    def remove(self, index: str, key: str) -> bool:
        """Remove a document; tell whether it was there."""
        name, document = self.get(index, key)
        if document is not None:
            del self.indices[name][key]
            self.changed = True
        return document is not None

    def search(self, index: str, body: Document) -> Document:
        """The answer to a search, in the form of the search engine."""
        hits = [
            {"_index": name, "_id": key, "_score": 1.0, "sort": [1], **document}
            for name in self.named(index)
            for key, document in self.indices[name].items()
            if matches(body.get("query"), document["_source"], key)
            and matches(body.get("post_filter"), document["_source"], key)
        ]
        _sort(hits, body.get("sort") or [])
        first, size = body.get("from") or 0, body.get("size")
        page = hits[first : first + (PAGE if size is None else size)]
        total = {"value": len(hits), "relation": "eq"}
        return {
            "took": 1,
            "timed_out": False,
            "_shards": SHARDS,
            "hits": {"total": total, "max_score": 1.0, "hits": page},
            "aggregations": dict.fromkeys(body.get("aggs", {}), NO_BUCKETS),
        }


def matches(query: Document | None, document: Document, key: str) -> bool:
    """Whether a document is meant by a query; one of an unknown kind means every document."""
    if not query:
        return True
    kind, clause = next(iter(query.items()))
    kinds: dict[str, Callable[[], bool]] = {
        "match_none": lambda: False,
        "bool": lambda: _all_of(clause, document, key),
        "term": lambda: _equal(clause, document, key),
        "match": lambda: _equal(clause, document, key),
        "match_phrase": lambda: _equal(clause, document, key),
        "terms": lambda: _one_of(clause, document, key),
        "ids": lambda: key in clause["values"],
        "exists": lambda: bool(values(document, clause["field"])),
        "nested": lambda: matches(clause["query"], document, key),
        "query_string": lambda: _words(str(clause.get("query", "")), document),
        "simple_query_string": lambda: _words(str(clause.get("query", "")), document),
        "multi_match": lambda: _words(str(clause.get("query", "")), document),
    }
    return kinds[kind]() if kind in kinds else True


def values(document: Document, path: str) -> list[Any]:
    """What is at a path with dots, in every item of the lists on the way."""
    found: list[Any] = [document]
    for name in path.removesuffix(".keyword").split("."):
        found = [item[name] for item in _flat(found) if isinstance(item, dict) and name in item]
    return list(_flat(found))


def _flat(found: Iterable[Any]) -> Iterable[Any]:
    for value in found:
        yield from value if isinstance(value, list) else [value]


def _all_of(clause: Document, document: Document, key: str) -> bool:
    def each(name: str) -> list[bool]:
        return [matches(query, document, key) for query in _flat([clause.get(name, [])])]

    if not all(each("must") + each("filter")) or any(each("must_not")):
        return False
    optional = each("should")
    needed = clause.get("minimum_should_match") or not (clause.get("must") or clause.get("filter"))
    return any(optional) if optional and needed else True


def _equal(clause: Document, document: Document, key: str) -> bool:
    ((field, wanted),) = clause.items()
    if isinstance(wanted, dict):
        wanted = wanted.get("value", wanted.get("query"))
    return _is(field, wanted, document, key)


def _one_of(clause: Document, document: Document, key: str) -> bool:
    return all(
        any(_is(field, wanted, document, key) for wanted in listed)
        for field, listed in clause.items()
        if field != "boost"
    )


def _is(field: str, wanted: Any, document: Document, key: str) -> bool:
    present = [key] if field == "_id" else values(document, field)
    return str(wanted).lower() in (str(value).lower() for value in present)


def _words(text: str, document: Document) -> bool:
    """Words, and fields with a value, that must all be there."""
    parts = re.findall(r'([\w.]+):"?([\w./-]+)"?|"([^"]*)"|([\w./-]+)', text)
    rest = re.sub(r'([\w.]+):"?([\w./-]+)"?|"([^"]*)"|([\w./-]+)', "", text)
    if rest.strip() or {"OR", "NOT"} & set(text.split()):
        return True
    whole = json.dumps(document, ensure_ascii=False).lower()
    return all(
        _is(field, value, document, "") if field else (phrase or word).lower() in whole
        for field, value, phrase, word in parts
        if word != "AND"
    )


def _sort(hits: list[Document], orders: list[Any]) -> None:
    """Put hits into order; several orders count from the first on."""
    for order in reversed(orders):
        field, how = next(iter(order.items())) if isinstance(order, dict) else (order, "asc")
        direction = how.get("order", "asc") if isinstance(how, dict) else how
        if field == "_score":
            continue

        def rank(hit: Document, field: str = field) -> tuple[bool, float, str]:
            found = (values(hit["_source"], field) or [None])[0]
            number = isinstance(found, int | float)
            return found is not None, float(found) if number else 0.0, "" if number else str(found)

        hits.sort(key=rank, reverse=direction == "desc")
