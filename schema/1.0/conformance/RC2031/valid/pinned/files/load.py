import hashlib
import urllib.request

import torch
from transformers import AutoModel

COMMIT = "5f2f6c582b575f2c9c416a1f5be0a2d15f2f6c58"
model = AutoModel.from_pretrained("example/beans", revision=COMMIT)
own = AutoModel.from_pretrained("./checkpoints/last")
other = torch.hub.load("example/beans:v1.2", "small")
urllib.request.urlretrieve("https://example.org/beans.csv", "beans.csv")
with open("beans.csv", "rb") as file:
    assert hashlib.sha256(file.read()).hexdigest() == "33b250c9ad001c6270fd96397a86aa0dd2b5319ee9a6fbe538c0568f6e2e7474"
