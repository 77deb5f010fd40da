import random

draw = random.Random(None)
print(draw.random())
