words = open("text.txt").read().split()
numbers = {word: number for number, word in enumerate(sorted(set(words)))}
