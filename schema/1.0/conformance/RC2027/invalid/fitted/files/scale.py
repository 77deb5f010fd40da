from sklearn.preprocessing import StandardScaler


def scaled(X_train, X_test):
    scaler = StandardScaler()
    return scaler.fit_transform(X_train), scaler.fit_transform(X_test)
