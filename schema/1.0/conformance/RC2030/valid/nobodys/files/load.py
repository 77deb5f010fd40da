"""Read what lies in /home/ada/beans, for example."""

DATA = "data/beans.csv"
IN_THE_IMAGE = "/home/user/data/beans.csv"
ADDRESS = "https://example.org/home/ada/beans.csv"
