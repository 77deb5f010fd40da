from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.capture.environment.containers import look_at_container
from reprocrate.capture.record import Container

DIGEST = "sha256:" + "1f" * 32
# As podman 4 writes it (containers-common, `podman-run(1)`).
CONTAINERENV = """engine="podman-4.9.3"
name="nice_turing"
id="6f1a"
image="docker.io/library/python:3.11-slim"
imageid="9f3c"
rootless=1
graphRootMounted=1
"""


def test_podman_tells_the_image_and_nothing_else_is_taken(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    place = tmp_path / "run" / ".containerenv"
    place.write_text(CONTAINERENV)
    assert look_at_container({}, root=tmp_path) == Container("docker.io/library/python:3.11-slim")
    place.write_text(f'image="quay.io/rings/train@{DIGEST}"\n')
    assert look_at_container({}, root=tmp_path) == Container("quay.io/rings/train", DIGEST)
    place.write_text("")  # as systemd-nspawn and others leave it
    assert look_at_container({}, root=tmp_path) is None


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"APPTAINER_CONTAINER": "/home/ada/images/torch.sif", "APPTAINER_NAME": "torch.sif"}, "torch.sif"),
        ({"SINGULARITY_CONTAINER": "/data/torch.simg"}, "torch.simg"),
        ({"SINGULARITY_NAME": "torch.sif"}, "torch.sif"),
        ({"APPTAINER_CONTAINER": "docker://ghcr.io/rings/train:1"}, "ghcr.io/rings/train:1"),
        ({"CI_JOB_IMAGE": "python:3.11"}, "python:3.11"),
        ({"REPROCRATE_CONTAINER_IMAGE": "a/b:1", "CI_JOB_IMAGE": "c"}, "a/b:1"),
        ({"REPROCRATE_CONTAINER_IMAGE": "docker://ada:secret@r.example.org/b:1"}, "r.example.org/b:1"),
        ({"REPROCRATE_CONTAINER_IMAGE": "otter.example.org:5000/b:1"}, "localhost:5000/b:1"),
    ],
)
def test_images_are_named_without_folders_credentials_and_hosts(
    environ: dict[str, str], found: str, tmp_path: Path
) -> None:
    assert look_at_container(environ, ("otter.example.org", "otter"), tmp_path) == Container(found)


@pytest.mark.parametrize("value", ["", " ", "two words", "/"])
def test_what_names_no_image_is_none(value: str, tmp_path: Path) -> None:
    assert look_at_container({"REPROCRATE_CONTAINER_IMAGE": value}, root=tmp_path) is None


def test_a_machine_that_says_nothing_is_no_container(tmp_path: Path) -> None:
    (tmp_path / ".dockerenv").write_text("")
    assert look_at_container({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, root=tmp_path) is None
