import random
import sys

import numpy as np

seed = int(sys.argv[1])
random.seed(seed)
np.random.seed(seed)
np.random.seed(42)
