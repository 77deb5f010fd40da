import random


def shifted(values, jitter=False):
    if jitter:
        values = [value + random.random() for value in values]
    return values


print(sum(shifted([1, 2, 3])))
