from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split as halve

train, test = halve([[0], [1], [2], [3]])
forest = RandomForestClassifier(n_estimators=50)
