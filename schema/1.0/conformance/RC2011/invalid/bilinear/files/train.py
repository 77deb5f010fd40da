import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"
weights = torch.ones(1, 1, 4, 4, device=device, requires_grad=True)
larger = F.interpolate(weights, scale_factor=2, mode="bilinear")
larger.sum().backward()
