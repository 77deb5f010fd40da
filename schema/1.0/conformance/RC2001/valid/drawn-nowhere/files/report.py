import tools

print(tools.mean([1.0, 2.0]))
