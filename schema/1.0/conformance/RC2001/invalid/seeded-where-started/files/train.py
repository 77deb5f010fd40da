from drawing import draw

print(draw())
