"""Bringing files into a draft of InvenioRDM, until they have arrived whole, whatever happens on the way.

https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/#start-draft-file-uploads-request

What its answers do not tell, as seen on a genuine server (invenio-app-rdm 14.0.5): a body that was cut short,
or that is sent to a file which is there already, is answered with 200, and the file is gone; of a file that
is not committed, nothing tells whether its content arrived, but committing it without content fails; a commit
with parts missing is answered with 200. So what counts is the size and MD5 of what was committed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reprocrate.deposit.archive import Kept, Parts, Sent
from reprocrate.deposit.calling import PAUSES, Caller, DoubtfulError
from reprocrate.deposit.requesting import RefusedError
from reprocrate.deposit.sources import Source
from reprocrate.errors import UnavailableError

PART_BYTES = 32 << 20
"""Bytes of a part. Stores of the kind of S3 want at least 5 MiB, and no more than 10,000 parts."""

_MOST_PARTS = 5000
_LISTING = "application/json"
"""The only form of a list of files: to InvenioRDM's own the server answers 406."""

_MD5 = re.compile(r"md5:([0-9a-f]{32})")
_GONE = (404, 410)
_FAILS = 500
_NO_PARTS = (400, 403, 405, 501)
"""What archives answer that take no parts: Zenodo when the first one is sent."""

_POLLS = 150
_POLL_SECONDS = 4.0


