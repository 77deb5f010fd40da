import numpy as np


def draw(n, rng=None, seed=None):
    rng = rng or np.random.default_rng(seed)
    return rng.normal(size=n)


def draw_anyhow(n, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    return rng.normal(size=n)
