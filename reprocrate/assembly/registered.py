"""People and organisations of `reprocrate.toml`: a misprinted identifier is refused where it stands."""

from __future__ import annotations

import re

from reprocrate.manifest.experiment import has_ror_check_digits
from reprocrate.standard.identity_formats import has_orcid_check_digit

_ORCID = "https://orcid.org/"
_FORM_OF_ORCID = re.compile(r"(?:[0-9]{4}-){3}[0-9]{3}[0-9X]")
_ROR = "https://ror.org/"
_RORS = ("affiliation_ror", "funder_ror", "ror")


def author(value: object) -> object:
    """An author may be written as a name alone, and an ORCID as its address, which is how ORCID shows it."""
    if isinstance(value, dict) and isinstance(orcid := value.get("orcid"), str):
        bare = orcid.strip().removeprefix(_ORCID).removesuffix("/")
        if not _FORM_OF_ORCID.fullmatch(bare):
            raise ValueError(
                f'the ORCID "{orcid}" is not of the form 0000-0002-1825-0097; correct it '
                "(`reprocrate validate --fix` does, where that is certain) or leave the field out"
            )
        if not has_orcid_check_digit(bare):
            raise ValueError(
                f'the ORCID "{orcid}" has a wrong check digit; correct the last digit or leave the field out'
            )
        value = value | {"orcid": bare}
    return organization({"name": value} if isinstance(value, str) else value)


def organization(value: object) -> object:
    """A ROR may be written as its address, which is how https://ror.org copies it."""
    if not isinstance(value, dict):
        return value
    given = {name: ror for name in _RORS if isinstance(ror := value.get(name), str)}
    bare = {name: ror.removeprefix(_ROR) for name, ror in given.items()}
    for name, ror in bare.items():
        if not has_ror_check_digits(ror):
            raise ValueError(
                f'the ROR "{given[name]}" has wrong check digits; look it up at {_ROR} or leave it out'
            )
    return value | bare
