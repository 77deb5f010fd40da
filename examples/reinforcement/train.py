"""Tabular Sarsa and Q-learning on the cliff walk, in plain Python.

The walk (Sutton and Barto 2018, example 6.6) is a grid of 4 rows and 12 columns. The agent starts in the
lower left corner and wants to reach the lower right one; what lies between them is a cliff. Each step costs
1, a fall costs 100 and leads back to the start.
"""

import argparse
import csv
import random
from pathlib import Path

ROWS, COLUMNS = 4, 12
START, GOAL = (3, 0), (3, 11)
MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))
LONGEST = 1000  # steps of an episode

EPISODES = 600
EVERY = 20  # episodes between two points of the learning curve
STEP_SIZE = 0.2
EXPLORATION = 0.1


def step(place, move):
    """Where a move leads, and its reward."""
    row = min(max(place[0] + MOVES[move][0], 0), ROWS - 1)
    column = min(max(place[1] + MOVES[move][1], 0), COLUMNS - 1)
    if row == ROWS - 1 and 0 < column < COLUMNS - 1:
        return START, -100
    return (row, column), -1


def best(values, rng):
    """The best move; one of them by chance where several are best."""
    top = max(values)
    return rng.choice([move for move, value in enumerate(values) if value == top])


def choose(values, rng):
    """The best move, but now and then any."""
    return rng.randrange(len(MOVES)) if rng.random() < EXPLORATION else best(values, rng)


def play_episode(values, method, rng):
    """One episode with learning; the sum of its rewards."""
    place, total = START, 0
    move = choose(values[place], rng)
    for _ in range(LONGEST):
        after, reward = step(place, move)
        total += reward
        next_move = choose(values[after], rng)
        ahead = values[after][next_move] if method == "sarsa" else max(values[after])
        target = reward + (0.0 if after == GOAL else ahead)
        values[place][move] += STEP_SIZE * (target - values[place][move])
        if after == GOAL:
            break
        place, move = after, next_move
    return total


def follow(values, rng):
    """The sum of rewards of the best moves, without exploration and without learning."""
    place, total = START, 0
    for _ in range(LONGEST):
        place, reward = step(place, best(values[place], rng))
        total += reward
        if place == GOAL:
            break
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=("sarsa", "q-learning"), required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/curve.csv"))
    args = parser.parse_args()

    rng = random.Random(args.seed)
    values = {(row, column): [0.0] * len(MOVES) for row in range(ROWS) for column in range(COLUMNS)}
    curve = []
    for until in range(EVERY, EPISODES + 1, EVERY):
        returns = [play_episode(values, args.method, rng) for _ in range(EVERY)]
        curve.append(("return", until, sum(returns) / EVERY))
    curve.append(("greedy_return", EPISODES, follow(values, rng)))

    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["metric", "step", "value"])
        writer.writerows(curve)
    print(f"return {curve[-2][2]:.2f}, greedy {curve[-1][2]}")


if __name__ == "__main__":
    main()
