from xgboost import XGBClassifier


def fit(X_train, y_train, X_valid, y_valid):
    model = XGBClassifier(early_stopping_rounds=10, random_state=0)
    return model.fit(X_train, y_train, eval_set=[(X_valid, y_valid)])
