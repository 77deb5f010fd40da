"""Licences in words, and the SPDX identifiers that they certainly mean."""

from __future__ import annotations

from reprocrate.manifest.migration.values import UnfitError

_LICENCES = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "cc by 4.0": "CC-BY-4.0",
    "cc by-nc 4.0": "CC-BY-NC-4.0",
    "cc by-sa 4.0": "CC-BY-SA-4.0",
    "cc0 1.0": "CC0-1.0",
    "mit license": "MIT",
    "the mit license": "MIT",
    "the unlicense": "Unlicense",
}
"""Names whose licence is certain. BSD and GPL are not among them: they name several licences each."""

_SPDX = frozenset(
    {
        "0BSD",
        "AFL-3.0",
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "Apache-2.0",
        "Artistic-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC-BY-3.0",
        "CC-BY-4.0",
        "CC-BY-NC-4.0",
        "CC-BY-NC-ND-4.0",
        "CC-BY-NC-SA-4.0",
        "CC-BY-ND-4.0",
        "CC-BY-SA-3.0",
        "CC-BY-SA-4.0",
        "CC0-1.0",
        "CDLA-Permissive-2.0",
        "ECL-2.0",
        "EPL-2.0",
        "EUPL-1.2",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "ODC-By-1.0",
        "ODbL-1.0",
        "OFL-1.1",
        "PDDL-1.0",
        "PostgreSQL",
        "Unlicense",
        "Zlib",
    }
)
"""Identifiers of licences that experiments and data commonly have (SPDX licence list)."""


def licence_of(text: str) -> tuple[str, bool]:
    """The SPDX identifier of a licence in words, and whether it had to be inferred from its name.

    Raises:
        UnfitError: it is not plain which licence is meant.
    """
    if text in _SPDX:
        return text, False
    known = _LICENCES.get(" ".join(text.split()).lower())
    if known is None:
        raise UnfitError("1.0 takes SPDX identifiers, and it is not plain which one is meant")
    return known, True
