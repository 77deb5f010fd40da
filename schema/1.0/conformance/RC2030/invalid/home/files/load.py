DATA = "/home/ada/beans/data.csv"
