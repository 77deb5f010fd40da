"""Detached signatures: made here and checked by model-signing's own command, and the other way round."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PEER = Path(sys.executable).parent / "model_signing"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of keys: `ada` and `eve`, `locked` with a password, and of kinds that cannot sign bundles."""
    pytest.importorskip("model_signing", reason="the extra `sign` is not installed")
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    folder = tmp_path_factory.mktemp("keys")
    made: dict[str, Any] = {
        "ada": ec.generate_private_key(ec.SECP256R1()),
        "eve": ec.generate_private_key(ec.SECP256R1()),
        "locked": ec.generate_private_key(ec.SECP521R1()),
        "rsa": rsa.generate_private_key(65537, 2048),
        "edwards": ed25519.Ed25519PrivateKey.generate(),
        "bitcoin": ec.generate_private_key(ec.SECP256K1()),
    }
    for name, key in made.items():
        lock = form.BestAvailableEncryption(b"pass word") if name == "locked" else form.NoEncryption()
        private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)
        public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(public)
    return folder


@pytest.fixture
def signed(cli: Any, bundle: Path, keys: Path) -> Path:
    """The signature of the bundle with Ada's key."""
    cli(bundle.parent, "sign", bundle.name, "--key", keys / "ada.pem")
    return bundle.with_name(f"{bundle.name}.sig")


def peer(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PEER), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def statement_of(signature: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        base64.b64decode(json.loads(signature.read_bytes())["dsseEnvelope"]["payload"])
    )
    return found


def change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_the_peers_own_command_verifies_our_signature(signed: Path, bundle: Path, keys: Path) -> None:
    options = ("--signature", signed, "--public_key", keys / "ada.pub")
    assert peer("verify", "key", bundle, *options).returncode == 0
    renamed = bundle.rename(bundle.with_name("renamed.zip"))
    assert peer("verify", "key", renamed, *options).returncode == 0
    change(renamed)
    assert peer("verify", "key", renamed, *options).returncode == 1


def test_we_verify_the_signature_of_the_peers_own_command(cli: Any, bundle: Path, keys: Path) -> None:
    theirs = bundle.with_name("theirs.sig")
    done = peer("sign", "key", bundle, "--signature", theirs, "--private_key", keys / "ada.pem")
    assert done.returncode == 0, done.stderr
    options = ("--signature", theirs, "--public-key", keys / "ada.pub")
    assert "is valid" in cli(bundle.parent, "validate", bundle, *options).out
    change(bundle)
    said = cli.complaint(bundle.parent, "validate", bundle, *options, code=1)
    assert "is not the file that was signed" in said


def test_a_signature_that_holds_lets_validate_and_import_go_on(
    cli: Any, signed: Path, bundle: Path, keys: Path
) -> None:
    options = ("--signature", signed.name, "--public-key", keys / "ada.pub")
    said = cli(bundle.parent, "validate", bundle.name, *options, "--json")
    assert said.document("report")["valid"]
    assert "not changed since" in said.err
    said = cli(bundle.parent, "import", bundle.name, *options)
    assert "Imported to threshold" in said.out


def test_the_signature_tells_nothing_but_file_and_key(signed: Path, bundle: Path, keys: Path) -> None:
    statement = statement_of(signed)
    assert [subject["name"] for subject in statement["subject"]] == [bundle.name]
    (resource,) = statement["predicate"]["resources"]
    assert resource["name"] == "."
    document = json.loads(signed.read_bytes())
    assert document["verificationMaterial"].keys() == {"publicKey", "tlogEntries"}
    whole = signed.read_text() + json.dumps(statement)
    assert (
        re.search(
            r"Ada Example|ada@|example\.org|/home|/tmp|\d{4}-\d{2}-\d{2}", whole.replace(bundle.name, "")
        )
        is None
    )


