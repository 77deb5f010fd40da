import random


def mean(values):
    return sum(values) / len(values)


def shuffled(values):
    return random.sample(values, len(values))
