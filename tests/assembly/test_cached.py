"""Which data set or model a file of a library's cache belongs to."""

from __future__ import annotations

import pytest

from reprocrate.assembly.cached import Cached, cached

COMMIT = "5f4c1a7" + "0" * 33
SQUAD = "https://huggingface.co/datasets/rajpurkar/squad"


@pytest.mark.parametrize(
    ("root", "path", "expected"),
    [
        (
            "huggingface",
            f"hub/datasets--rajpurkar--squad/snapshots/{COMMIT}/plain text/train.parquet",
            Cached(
                "rajpurkar/squad",
                "dataset",
                COMMIT,
                SQUAD,
                f"{SQUAD}/resolve/{COMMIT}/plain%20text/train.parquet",
            ),
        ),
        (
            "huggingface",
            f"models--gpt2/snapshots/{COMMIT}/model.safetensors",
            Cached(
                "gpt2",
                "model",
                COMMIT,
                "https://huggingface.co/gpt2",
                f"https://huggingface.co/gpt2/resolve/{COMMIT}/model.safetensors",
            ),
        ),
        (
            "huggingface",
            "hub/models--org--m/blobs/0123",
            Cached("org/m", "model", None, "https://huggingface.co/org/m"),
        ),
        (
            "huggingface",
            f"datasets/rajpurkar___squad/plain_text/0.0.0/{COMMIT}/squad-train.arrow",
            Cached("rajpurkar/squad", "dataset", COMMIT, SQUAD),
        ),
        ("huggingface", "datasets/csv/default-1f/0.0.0/ab12/csv-train.arrow", None),
        (
            "tensorflow-datasets",
            "mnist/3.0.1/mnist-train.tfrecord-00000-of-00001",
            Cached("mnist", "dataset", "3.0.1", "https://www.tensorflow.org/datasets/catalog/mnist"),
        ),
        (
            "kagglehub",
            "datasets/owner/name/versions/4/train.csv",
            Cached("owner/name", "dataset", "4", "https://www.kaggle.com/datasets/owner/name"),
        ),
        (
            "keras",
            "datasets/mnist.npz",
            Cached(
                "mnist",
                "dataset",
                None,
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            ),
        ),
        (
            "scikit-learn",
            "openml/openml.org/data/v1/download/61/iris.arff.gz",
            Cached("openml/61", "dataset", None, "https://www.openml.org/data/v1/download/61/iris.arff"),
        ),
        ("scikit-learn", "cal_housing_py3.pkz", Cached("cal housing", "dataset")),
        ("nltk", "corpora/brown/ca01", Cached("corpora/brown", "dataset")),
        ("external", "mnist.npz", None),
        (None, "data/mnist.npz", None),
    ],
)
def test_a_cached_file_is_known(root: str | None, path: str, expected: Cached | None) -> None:
    assert cached(root, path) == expected


def test_a_digest_in_a_name_counts_where_it_is_true() -> None:
    path = "hub/checkpoints/resnet50-0676ba61.pth"
    assert cached("torch", path, "0676ba61" + "0" * 56) == Cached(
        "resnet50-0676ba61.pth", "model", "0676ba61"
    )
    assert cached("torch", path, "f" * 64) == Cached("resnet50-0676ba61.pth", "model")
