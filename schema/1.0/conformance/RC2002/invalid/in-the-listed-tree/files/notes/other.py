import numpy as np

rng = np.random.RandomState()
