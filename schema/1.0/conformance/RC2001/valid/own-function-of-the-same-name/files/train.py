import random

from accelerate.utils import set_seed

set_seed(0)
print(random.random())
