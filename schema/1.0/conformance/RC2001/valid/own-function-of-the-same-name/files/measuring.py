def set_seed(value):
    return value
