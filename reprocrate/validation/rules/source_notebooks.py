"""RC20: notebooks that do not show what was run."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.rule import MAY, SHOULD, Found, Need, rule
from reprocrate.validation.sighted import told
from reprocrate.validation.subject import Subject


@rule(
    "RC2040",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="this cell was executed as [{count}], before cell {above} above it, which is [{highest}]{at}{more}",
    needs=Need.TREE,
)
def cells_were_executed_in_order(subject: Subject) -> Iterator[Found]:
    """The cells of a notebook SHOULD have been executed from top to bottom.

    Judged: each code cell that is not empty and whose `execution_count` is smaller than that of such a cell
        above it; one finding for a notebook, at the first line of the first of them.
    Why: the results below were then computed with variables that the notebook, run from the top, never holds.
    Fix: restart the kernel, run all cells, and save.
    """
    from reprocrate.validation.source.executed import disordered_cells

    yield from told(subject, "RC2040", disordered_cells)


@rule(
    "RC2041",
    MAY,
    spec="source-code",
    since="1.0",
    says="nothing shows that this cell was executed{at}{more}",
    needs=Need.TREE,
)
def cells_were_executed(subject: Subject) -> Iterator[Found]:
    """In a notebook that was saved with its results, every cell MAY have been executed.

    Judged: each code cell that is not empty and has neither an `execution_count` nor outputs nor
        `metadata.execution`, in a notebook in which another code cell has one of these; one finding for a
        notebook, at the first line of the first of them.
    Why: nobody can tell whether what it does belongs to the results.
    Fix: run all cells and save, or remove the cell.
    """
    from reprocrate.validation.source.executed import unexecuted_cells

    yield from told(subject, "RC2041", unexecuted_cells)


@rule(
    "RC2042",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="the notebook installs {names} in whatever version is the newest{at}",
    needs=Need.TREE,
)
def installed_packages_have_versions(subject: Subject) -> Iterator[Found]:
    """A notebook that installs packages SHOULD name their versions.

    Judged: each line of a code cell that begins with `!pip install` or `%pip install`, also by `python -m
        pip` or `uv pip`: the packages in it without a version; at the line.
    Why: next year the same line installs something else, or something that no longer works with the rest.
    Fix: write `package==version`, or install from a file with versions.
    """
    from reprocrate.validation.source.executed import unpinned_installs

    yield from told(subject, "RC2042", unpinned_installs)
