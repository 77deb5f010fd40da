import random

import tools

print(random.sample(range(100), 5), tools.NAME)
