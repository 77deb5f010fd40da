import argparse
import random

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
random.seed(1)
print([random.random() for _ in range(options.epochs)])
