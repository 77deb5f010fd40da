DATA = "/home/ada/beans/data.csv"  # reprocrate: ignore RC2030
MODEL = "/home/ada/beans/model.bin"  # noqa: RC2031
