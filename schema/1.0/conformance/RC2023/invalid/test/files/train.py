from xgboost import XGBClassifier


def fit(X_train, y_train, X_test, y_test):
    model = XGBClassifier(early_stopping_rounds=10, random_state=0)
    return model.fit(X_train, y_train, eval_set=[(X_test, y_test)])
