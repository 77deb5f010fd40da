import numpy as np
from sklearn.model_selection import train_test_split

np.random.seed(0)
print(train_test_split(range(10)))