@dataclass
class Uploads:
    """The files of one draft.

    Args:
        caller: who asks.
        draft: the draft's path in the interface.
        part_bytes: bytes of a part; 0 where files are sent whole.
    """

    caller: Caller
    draft: str
    part_bytes: int = 0

    def kept(self) -> dict[str, Kept] | None:
        """The files, by name; None where there is no such draft or record for this user."""
        entries = self._entries()
        return None if entries is None else {name: kept_of(entry) for name, entry in entries.items()}

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        self.caller.settled(
            lambda: self.caller.change("DELETE", self._path(name), also=_GONE),
            lambda: None,
        )

    def send(self, source: Source, md5: str, parts: Parts, sent: Sent) -> Kept:
        """Bring a file in, and tell what arrived.

        Raises:
            UnavailableError: it could not be brought in.
        """
        about = self._about(source)
        entry = self._announced(about)
        if entry is None:
            found = self._gone_on(source, md5, parts, sent)
            if found is not None:
                return found
            entry = self._announced_anew(about)
        if _is_in_parts(entry):
            try:
                return self._bring_parts(entry, source, md5, parts, sent)
            except RefusedError as error:
                if error.status not in _NO_PARTS:
                    raise
            self._announced_anew({"key": source.name})
        return self._send_whole(source, sent)

    def _gone_on(self, source: Source, md5: str, parts: Parts, sent: Sent) -> Kept | None:
        """What became of a file that was begun before; None if it has to be begun anew."""
        entry = (self._entries() or {}).get(source.name, {})
        if not _is_in_parts(entry):
            found = self._commit(source.name)
            if found != Kept(source.size, md5):
                return None
            sent(source.size)
            return found
        if entry.get("size") != source.size or not parts.arrived(_key(entry, md5)):
            return None
        return self._bring_parts(entry, source, md5, parts, sent)

    def _send_whole(self, source: Source, sent: Sent) -> Kept:
        """Send a file that was announced by one request, and again where it did not arrive."""
        error: UnavailableError | None = None
        for pause in (*PAUSES, None):
            gone = _Gone(sent)
            try:
                with source.open() as content:
                    content.sent = gone
                    path = f"{self._path(source.name)}/content"
                    reply = self.caller.change("PUT", path, content=content, also=_GONE)
                arrived = reply.status not in _GONE and not reply.object.get("errors")
            except DoubtfulError as doubt:
                error, arrived = doubt, True
            found = self._commit(source.name) if arrived else None
            if found is not None and found.size == source.size:
                return found
            gone.again()
            if pause is not None:
                self.caller.pause(pause)
                self._announced_anew({"key": source.name})
        raise _did_not_arrive(source, self.caller.host) from error

    def _bring_parts(
        self, entry: Mapping[str, Any], source: Source, md5: str, parts: Parts, sent: Sent
    ) -> Kept:
        """Send the parts that are missing."""
        key, size = _key(entry, md5), int(entry["transfer"]["part_size"])
        for number in range(1, int(entry["transfer"]["parts"]) + 1):
            start = (number - 1) * size
            length = min(size, source.size - start)
            if number in parts.arrived(key):
                sent(length)
                continue
            self._send_part(source, number, (start, length), sent)
            parts.note(key, number)
        found = self._commit(source.name)
        if found is None:
            raise _did_not_arrive(source, self.caller.host)
        return found

    def _send_part(self, source: Source, number: int, where: tuple[int, int], sent: Sent) -> None:
        error: UnavailableError | None = None
        for pause in (*PAUSES, None):
            gone = _Gone(sent)
            try:
                with source.open(*where) as content:
                    content.sent = gone
                    path = f"{self._path(source.name)}/content/{number}"
                    reply = self.caller.change("PUT", path, content=content)
                if not reply.object.get("errors"):
                    return
            except DoubtfulError as doubt:  # it may be there, which nothing tells; the later one counts
                error = doubt
            except RefusedError as refusal:
                # 400 is what a part that was cut short is answered with, too
                if refusal.status != 400 or pause is None:
                    raise
            gone.again()
            if pause is not None:
                self.caller.pause(pause)
        raise _did_not_arrive(source, self.caller.host) from error

    def _about(self, source: Source) -> dict[str, Any]:
        """What is said of a file when it is announced: whether it goes whole or in parts."""
        if not self.part_bytes or source.size <= self.part_bytes:
            return {"key": source.name}
        size = max(self.part_bytes, -(-source.size // _MOST_PARTS))
        transfer = {"type": "M", "parts": -(-source.size // size), "part_size": size}
        return {"key": source.name, "size": source.size, "transfer": transfer}

    def _announced(self, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The entry of a file that is announced; None if there is one of its name already."""
        name = str(about["key"])

        def announce() -> Mapping[str, Any] | None:
            try:
                reply = self.caller.change("POST", f"{self.draft}/files", [about])
            except RefusedError as error:
                if error.status == 400 and name in (self._entries() or {}):
                    return None
                raise
            entries = [one for one in reply.object.get("entries") or () if isinstance(one, dict)]
            return next((one for one in entries if one.get("key") == name), {})

        # After a doubt it may be there: then it is looked at like any that was begun before.
        return self.caller.settled(announce, lambda: None)

    def _announced_anew(self, about: Mapping[str, Any]) -> Mapping[str, Any]:
        """The entry of a file, in the place of whatever was there under its name."""
        for _ in PAUSES:
            self.remove(str(about["key"]))
            entry = self._announced(about)
            if entry is not None:
                return entry
        raise UnavailableError(
            f"{self.caller.host} does not take {about['key']}",
            "a file of this name is there again and again",
            "Somebody may be changing the draft; give the same command again",
        )

    def _entries(self) -> dict[str, Mapping[str, Any]] | None:
        """What the archive says of each file, by name; None where there is no such draft or record."""
        reply = self.caller.get(f"{self.draft}/files", also=(403, *_GONE), accept=_LISTING)
        if reply.status != 200:
            return None
        found = reply.object.get("entries") or ()
        if isinstance(found, dict):  # as earlier versions answered
            found = found.values()
        return {one["key"]: one for one in found if isinstance(one, dict) and isinstance(one.get("key"), str)}

    def _commit(self, name: str) -> Kept | None:
        """What arrived of a file, once it is complete; None if nothing did."""
        failures = 0
        for pause in PAUSES:
            try:
                reply = self.caller.change("POST", f"{self._path(name)}/commit", also=_GONE)
            except DoubtfulError as doubt:
                entry = (self._entries() or {}).get(name)
                if entry is None:
                    return None
                if kept_of(entry).complete:
                    return self._digested(name, entry)
                # It answers 500 where no content came; after any other failure it may still be at it.
                failures += doubt.status == _FAILS
                if failures > 1:
                    return None
                self.caller.pause(pause)
                continue
            return None if reply.status in _GONE else self._digested(name, reply.object)
        return None

    def _digested(self, name: str, entry: Mapping[str, Any]) -> Kept:
        """A complete file, once its MD5 is known: some archives compute it later."""
        for _ in range(_POLLS):
            if _MD5.fullmatch(str(entry.get("checksum") or "")):
                break
            self.caller.wait(_POLL_SECONDS)
            entry = self.caller.get(self._path(name)).object
        return kept_of(entry)

    def _path(self, name: str) -> str:
        return f"{self.draft}/files/{quote(name, safe='')}"


@dataclass
class _Gone:
    """Counts what has gone, so that it can be taken back where it has to go again."""

    sent: Sent
    count: int = 0

    def __call__(self, size: int) -> None:
        self.count += size
        self.sent(size)

    def again(self) -> None:
        """All of it has to go again."""
        self.sent(-self.count)
        self.count = 0


def kept_of(entry: Mapping[str, Any]) -> Kept:
    """A file as the archive's entry of it tells."""
    size, digest = entry.get("size"), _MD5.fullmatch(str(entry.get("checksum") or ""))
    known = size if isinstance(size, int) else 0
    # entries of a record have no status: what is published is complete
    return Kept(known, digest[1] if digest else "", entry.get("status", "completed") == "completed")


def _is_in_parts(entry: Mapping[str, Any]) -> bool:
    transfer = entry.get("transfer")
    if not isinstance(transfer, dict) or transfer.get("type") != "M":
        return False
    return all(isinstance(transfer.get(name), int) and transfer[name] > 0 for name in ("parts", "part_size"))


def _key(entry: Mapping[str, Any], md5: str) -> str:
    """What tells the parts of a file from those of another one that was announced by the same name."""
    return f"{md5}/{entry.get('file_id') or entry.get('created')}"


def _did_not_arrive(source: Source, host: str) -> UnavailableError:
    return UnavailableError(
        f"{source.name} does not arrive at {host}",
        f"it was sent {len(PAUSES) + 1} times",
        "Give the same command again later: it goes on from here",
    )
