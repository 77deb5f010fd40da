"""What the manifest and the files say of each question of the bank, a module for each group of questions.

Each module has `QUESTIONS`: the question's name with the function that looks for its evidence.
"""
