from setuptools import setup

setup(name="rings", author="Ada Lovelace")
