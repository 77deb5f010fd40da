print('accuracy 0.9')