@pytest.mark.parametrize("command", ["validate", "import"])
def test_what_does_not_hold_is_one_clear_line(
    cli: Any, signed: Path, bundle: Path, keys: Path, tmp_path: Path, command: str
) -> None:
    def refused(signature: Path = signed, key: str = "ada") -> str:
        options = ("--signature", signature, "--public-key", keys / f"{key}.pub")
        return str(cli.complaint(bundle.parent, command, bundle.name, *options, code=1))

    assert "was not made with the key" in refused(key="eve")
    for text in ("", "{}", "[]", "\0\0", "{" * 100_000, '{"dsseEnvelope": 1}', "x" * 2_000_000):
        (tmp_path / "no.sig").write_text(text)
        assert "is no signature that can be checked" in refused(tmp_path / "no.sig")
    document = json.loads(signed.read_bytes())
    forged = statement_of(signed)
    forged["predicate"]["serialization"]["ignore_paths"] = ["."]
    document["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(forged).encode()).decode()
    (tmp_path / "forged.sig").write_text(json.dumps(document))
    assert "was not made with the key" in refused(tmp_path / "forged.sig")
    del document["verificationMaterial"]["publicKey"]["hint"]
    (tmp_path / "forged.sig").write_text(json.dumps(document))
    assert "forged.sig" in refused(tmp_path / "forged.sig")
    change(bundle)
    assert "is not the file that was signed" in refused()


def test_a_key_with_a_password(cli: Any, bundle: Path, keys: Path) -> None:
    key = ("--key", keys / "locked.pem")
    said = cli.complaint(bundle.parent, "sign", bundle.name, *key, code=2)
    assert "it is encrypted" in said
    assert "--password-env" in said
    assert "no variable NO" in cli.complaint(
        bundle.parent, "sign", bundle.name, *key, "--password-env", "NO", code=2
    )
    unlock = (*key, "--password-env", "KEY_WORD")
    said = cli.complaint(bundle.parent, "sign", bundle.name, *unlock, code=2, KEY_WORD="another")
    assert "password is another one" in said
    cli(bundle.parent, "sign", bundle.name, *unlock, KEY_WORD="pass word")
    options = ("--signature", f"{bundle.name}.sig", "--public-key", keys / "locked.pub")
    cli(bundle.parent, "validate", bundle.name, *options)


@pytest.mark.parametrize("kind", ["rsa", "edwards", "bitcoin"])
def test_keys_of_other_kinds_are_refused(cli: Any, bundle: Path, signed: Path, keys: Path, kind: str) -> None:
    said = cli.complaint(bundle.parent, "sign", bundle.name, "--key", keys / f"{kind}.pem", code=2)
    assert "P-256, P-384 or P-521" in said
    options = ("--signature", signed, "--public-key", keys / f"{kind}.pub")
    assert "P-256" in cli.complaint(bundle.parent, "validate", bundle.name, *options, code=2)


def test_files_that_are_no_keys(cli: Any, bundle: Path, signed: Path, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.pem").write_bytes(os.urandom(1000))
    (tmp_path / "torn.pem").write_bytes((keys / "ada.pem").read_bytes()[:100])
    for key in ("noise.pem", "torn.pem", "nowhere.pem"):
        assert key in cli.complaint(bundle.parent, "sign", bundle.name, "--key", tmp_path / key, code=2)
    swapped = ("--signature", signed, "--public-key", keys / "ada.pem")
    assert "no public key" in cli.complaint(bundle.parent, "validate", bundle.name, *swapped, code=2)
    said = cli.complaint(bundle.parent, "sign", bundle.name, "--key", keys / "ada.pub", code=2)
    assert "no private key" in said
    lost = ("--signature", tmp_path / "lost.sig", "--public-key", keys / "ada.pub")
    assert "lost.sig cannot be read" in cli.complaint(bundle.parent, "validate", bundle.name, *lost, code=2)


def test_only_an_intact_bundle_of_one_file_is_signed(
    cli: Any, bundle: Path, imported: Path, recorded: Any, keys: Path
) -> None:
    key = ("--key", keys / "ada.pem")
    said = cli.complaint(bundle.parent, "sign", imported, *key, code=2)
    assert "only a bundle that is one file" in said
    assert "bundle itself" in cli.complaint(
        bundle.parent, "sign", bundle.name, *key, "-o", bundle.name, code=2
    )
    options = ("--signature", "any.sig", "--public-key", keys / "ada.pub")
    assert "is a project" in cli.complaint(recorded.folder, "validate", ".", *options, code=2)
    change(bundle)
    cli.complaint(bundle.parent, "sign", bundle.name, *key, code=1)


def test_one_option_asks_for_the_other(cli: Any, bundle: Path) -> None:
    for command in ("validate", "import"):
        said = cli.complaint(bundle.parent, command, bundle.name, "--signature", "x.sig", code=2)
        assert "Add --public-key" in said
        said = cli.complaint(bundle.parent, command, bundle.name, "--public-key", "x.pub", code=2)
        assert "Add --signature" in said


def test_without_the_extra_it_is_named(cli: Any, bundle: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent" / "model_signing"
    absent.mkdir(parents=True)
    (absent / "__init__.py").write_text("raise ModuleNotFoundError(name='model_signing')\n")
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    options = ("--signature", "x.sig", "--public-key", tmp_path / "key.pem")
    for arguments in (
        ("sign", bundle.name, "--key", tmp_path / "key.pem"),
        ("validate", bundle.name, *options),
        ("import", bundle.name, *options),
    ):
        said = cli.complaint(bundle.parent, *arguments, code=3, PYTHONPATH=str(absent.parent))
        assert "pip install 'reprocrate[sign]'" in said
        assert "model_signing is not installed" in said
