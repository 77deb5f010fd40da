import random

assert 0 <= random.random() < 1
