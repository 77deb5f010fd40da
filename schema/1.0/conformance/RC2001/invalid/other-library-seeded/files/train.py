import random

import torch
from torch import nn

random.seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss = model(torch.ones(3, 4)).sum()
loss.backward()
optimizer.step()
print(loss.item())
