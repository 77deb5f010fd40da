import torch


def train(model, epochs, step, evaluate, test_loader):
    best_accuracy = 0.0
    for _ in range(epochs):
        step(model)
        accuracy = evaluate(model, test_loader)
        if accuracy > best_accuracy:
            best_accuracy = accuracy
            torch.save(model.state_dict(), "best.pt")
