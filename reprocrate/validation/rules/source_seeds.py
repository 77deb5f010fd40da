"""RC20: seeds in the author's code."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.rule import SHOULD, Found, Need, rule
from reprocrate.validation.sighted import told
from reprocrate.validation.subject import Subject


@rule(
    "RC2001",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} draws random numbers from {library}, which nothing in the program{where} seeds{hint}{at}",
    needs=Need.TREE,
)
def program_sets_its_seeds(subject: Subject) -> Iterator[Found]:
    """A program that draws random numbers from a shared generator SHOULD set its seed.

    Judged: each program (see the chapter), for each entry of `libraries` in `schema/1.0/source-names.json`:
        none of its calls is one of `seeds` or seeds everything, as that file says, and it calls one of
        `draws`, or for torch `DataLoader` with `shuffle=True`, without a generator; where the entry has
        `only_with`, the program also calls one of these. A call in a function that nothing in the tree names
        counts for neither, nor does one below `if __name__ == "__main__":` of a file that is imported. No
        draw is one of a colour, a port or a name by what it is assigned to, nor one under a parameter that is
        off by default and that no call in the program gives. Where the program trains nothing, neither are
        those in a file that it shares with one that trains and seeds, nor any if it exports a model. One
        finding for each library, at the first such draw in the order of the program's files.
    Why: every run then gives other numbers, and nobody can tell a difference in the result from chance.
    Fix: take the seed as an option and set it before anything is drawn, for every library that draws.
    """
    from reprocrate.validation.source.seeding import unseeded_programs

    yield from told(subject, "RC2001", unseeded_programs)


@rule("RC2002", SHOULD, spec="source-code", since="1.0", says="{name} {what}{at}", needs=Need.TREE)
def generator_has_a_seed(subject: Subject) -> Iterator[Found]:
    """A generator of random numbers SHOULD be made with a seed.

    Judged: each call of one of the `generators` of `schema/1.0/source-names.json` whose seed is neither its
        first argument nor one of the keywords there, or is None; and each call of `random.seed` or
        `numpy.random.seed` without one. Not within a condition or behind `or`, where it stands in for a
        generator that was not given, nor where the file gives `seed(...)` to the variable; at the call.
    Why: a generator without a seed takes one from the system, which nobody sees and nobody can repeat.
    Fix: give it a seed, such as the one that the program takes as an option.
    """
    from reprocrate.validation.source.seeding import unseeded_generators

    yield from told(subject, "RC2002", unseeded_generators)


@rule(
    "RC2003", SHOULD, spec="source-code", since="1.0", says="{name} has no random_state{at}", needs=Need.TREE
)
def random_state_is_given(subject: Subject) -> Iterator[Found]:
    """What is random in scikit-learn SHOULD be given a `random_state`, unless the program seeds NumPy.

    Judged: each call of a name under `random_state` in `schema/1.0/source-names.json`, as that file says, and
        each `sample(frac=...)` of a table, that has none of the keywords there, or None for it. Not where the
        file itself or a program that it belongs to seeds NumPy's global generator, from which these then
        draw, where a file calls `set_params`, nor where arguments are unpacked from a variable; at the call.
    Why: the split, the forest or the starting points are then others in every run.
    Fix: pass `random_state=seed`, to the splits as well as to the models.
    """
    from reprocrate.validation.source.seeding import without_random_state

    yield from told(subject, "RC2003", without_random_state)


@rule(
    "RC2004", SHOULD, spec="source-code", since="1.0", says="the seed is made of {clock}{at}", needs=Need.TREE
)
def seed_is_not_the_time(subject: Subject) -> Iterator[Found]:
    """A seed SHOULD NOT be made of the time or the like, unless it is kept.

    Judged: each call that sets a seed or makes a generator (RC2001, RC2002, `jax.random.PRNGKey` and `key`)
        whose seed is an expression with a call of `time`, `datetime`, `os.getpid`, `os.urandom`, `uuid` or
        `secrets`, or a variable that is assigned such a one; not where that variable is also given to a call
        that sets no seed, as when it is printed; at the call.
    Why: such a seed is gone when the run ends, as if there had been none.
    Fix: take the seed as an option with a default, or write the one that was drawn to the log.
    """
    from reprocrate.validation.source.seed_values import seeds_by_clock

    yield from told(subject, "RC2004", seeds_by_clock)


@rule(
    "RC2005",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="this constant seed replaces the one that line {before} has just set{at}",
    needs=Need.TREE,
)
def seed_stays_as_it_was_set(subject: Subject) -> Iterator[Found]:
    """A seed that was set SHOULD NOT be replaced by a constant before anything is drawn.

    Judged: each statement that seeds a library with a constant, where an earlier statement of the same block
        seeds the same library with another value, and only calls with "seed" in their name stand between
        them; at the later one.
    Why: whatever seed a user chooses then gives the same run, and five seeds are one.
    Fix: set each seed once, from the option.
    """
    from reprocrate.validation.source.seed_values import overridden_seeds

    yield from told(subject, "RC2005", overridden_seeds)


@rule(
    "RC2006",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="nothing reads the option --{option}{at}",
    needs=Need.TREE,
)
def option_for_the_seed_is_read(subject: Subject) -> Iterator[Found]:
    """An option for the seed SHOULD be read by the program that offers it.

    Judged: each `add_argument` of an option that is called seed, random-seed, manual-seed or rng-seed,
        without `dest`, whose value nothing in the source tree reads: no attribute of its name is read but to
        be called, or to be given to a variable that nothing reads in a file that nothing imports, and no text
        elsewhere holds it. Not in a tree that uses `vars` or `__dict__`, or that gives
        the parsed arguments as a whole to something outside of it; at the call.
    Why: runs with different seeds then differ by chance alone, or not at all.
    Fix: set the seeds of all libraries from the option.
    """
    from reprocrate.validation.source.seed_values import idle_options

    yield from told(subject, "RC2006", idle_options)
