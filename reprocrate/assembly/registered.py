"""People and organisations of `reprocrate.toml`: a misprinted identifier is refused where it stands."""

from __future__ import annotations

from reprocrate.manifest.experiment import has_ror_check_digits
from reprocrate.standard.identity_formats import has_orcid_check_digit

_ROR = "https://ror.org/"
_RORS = ("affiliation_ror", "funder_ror", "ror")


def author(value: object) -> object:
    """An author may be written as a name alone."""
    if (
        isinstance(value, dict)
        and isinstance(orcid := value.get("orcid"), str)
        and not has_orcid_check_digit(orcid)
    ):
        raise ValueError(
            f'the ORCID "{orcid}" has a wrong check digit; correct the last digit or leave the field out'
        )
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
