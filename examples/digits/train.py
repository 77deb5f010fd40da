"""Is a handwritten digit even or odd? A small neural network against logistic regression.

The seed draws the split into training and test images and, for the network, its first weights and the order
of its batches. Both models see the same split for the same seed.
"""

import argparse
import json
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

TEST_IMAGES = 360


def make_model(name, seed):
    if name == "mlp":
        return MLPClassifier(
            hidden_layer_sizes=(32,),
            batch_size=64,
            learning_rate_init=0.01,
            tol=0.001,
            n_iter_no_change=5,
            random_state=seed,
        )
    return LogisticRegression(max_iter=500)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=["mlp", "logistic"], default="mlp")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/result.json"))
    args = parser.parse_args()

    pixels, digits = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        pixels / 16, digits % 2, test_size=TEST_IMAGES, stratify=digits, random_state=args.seed
    )
    model = make_model(args.model, args.seed).fit(x_train, y_train)

    result = {
        "model": args.model,
        "seed": args.seed,
        "train_images": len(y_train),
        "test_images": len(y_test),
        "test": {
            "accuracy": float(accuracy_score(y_test, model.predict(x_test))),
            "log_loss": float(log_loss(y_test, model.predict_proba(x_test))),
        },
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(result, indent=2) + "\n")
    print(f"test accuracy: {result['test']['accuracy']:.4f}")


if __name__ == "__main__":
    main()
