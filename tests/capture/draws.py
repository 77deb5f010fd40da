"""Draws from every generator of random numbers that is installed, in many ways, and prints what came.

The tests run it with and without the recorder; what it prints must be the same. Any Python from 3.8 on.
"""

import copy
import hashlib
import importlib
import inspect
import pickle
import random
import sys
import threading
import warnings

warnings.simplefilter("ignore")
WRONG = (-1, 2**32, 1.5, "x", [-1], object)


class Mine(random.Random):
    def seed(self, a=None, version=2):
        super().seed(a if a is None else a + 1, version)


def show(name, *values):
    sys.stdout.write(f"{name} {hashlib.sha256(repr(values).encode()).hexdigest()}\n")


def again(value):
    return pickle.loads(pickle.dumps(value)), copy.deepcopy(value)


def refused(*functions):
    for wrong in WRONG:
        for function in functions:
            try:
                function(wrong)
                sys.stdout.write("taken\n")
            except Exception as error:
                text = str(error) if sys.version_info > (3, 11) else ""
                sys.stdout.write("{} {}\n".format(type(error).__name__, text.partition(" at 0x")[0]))


def in_threads(draw):
    found = []
    threads = [threading.Thread(target=lambda k=k: found.append((k, draw(k)))) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def standard():
    for seed in (3, "text", b"bytes", 4.5, 2**100, -7, True):
        random.seed(seed)
        show("random", random.random(), random.sample(range(99), 9), random.gauss(0, 1))
    random.seed("text", version=1)
    show("version 1", random.random())
    show("own", random.Random(4).random(), Mine(5).random(), [each.random() for each in again(Mine(6))])
    state = random.getstate()
    drawn = random.random()
    random.setstate(state)
    show("state", drawn == random.random())
    refused(random.Random)
    show("threads", in_threads(lambda k: random.Random(k).random()))
    show("about", inspect.signature(random.seed), inspect.signature(random.Random.seed), random.seed.__doc__)
    show("system", isinstance(random.SystemRandom(1).random(), float), random.seed.__name__)
    importlib.reload(random)
    random.seed(7)
    show("reloaded", random.random())


def legacy(np):
    shared = np.random
    for seed in (1, [1, 2], np.array([3, 4]), np.int64(5), np.uint32(6)):
        shared.seed(seed)
        show(
            "legacy",
            shared.rand(5).tolist(),
            shared.randint(0, 9, 5).tolist(),
            shared.permutation(9).tolist(),
        )
    shared.seed(seed=5)
    show("by name", shared.rand())
    own = shared.RandomState(6)
    show("own", own.normal(size=3).tolist(), [each.rand() for each in again(own)])
    own.seed(9)
    show("again", own.rand())
    state = shared.get_state()
    drawn = shared.rand()
    shared.set_state(state)
    show("state", drawn == shared.rand())
    refused(shared.seed, shared.RandomState)
    show("threads", in_threads(lambda k: shared.RandomState(k).rand()))


def modern(np):
    make = np.random.default_rng
    for seed in (7, [7, 8], (7, 8), np.int64(7), np.array([7, 8]), 2**200, make(1), np.random.PCG64(2)):
        show("default_rng", make(seed).random(4).tolist())
    sequence = np.random.SeedSequence(9, spawn_key=(1, 2))
    show("spawn", [child.generate_state(3).tolist() for child in sequence.spawn(3)], repr(sequence))
    sequence = np.random.SeedSequence((3, 4))
    show("tuple", sequence.generate_state(2).tolist(), [child.spawn_key for child in sequence.spawn(2)])
    for name in ("PCG64", "MT19937", "Philox", "SFC64", "PCG64DXSM"):
        kind = getattr(np.random, name, None)
        if kind is not None:
            own = np.random.Generator(kind(11))
            show(
                name,
                own.random(3).tolist(),
                kind(12).random_raw(2).tolist(),
                [e.random() for e in again(own)],
            )
    show("jumped", np.random.MT19937(3).jumped().random_raw(2).tolist())
    drawn = np.random.SeedSequence()
    show("drawn", drawn.spawn(1)[0].entropy == drawn.entropy, drawn.entropy.__class__)
    refused(np.random.SeedSequence, make, np.random.Philox)
    show("threads", in_threads(lambda k: make(k).random()))


def torch_(torch):
    torch.manual_seed(3)
    show("torch", torch.rand(5).tolist(), torch.randperm(9).tolist(), inspect.signature(torch.manual_seed))
    own = torch.Generator()
    own.manual_seed(5)
    data = torch.utils.data
    show("split", [list(part.indices) for part in data.random_split(range(10), [6, 4], generator=own)])
    numbers = torch.arange(10)
    for more in ({"generator": own}, {"num_workers": 2}):
        torch.manual_seed(1)
        loader = data.DataLoader(numbers, batch_size=3, shuffle=True, **more)
        show("loader", [batch.tolist() for batch in loader])
    with torch.random.fork_rng():
        torch.manual_seed(9)
    show("forked", torch.rand(1).item(), torch.initial_seed())


def jax_(jax):
    key = jax.random.key(4)
    show("jax", jax.random.PRNGKey(3).tolist(), jax.random.normal(key, (3,)).tolist())
    inside = jax.jit(lambda seed: jax.random.normal(jax.random.PRNGKey(seed), (2,)))
    show("jit", inside(5).tolist(), inspect.signature(jax.random.PRNGKey))


def gymnasium_(gymnasium):
    world = gymnasium.make("CartPole-v1")
    show("reset", world.reset(seed=4)[0].tolist())
    world.action_space.seed(3)
    show("space", [int(world.action_space.sample()) for _ in range(9)])


def rows():
    np = importlib.import_module("numpy")
    return np.random.RandomState(0).rand(60, 4), np.arange(60) % 2


def sklearn_(_sklearn):
    ensemble = importlib.import_module("sklearn.ensemble")
    selection = importlib.import_module("sklearn.model_selection")
    x, y = rows()
    show("split", selection.train_test_split(x, random_state=3)[0].tolist())
    importlib.import_module("numpy").random.seed(1)
    show("shared", selection.train_test_split(x)[0].tolist())
    for jobs in (1, 2):
        forest = ensemble.RandomForestClassifier(5, random_state=4, n_jobs=jobs).fit(x, y)
        show("forest", forest.predict_proba(x).tolist())


def xgboost_(xgboost):
    x, y = rows()
    model = xgboost.XGBClassifier(n_estimators=3, random_state=4, subsample=0.5).fit(x, y)
    trained = xgboost.train({"seed": 5, "subsample": 0.5}, xgboost.DMatrix(x, y), 3)
    show("xgboost", model.predict_proba(x).tolist(), [bytes(each.save_raw()) for each in again(trained)])


def lightgbm_(lightgbm):
    x, y = rows()
    model = lightgbm.LGBMClassifier(n_estimators=3, random_state=4, verbose=-1, n_jobs=1).fit(x, y)
    show("lightgbm", model.predict_proba(x).tolist(), copy.deepcopy(model.booster_).model_to_string())


def pandas_(pandas):
    show("pandas", pandas.DataFrame({"a": range(50)}).sample(5, random_state=3).index.tolist())


def networkx_(networkx):
    show("networkx", sorted(networkx.gnp_random_graph(20, 0.2, seed=3).edges))


def main():
    standard()
    there = (
        *(("numpy", legacy), ("numpy", modern), ("torch", torch_), ("jax", jax_), ("gymnasium", gymnasium_)),
        *(("sklearn", sklearn_), ("xgboost", xgboost_), ("lightgbm", lightgbm_), ("pandas", pandas_)),
        ("networkx", networkx_),
    )
    for name, draw in there:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        draw(module)
    random.seed(1)
    show("end", random.random())


main()
