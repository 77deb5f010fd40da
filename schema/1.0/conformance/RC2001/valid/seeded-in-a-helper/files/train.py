import argparse

import numpy as np

from tools import set_seed

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
set_seed(options.seed)
print(np.random.permutation(10))
