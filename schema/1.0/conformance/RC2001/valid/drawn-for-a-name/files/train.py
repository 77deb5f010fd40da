import random
import string

port = random.randint(10000, 20000)
name = "".join(random.choice(string.ascii_letters) for _ in range(8))
print(port, name)
