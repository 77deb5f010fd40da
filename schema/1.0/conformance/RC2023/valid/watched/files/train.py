import keras

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")


def fit(X_train, y_train, X_test, y_test):
    return model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=5)
