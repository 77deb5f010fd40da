import random
import time

seed = int(time.time())
print("seed", seed)
random.seed(seed)
