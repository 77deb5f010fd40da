"""Secrets in text: by their form, and by what they are called.

Two questions are asked. What is recorded is *masked*: a value that only may be a secret goes, since little is
lost with it. Files that travel unchanged are *searched*: there a false alarm costs the author time, so a
value without a known form must be called like a secret and look random. Commit ids, digests, identifiers and
names of files are neither.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from reprocrate.standard.secret_formats import Secret, secret_formats, secrets_by_form

MASK = "<secret>"
"""What stands in the place of a secret."""

# How the last words of a name are put together, once `apiKey`, `API-KEY` and `api.key` are `api_key`.
_SECRET_NAMES = re.compile(
    r"(?:.*_)?(?:api_?keys?|secrets?|secret_(?:key|id)|(?:private|access|account|signing|encryption|license)_key|"
    r"secret_access_key|shared_access_(?:key|signature)|[a-z0-9]*(?:passwords?|passwd)|passphrase|passwort|pwd|credentials?|"
    r"connection_string|conn_str|authorization|client_secret|(?:hf|wandb|openai|anthropic|ssh|aws)_key|"
    r"webhook_url|pat)|"
    r"(?:.*_)?(?:access|anaconda|api|auth|aws|azure|bearer|bot|ci|clearml|cohere|comet|conda|deploy|discord|gcp|"
    r"gh|github|gitlab|google|hf|hub|huggingface|id|job|jwt|kaggle|login|mlflow|neptune|npm|oauth|openai|"
    r"personal|pypi|refresh|replicate|sas|security|service|session|slack|telegram|tracking|user|vault|wandb|"
    r"zenodo)_?token|token"
)
# Only as parameters of an address: elsewhere these words mean too much else.
_IN_QUERY = re.compile(
    r"(?:.*_)?(?:sig|signature|key|code|auth|x_amz_(?:signature|credential|security_token))|.*token"
)
_VOCABULARY = re.compile(
    r"(?:.*_)?(?:bos|cls|end|eos|image|last|mask|max|new|next|num|pad|per|sep|sos|special|start|stop|unk)_token"
)
# Words count where they begin one: in the middle of what was drawn they stand by chance.
_PLACEHOLDER = re.compile(
    r"(?i)(?<![a-z0-9])(?:your|example|dummy|fake|placeholder|change.?me|insert|redacted|x{4})|(?-i:EXAMPLE(?:KEY)?$)|"
    r"\*{3}|\.{3}|<.*>|\$\{|\{\{|^(?:none|null|true|false|undefined|required|optional|default|secret|password|token)$"
)
_NUMBER = re.compile(r"[-+]?[0-9_]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?%?")
_PROGRAM_TEXT = re.compile(
    r"[(\[]|^[$%<{@/~.]|^[A-Za-z_]+\.[A-Za-z_]|^(?:os|sys|self|cfg|config|args|env|settings)\b|://"
)

_ASSIGNMENT = re.compile(
    r"(?<![A-Za-z0-9_.-])-{0,2}(?P<name>[A-Za-z][A-Za-z0-9_.-]{1,60})[\"']?[ \t]{0,8}(?:=>|:=|[=:])[ \t]{0,8}"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\"'`\n]{1,400})(?P=quote)|(?P<bare>[^\s\"'`,;&|)}\]]{1,400}))"
)
_OPTION = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][A-Za-z0-9_-]{1,60})[ \t]+[\"']?(?P<value>[^\s\"'`-][^\s\"'`]{0,400})"
)
_HEADER = re.compile(
    r"(?i)\b(?:authorization|proxy-authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:[a-z]{3,10}\s+)?"
    r"(?P<value>[A-Za-z0-9._~+/=-]{6,2000})|\b(?:bearer|basic)\s+(?P<bare>[A-Za-z0-9._~+/=-]{16,2000})"
)
_USER_IN_ADDRESS = re.compile(
    r"(?i)(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,31}://(?P<value>(?!git@)(?!<)[^/\s?#@\"'<>]{1,400})@"
)
_PARAMETER = re.compile(r"[?&;#](?P<name>[A-Za-z][A-Za-z0-9_.-]{0,60})=(?P<value>[^\s&;#\"'<>]{1,2000})")
_CONDA_TOKEN = re.compile(
    r"(?i)[a-z]://[^\s/]{1,255}(?:/[^\s/]{1,100}){0,3}?/t/(?!secret/)(?P<value>[^\s/<>]{4,200})/[^\s/0-9]"
)
_NETRC = re.compile(r"\blogin\s+\S{1,200}\s+password\s+(?P<value>\S{1,400})")

# One of these stands in every text that a pattern above can find a secret in.
_TRIGGERS = (
    *("key", "secret", "pass", "pwd", "token", "credential", "auth", "bearer", "basic", "sig", "code"),
    *("connection", "conn", "webhook", "_pat", "-pat", "://"),
)
_LEAST_ENTROPY = 3.0
_LEAST_OF_PASSWORDS = 2.5
_SHORTEST = 8


def triggers() -> Iterator[str]:
    """Words, some of them in small letters, without which no text holds a secret."""
    yield from _TRIGGERS
    yield from forms()


def forms() -> Iterator[str]:
    """Words without which no text holds a secret that its form tells."""
    for form in secret_formats():
        yield from form.holds


def is_secret_name(name: str) -> bool:
    """Whether a variable, option or key with this name holds a secret."""
    words = _in_words(name)
    if _SECRET_NAMES.fullmatch(words):
        return True
    return name.isupper() and words.endswith("_token") and not _VOCABULARY.fullmatch(words)


def masked(text: str, by: str = MASK) -> str:
    """A text with `by` in the place of its secrets, and of what may be one."""
    found = [*secrets_by_form(text), *_in_addresses(text)]
    lower = text.lower()
    if any(trigger in lower for trigger in _TRIGGERS):
        found += [*_by_name(text, _may_be_secret), *_in_headers(text)]
    return _without(text, found, by)


def secrets_in(text: str) -> list[Secret]:
    """The secrets in the text of a file, in its order; of two at one place the one that begins first."""
    found = [*secrets_by_form(text), *_in_addresses(text, told=False)]
    lower = text.lower()
    if any(trigger in lower for trigger in _TRIGGERS):
        found += [*_by_name(text, _is_likely_secret)]
        found += [each for each in _in_headers(text) if _is_random(text[each.start : each.end])]
    kept: list[Secret] = []
    for each in sorted(found, key=lambda secret: (secret.start, -secret.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def lines_with_secrets(text: str) -> list[tuple[int, str]]:
    """The number of each line of a file that a secret begins in, and what kind it is."""
    return [(text.count("\n", 0, each.start) + 1, each.kind) for each in secrets_in(text)]


def _by_name(text: str, accepted: Callable[[str, bool], bool]) -> Iterator[Secret]:
    place = 0
    while match := _ASSIGNMENT.search(text, place):
        group = "quoted" if match["quote"] else "bare"
        place = match.start(group)  # in `a: token=x` another name may follow
        if is_secret_name(match["name"]):
            place = match.end()
            if accepted(match[group], bool(match["quote"])):
                yield Secret(*match.span(group), _called(match["name"]))
    for match in _OPTION.finditer(text):
        if is_secret_name(match["name"]) and accepted(match["value"], True):
            yield Secret(*match.span("value"), _called(match["name"]))
    for match in _NETRC.finditer(text):
        if accepted(match["value"], True):
            yield Secret(*match.span("value"), "password")


def _in_addresses(text: str, *, told: bool = True) -> Iterator[Secret]:
    """What gives access in an address; `told`: also a user's name alone, and values that are not random."""
    if "://" not in text:
        return
    for match in _USER_IN_ADDRESS.finditer(text):
        _, colon, password = match["value"].partition(":")
        chosen = (
            len(password) >= _SHORTEST - 2 and _is_varied(password) if colon else _is_random(match["value"])
        )
        if told or chosen:
            yield Secret(*match.span("value"), "password in an address")
    for match in _CONDA_TOKEN.finditer(text):
        if told or _is_random(match["value"]):
            yield Secret(*match.span("value"), "token in an address")
    for match in _PARAMETER.finditer(text):
        words, value = _in_words(match["name"]), match["value"]
        gives_access = _SECRET_NAMES.fullmatch(words) or (_IN_QUERY.fullmatch(words) and _is_random(value))
        if gives_access and (told or _is_likely_secret(value, True)):
            yield Secret(*match.span("value"), "token in an address")


