from sklearn.datasets import load_iris
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

X, y = load_iris(return_X_y=True)
X_best = SelectKBest(k=2).fit_transform(X, y)
print(cross_val_score(LogisticRegression(), X_best, y))
