"""Values over steps that trackers and loggers wrote during a launch: one reader for each kind of file.

Only the values are read here. Whole stores of trackers, with runs of other days, are another matter.
"""
