import numpy
import torch

model = torch.nn.ReLU()
example = torch.from_numpy(numpy.random.uniform(-1, 1, size=(1, 4)))
torch.onnx.export(model, (example,), "model.onnx")