def _in_headers(text: str) -> Iterator[Secret]:
    for match in _HEADER.finditer(text):
        group = "value" if match["value"] else "bare"
        if any(letter.isdigit() for letter in match[group]) or group == "bare":
            yield Secret(*match.span(group), "credentials of a request")


def _may_be_secret(value: str, quoted: bool) -> bool:
    if len(value) < 4 or _PLACEHOLDER.search(value) or _NUMBER.fullmatch(value):
        return False
    if _PROGRAM_TEXT.search(value) and not quoted:
        return False
    return quoted or any(letter.isdigit() for letter in value)


def _is_likely_secret(value: str, quoted: bool) -> bool:
    if len(value) < _SHORTEST or _PLACEHOLDER.search(value) or _NUMBER.fullmatch(value):
        return False
    if _PROGRAM_TEXT.search(value) or " " in value:
        return False
    return _is_varied(value) and (quoted or _is_random(value)) and _entropy(value) >= _LEAST_OF_PASSWORDS


def _is_varied(value: str) -> bool:
    """Whether a value has letters and digits and is not one that stands for another."""
    kinds = {letter.isdigit() for letter in value if letter.isalnum()}
    return len(kinds) == 2 and not _PLACEHOLDER.search(value) and not _PROGRAM_TEXT.search(value)


def _is_random(value: str) -> bool:
    """Whether a value is long enough, and its letters varied enough, to have been drawn."""
    digits = sum(letter.isdigit() for letter in value)
    return (
        len(value) >= 2 * _SHORTEST
        and 0 < digits < len(value)
        and _entropy(value) >= _LEAST_ENTROPY
        and not _PLACEHOLDER.search(value)
    )


def _entropy(text: str) -> float:
    """Shannon's entropy of the letters of a text, in bits a letter."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values())


def _in_words(name: str) -> str:
    """`apiKey`, `API-KEY` and `--api.key` as `api_key`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name.strip("-+"))
    return re.sub(r"[-_.]+", "_", apart).lower()


def _called(name: str) -> str:
    return "password" if "pass" in name.lower() or "pwd" in name.lower() else "value called like a secret"


def _without(text: str, found: Iterable[Secret], by: str) -> str:
    parts: list[str] = []
    end = 0
    for secret in sorted(found, key=lambda each: (each.start, -each.end)):
        if secret.start >= end:
            parts += [text[end : secret.start], by]
        end = max(end, secret.end)
    return "".join([*parts, text[end:]])
