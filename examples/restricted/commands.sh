# Get the data, which a reader cannot do; record the runs on them and one on the stand-in; then the bundle.
python registry.py
reprocrate run --all
reprocrate pack
