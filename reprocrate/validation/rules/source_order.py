"""RC20: what is computed in another order, or by another algorithm, in every run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reprocrate.validation.rule import MAY, SHOULD, Found, Need, rule
from reprocrate.validation.sighted import told
from reprocrate.validation.subject import Subject


@rule(
    "RC2010",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="cuDNN chooses its algorithms by the time that they take (benchmark = True){at}",
    needs=Need.TREE,
)
def cudnn_does_not_choose_by_time(subject: Subject) -> Iterator[Found]:
    """A program SHOULD NOT set `torch.backends.cudnn.benchmark` to True.

    Judged: each assignment of True to it that may run in a program that calls `backward` or lightning's
        `Trainer`; not in a file that also assigns False, nor under a condition that names determinism, a
        seed, reproducibility, benchmarks, debugging or speed, where the user decides; at the assignment.
    Why: cuDNN then tries its algorithms and takes the fastest, which is another one on a busy day; they
        differ in the last digits, from which training departs.
    Fix: leave it out, or make it an option that is off for the runs that are reported.
    """
    from reprocrate.validation.source.order import benchmarks

    yield from told(subject, "RC2010", benchmarks)


@rule(
    "RC2011",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} is not deterministic on a GPU, and the program asks for no deterministic algorithms{at}",
    needs=Need.TREE,
)
def deterministic_algorithms_are_asked_for(subject: Subject) -> Iterator[Found]:
    """A program SHOULD ask for deterministic algorithms where it trains by operations that are not (PyTorch).

    Judged: each program that calls `backward` or lightning's `Trainer`, that names cuda, and that neither
        calls `torch.use_deterministic_algorithms` or `torch.set_deterministic_debug_mode` nor passes
        `deterministic`: its calls of the operations of `schema/1.0/torch-nondeterministic.json` that are
        judged there, but for convolutions. One finding for each operation, at its first call.
    Why: the same seed then gives another result on the same GPU; PyTorch's documentation names these
        operations.
    Fix: call `torch.use_deterministic_algorithms(True, warn_only=True)` at the start, and report the spread
        over several runs of the same seed where an operation has no deterministic form.
    """
    from reprocrate.validation.source.order import nondeterministic_operations

    yield from told(subject, "RC2011", partial(nondeterministic_operations, convolutions=False))


@rule(
    "RC2012",
    MAY,
    spec="source-code",
    since="1.0",
    says="the algorithm of {name} is left to cuDNN, which has some that are not deterministic{at}",
    needs=Need.TREE,
)
def convolutions_are_deterministic(subject: Subject) -> Iterator[Found]:
    """A program that trains convolutions on a GPU MAY ask cuDNN for deterministic ones.

    Judged: as RC2011, for convolutions alone, where the program does not set
        `torch.backends.cudnn.deterministic` either; one finding for each program, at the first of them.
    Why: the gradients of a convolution have fast algorithms that add in any order.
    Fix: set `torch.backends.cudnn.deterministic = True`, or call `torch.use_deterministic_algorithms(True)`.
    """
    from reprocrate.validation.source.order import nondeterministic_operations

    yield from told(subject, "RC2012", partial(nondeterministic_operations, convolutions=True))


@rule(
    "RC2013",
    MAY,
    spec="source-code",
    since="1.0",
    says="PYTHONHASHSEED is set inside the program, where it no longer has an effect{at}",
    needs=Need.TREE,
)
def hash_seed_is_set_from_outside(subject: Subject) -> Iterator[Found]:
    """PYTHONHASHSEED MAY be set, and then before Python starts.

    Judged: each assignment to the entry `"PYTHONHASHSEED"` of anything, in a file that starts no other
        process; at the name.
    Why: Python reads it when it starts; set later it reaches only processes that are started afterwards.
    Fix: set it in the command or the script that starts the program; what must not depend on it is sorted.
    """
    from reprocrate.validation.source.order import late_hash_seeds

    yield from told(subject, "RC2013", late_hash_seeds)


@rule(
    "RC2014",
    MAY,
    spec="source-code",
    since="1.0",
    says="{name} lists files in any order, which counts here ({use}){at}",
    needs=Need.TREE,
)
def files_are_listed_in_order(subject: Subject) -> Iterator[Found]:
    """Where the order of files counts, they MAY be sorted.

    Judged: each call of `os.listdir`, `os.scandir`, `glob.glob`, `glob.iglob`, or of `glob`, `rglob` or
        `iterdir` of a path, that nothing sorts, if its list (or the variable that it is assigned to) is
        numbered by `enumerate`, cut by a slice, shuffled, split, or, kept in an
        attribute, read by number in a `__getitem__`; at the call.
    Why: the order is the file system's, so that items, labels and splits are others on another machine.
    Fix: wrap it in `sorted(...)`.
    """
    from reprocrate.validation.source.order import unsorted_files

    yield from told(subject, "RC2014", unsorted_files)


@rule(
    "RC2015",
    MAY,
    spec="source-code",
    since="1.0",
    says="the order of this set counts here ({use}), and is another one in every run{at}",
    needs=Need.TREE,
)
def sets_are_put_in_order(subject: Subject) -> Iterator[Found]:
    """Where the order of a set counts, it MAY be sorted.

    Judged: each call of `set` with an argument, used as RC2014 says, unless its argument seems to be of whole
        numbers; at the call.
    Why: texts in a set come in an order that depends on PYTHONHASHSEED, so that the same word has another
        number in every run, and a stored model no longer fits its vocabulary.
    Fix: write `sorted(set(...))`.
    """
    from reprocrate.validation.source.order import unsorted_sets

    yield from told(subject, "RC2015", unsorted_sets)
