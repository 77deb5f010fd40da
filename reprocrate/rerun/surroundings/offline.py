"""Variables that keep experiment trackers, and libraries that fetch models, from trying the network.

A tracker that waits for its server makes a run fail that would do without it, and one that reaches its server
writes into somebody's account. Offline they keep what they are given in the work folder, where metrics are
looked for. Each variable is documented by the tool that reads it; what a program sets by itself counts more.

MLflow has no such mode: where no server is named, it keeps everything in the folder that the run starts in,
and a variable that named a server is never handed on.
"""

from __future__ import annotations

TRACKERS = {
    "WANDB_MODE": "offline",  # docs.wandb.ai, "Environment variables"
    "COMET_START_ONLINE": "0",  # huggingface.co/docs/transformers, `CometCallback`
    "NEPTUNE_MODE": "offline",  # docs.neptune.ai, "Environment variables", of both of its packages
    "CLEARML_OFFLINE_MODE": "1",  # clear.ml/docs, "Offline Mode"
    "SWANLAB_MODE": "offline",  # docs.swanlab.cn, `swanlab offline`
    "DVC_STUDIO_OFFLINE": "true",  # dvc.org/doc, "Configuration", `studio.offline`
}
"""Those of trackers."""

MODELS_AND_DATA = {
    "HF_HUB_OFFLINE": "1",  # huggingface.co/docs/huggingface_hub, "Environment variables"
    "TRANSFORMERS_OFFLINE": "1",  # huggingface.co/docs/transformers, "Offline mode"
    "HF_DATASETS_OFFLINE": "1",  # huggingface.co/docs/datasets, "Offline"
}
"""Those of libraries that otherwise ask a server whether what they have in their caches is still current."""


def offline_variables(*, network: bool) -> dict[str, str]:
    """What a run is given beneath its recorded variables.

    Args:
        network: whether the run is to have the network, which then is for models and data only.
    """
    return dict(TRACKERS) if network else TRACKERS | MODELS_AND_DATA
