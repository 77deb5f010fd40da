from sklearn.datasets import load_iris
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import train_test_split

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
selector = SelectKBest(k=2)
X_train = selector.fit_transform(X_train, y_train)
X_test = selector.transform(X_test)
