"""The rules, one module per family; `reprocrate.validation.families` lists them."""
