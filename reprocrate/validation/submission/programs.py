"""Which programs there are and what they are for, told by their names and by calls that such code makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from reprocrate.finding import Location, Observed
from reprocrate.validation.submission.items import counted, found, listed, not_assessed, not_found
from reprocrate.validation.submission.tree import Sign, SubmissionTree, stem_of, suffix_of

_MAIN = re.compile(r"^if\s+__name__\s*==\s*[\"']__main__[\"']|^main\(\)", re.MULTILINE)
_ARGUMENTS = re.compile(
    r"ArgumentParser\(|@click\.command|typer\.run|@hydra\.main|fire\.Fire\(|absl\.app|app\.run\(|HfArgumentParser\(|"
    r"optparse|docopt\(|commandArgs\(|ArgParseSettings"
)
_DOES_SOMETHING = re.compile(
    r"^(?:for|while|with)\b.*:\s*$|^(?!print\b)[A-Za-z_][\w.]*\.(?:train|fit|run|main|backward|evaluate)\(|^(?:train|run)\w*\(",
    re.MULTILINE,
)
_SCRIPT_SUFFIXES = frozenset({".sh", ".bash", ".ipynb", ".r", ".rmd", ".jl", ".m"})

_TRAINS_BY_NAME = re.compile(
    r"(?:.*[_-])?(?:train(?:er|ing)?|pre-?train(?:ing)?|fine-?tun(?:e|ing)|fit|learn)(?:[_-].*|\d*)",
    re.IGNORECASE,
)
_TRAINS = Sign(
    r"\.backward\(|\.minimize\(|\boptimi[sz]er\w*\.step\(|\.fit_generator\(|\bSeq2SeqTrainer\(|"
    r"(?<!\w)(?!\w*(?:scaler|scale|encoder|enc|pca|vectorizer|tokenizer|imputer|transformer|binarizer|normalizer|tfidf|le|re|umap|tsne)\w{0,2}(?:\([^()\n]*\))?\.fit\()[A-Za-z_]\w*(?:\([^()\n]*\))?\.fit\(|\bTrainer\(|\btrainer\.train\(|"
    r"train_one_epoch|GradientTape\(|jax\.(?:value_and_)?grad\(|(?:lgb|xgb|xgboost|lightgbm)\.train\(|\.learn\(|"
    r"train_on_batch\(|\bFlux\.train!|\bFlux\.gradient|\btrainNetwork\(|accelerator\.backward|caret::train\(",
    ".backward( .minimize( .step( .fit Trainer( .train train_ GradientTape( grad( .learn( Flux. "
    "trainNetwork(",
)
_EVALUATES_BY_NAME = re.compile(
    r"(?:.*[_-])?(?:eval(?:uat\w*)?|test(?:ing)?|infer(?:ence)?|predict(?:ion)?|benchmark|bench|score|metrics?|validate|sample|"
    r"generate|demo)(?:[_-].*|\d*)",
    re.IGNORECASE,
)
_EVALUATES = Sign(
    r"\b(?:accuracy|f1|roc_auc|average_precision|r2|bleu|balanced_accuracy)_score\(|classification_report\(|"
    r"mean_(?:squared|absolute)_error\(|confusion_matrix\(|\.evaluate\(|\.score\(|cross_val(?:idate|_score)\(|"
    r"def (?:eval|test|validate|estimate_loss|compute_metrics)\w*\(|torchmetrics|predict_proba\(",
    "_score( classification_report( _error( confusion_matrix( .evaluate( .score( cross_val def "
    "torchmetrics predict_proba(",
)
_MAY_EVALUATE = Sign(
    r"\.eval\(\)|torch\.no_grad\(|inference_mode\(|training\s*=\s*False",
    ".eval() no_grad( inference_mode( training",
)

_SEED_OPTION = Sign(
    r"[\"']--?(?:[a-z]+[-_])*(?:seeds?|random[-_]state)[\"']|DEFINE_integer\(\s*[\"'](?:\w+_)?seed[\"']|"
    r"^\s+(?:random_)?seed\s*:\s*(?:int|Optional\[int\])\b",
    "seed SEED Seed random",
    re.IGNORECASE | re.MULTILINE,
)
_SEED_SET = Sign(
    r"manual_seed(?:_all)?\(|random\.seed\(|(?:set|fix|init)_(?:random_)?seeds?\(|seed_everything\(|default_rng\(\s*\w|"
    r"PRNGKey\(|random_state\s*=\s*(?!None)\w|set_random_seed\(|\bset\.seed\(|Random\.seed!\(|RandomState\(\s*\w|\bRandom\(\s*\w|random\.key\(|"
    r"(?:set_randomness|improve_reproducibility|set_determinism)\(|env\.(?:reset\(seed=|seed\()|\brng\(\s*\d",
    "seed PRNGKey( default_rng( RandomState( Random( random.key( random_state randomness( reproducib "
    "determinism( rng(",
)
_SEEDS_LOOP = Sign(
    r"\bfor\s+\w*(?:seed|SEED|trial)\w*\s+in\b|--(?:num|n)[-_]seeds|\bseeds\s*=\s*[\[(]\s*\d+\s*,|"
    r"--seeds?[= ]\d+[ ,]+\d+|"
    r"\bSEEDS\s*=|\bseeds\s*=\s*range\(|n_(?:seeds|repeats)\s*=",
    "seed SEED Seed trial",
)
_OF_OPTIONS = re.compile(r"\bdataclass\b|\bBaseModel\b|\btyro\.|\bfire\.Fire|\bclick\.|\btyper\.")
_SEED_NAMED = Sign(r"\b\w*seeds?\s*(?:=|<-)(?!=)", "seed SEED Seed", re.IGNORECASE)
_SEED_SETTING = Sign(
    r"^\s*[\"']?(?:random_?|global_?)?(?:seed|random_state)s?[\"']?\s*[:=]\s*\[?\d",
    "seed SEED Seed random_state",
    re.MULTILINE | re.IGNORECASE,
)
_SETTINGS = (".yaml", ".yml", ".toml", ".json", ".gin", ".cfg", ".ini")
_MOST_READ = 3_000


def observe_programs(tree: SubmissionTree, started: Collection[str] = ()) -> Iterator[Observed]:
    """Entry points, code that trains, and code that evaluates.

    Args:
        tree: the files.
        started: programs that commands of READMEs start.
    """
    scripts = tree.scripts[:_MOST_READ]
    if not scripts:
        yield from _without_programs(tree)
        return
    yield _entry_points(tree, scripts, started)
    yield _of_kind(tree, "training-code", scripts, _TRAINS_BY_NAME, (_TRAINS,))
    yield _of_kind(tree, "evaluation-code", scripts, _EVALUATES_BY_NAME, (_EVALUATES, _MAY_EVALUATE))


def _without_programs(tree: SubmissionTree) -> Iterator[Observed]:
    for item in ("entry-points", "training-code", "evaluation-code"):
        if tree.is_only_documents:
            yield not_assessed(item, "there is nothing but documents")
        else:
            yield not_found(item, "there is no program in a language that is known here")


def _entry_points(tree: SubmissionTree, scripts: tuple[str, ...], started: Collection[str]) -> Observed:
    named = [path for path in scripts if path in started]
    starts = [*named, *(path for path in scripts if path not in started and _starts(tree, path))]
    makes = [
        path
        for name in ("makefile", "snakefile", "dvc.yaml", "mlproject")
        for path in tree.by_name.get(name, ())
    ]
    if not starts and not makes:
        return not_found(
            "entry-points",
            f"none of {counted(len(scripts), 'program file')} does anything when it is started",
        )
    names = listed([*starts, *makes])
    return found("entry-points", names, [Location(path) for path in (*starts, *makes)])


def _starts(tree: SubmissionTree, path: str) -> bool:
    """Whether a file does something when it is started."""
    suffix = suffix_of(path)
    if suffix == ".r" and path.removeprefix(tree.root).startswith("R/") and "description" in tree.by_name:
        return False  # the functions of a package
    if suffix in _SCRIPT_SUFFIXES:
        return suffix != ".m" or not re.match(r"\s*(?:%.*\n\s*)*(?:function|classdef)\b", tree.text(path))
    if suffix != ".py" or path.endswith(("__init__.py", "setup.py")):
        return False
    text = tree.text(path)
    signs = (_MAIN, _ARGUMENTS, _DOES_SOMETHING)
    return path.endswith("__main__.py") or any(sign.search(text) for sign in signs)


def _of_kind(
    tree: SubmissionTree,
    item: str,
    scripts: tuple[str, ...],
    by_name: re.Pattern[str],
    by_call: tuple[Sign, ...],
) -> Observed:
    """Programs for something: those that are named so first; weaker signs count where no better one is."""
    named = [path for path in scripts if by_name.fullmatch(stem_of(path))]
    for sign in by_call:
        calling = {path: (line, match[0]) for path in scripts for line, match in _first(tree, path, sign)}
        if calling:
            names = sorted(calling, key=lambda path: path not in named)
            line, call = calling[names[0]]
            where = f" line {line}" if line else ""
            places = [Location(path, line=calling[path][0]) for path in names]
            return found(item, f"{listed(names)} (`{call.strip().rstrip('(')}` in {names[0]}{where})", places)
    if named:
        return found(item, f"{listed(named)}, by the name alone", [Location(path) for path in named])
    what = "trains" if item == "training-code" else "evaluates"
    return not_found(
        item, f"none of {counted(len(scripts), 'program file')} {what}, as far as names and calls tell"
    )


def _first(tree: SubmissionTree, path: str, sign: Sign) -> Iterator[tuple[int | None, re.Match[str]]]:
    return (each for each, _ in zip(tree.lines(path, sign), range(1), strict=False))


def observe_tests(tree: SubmissionTree) -> Observed:
    """Tests of the software."""
    tests = [path for path in tree.programs if path in tree.tests]
    if tests:
        return found(
            "tests",
            f"{counted(len(tests), 'file')} of tests: {listed(tests)}",
            [Location(path) for path in tests],
        )
    if tree.is_only_documents:
        return not_assessed("tests", "there is nothing but documents")
    return not_found("tests", "no files of tests")


def observe_seeds(tree: SubmissionTree) -> Observed:
    """Whether the randomness can be set, and whether several seeds are run."""
    option, fixed, several, named = [], [], [], []
    for path in tree.scripts[:_MOST_READ]:
        option += [Location(path, line=line) for line, _ in _options_of(tree, path)]
        fixed += [Location(path, line=line) for line, _ in _first(tree, path, _SEED_SET)]
        named += [Location(path, line=line) for line, _ in _first(tree, path, _SEED_NAMED)]
        several += [Location(path, line=line) for line, match in _first(tree, path, _SEEDS_LOOP)]
    several += [
        Location(path, line=line) for path in tree.guides for line, _ in _first(tree, path, _SEEDS_LOOP)
    ]
    settings = [
        Location(path, line=line) for path in _settings(tree) for line, _ in _first(tree, path, _SEED_SETTING)
    ]
    parts = [
        f"several seeds in {several[0].file}" if several else "",
        f"an option for the seed in {listed(_files(option), 2)}" if option else "",
        f"a seed in the settings {listed(_files(settings), 2)}" if settings else "",
        f"set in {listed(_files(fixed), 2)}" if fixed and not option else "",
    ]
    said = "; ".join(part for part in parts if part)
    if said or named:
        said = said or f"named in {listed(_files(named), 2)}, which sets none that is known here"
        return found(
            "seeds", said, [*several, *option, *settings, *fixed, *([] if option or fixed else named)]
        )
    if not tree.scripts:
        return not_assessed("seeds", "there is no program in which one could be set")
    return not_found("seeds", "no option for a seed, and no call that sets one")


def _options_of(tree: SubmissionTree, path: str) -> Iterator[tuple[int | None, re.Match[str]]]:
    """The first option for a seed in a program: an argument, or a field of a class of options."""
    has_fields = _OF_OPTIONS.search(tree.code(path)) is not None
    for line, match in tree.lines(path, _SEED_OPTION):
        if has_fields or not match[0][:1].isspace():
            yield line, match
            return


def _files(places: list[Location]) -> list[str]:
    return [place.file or "" for place in places]


def _settings(tree: SubmissionTree) -> list[str]:
    """Files of settings that are not those of tools."""
    found = [
        path
        for path in tree.own
        if path.endswith(_SETTINGS) and "lock" not in path and not path.startswith(".")
    ]
    return [path for path in found if tree.size(path) < 100_000][:300]
