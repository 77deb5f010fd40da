import argparse
import random

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
seed = options.seed
random.seed(1)
print(random.random())
