print('accuracy', 0.91)
