"""Random numbers come from seeded generators, so that a chapter shows the same numbers every time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from book.chapter import Chapter, called
from book.rules.violation import Violation

#: What numpy.random offers besides functions that use its global state.
SEEDED_NUMPY = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "PCG64DXSM", "MT19937", "Philox"}
TORCH_RANDOM = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like", "randn_like"}
#: Calls that seed torch: its own, and those of `utils.training`.
SEED_TORCH = {"manual_seed", "seeded", "over_seeds"}


def randomness_is_seeded(chapter: Chapter) -> Iterator[Violation]:
    seeds_torch = any(called(call) in SEED_TORCH for _, call in chapter.calls)
    imports_random = _imports_random(chapter)
    remedy = "Pass a generator on: rng = np.random.default_rng(0)"
    for n, call in chapter.calls:
        function = ast.unparse(call.func)
        module, _, name = function.rpartition(".")
        named = {keyword.arg for keyword in call.keywords}
        if name == "default_rng" and (not (call.args or named) or ast.unparse(call).endswith("(None)")):
            yield Violation(chapter.path, n, "default_rng() without a seed", "Pass a seed: default_rng(0)")
        elif function in {"np.random.seed", "numpy.random.seed", "random.seed"}:
            yield Violation(chapter.path, n, "sets a global seed", remedy)
        elif (module in {"np.random", "numpy.random"} and name not in SEEDED_NUMPY) or (
            module == "random" and imports_random and name != "Random"
        ):
            yield Violation(chapter.path, n, f"{function} draws from a global generator", remedy)
        elif module == "torch" and name in TORCH_RANDOM and "generator" not in named and not seeds_torch:
            remedy_torch = "Pass generator=torch.Generator().manual_seed(0)"
            yield Violation(chapter.path, n, f"{function} is not seeded", remedy_torch)
        elif name == "rvs" and "random_state" not in named:
            yield Violation(chapter.path, n, f"{function} is not seeded", "Pass random_state=rng")


def _imports_random(chapter: Chapter) -> bool:
    """Whether `random` is the module of that name."""
    imports = (node for tree in chapter.trees.values() for node in ast.walk(tree) if isinstance(node, ast.Import))
    return any(alias.name == "random" and not alias.asname for node in imports for alias in node.names)
