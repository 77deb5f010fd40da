from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

X, y = load_iris(return_X_y=True)
pca = PCA(n_components=2)
pca.fit(X)
X_train, X_test = train_test_split(X, random_state=0)
X_train, X_test = pca.transform(X_train), pca.transform(X_test)
