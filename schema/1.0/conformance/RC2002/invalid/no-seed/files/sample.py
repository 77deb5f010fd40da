from numpy.random import default_rng as make

rng = make()
print(rng.normal())
