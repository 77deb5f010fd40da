# Three polynomials, ten folds, three seeds, then the bundle.
reprocrate run --all
reprocrate pack
