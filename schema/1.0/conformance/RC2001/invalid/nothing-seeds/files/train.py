import numpy as np

order = np.arange(10)
np.random.shuffle(order)
print(order)
