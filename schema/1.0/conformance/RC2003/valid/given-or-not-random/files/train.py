from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, train_test_split
from sklearn.tree import DecisionTreeClassifier

parts = train_test_split(range(10), random_state=0)
folds = KFold(5)
model = BaggingClassifier(DecisionTreeClassifier(), random_state=0)
plain = LogisticRegression(C=2.0)
