print('accuracy 0.8')
