import random

generator = random.Random()
generator.seed(0)
print(generator.random())
