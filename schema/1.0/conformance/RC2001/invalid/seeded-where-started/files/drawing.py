import random


def draw():
    return random.random()


if __name__ == "__main__":
    random.seed(0)
    print(draw())
