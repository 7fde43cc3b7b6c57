"""From what is seen to what it means: statements, sums, products, scripts, operators and how far each of them reaches.

Where two readings are in use among mathematicians the formula is refused and asked for brackets: ``a/bc``,
``\\log x y``, ``\\log(x)^2``, ``A \\odot B C`` where both groupings have a value.
"""

from __future__ import annotations

from book.formula.errors import FormulaError
from book.formula.layout import FLAT, Node, key_of, layout
from book.formula.names import DECORATIONS, Bindings
from book.formula.tree import (
    Absolute,
    Applied,
    At,
    Big,
    Call,
    Cases,
    Chain,
    Derivative,
    Differential,
    Divide,
    Dots,
    Elementwise,
    Expectation,
    Expression,
    Index,
    Integral,
    Marked,
    Matrix,
    Name,
    Norm,
    Number,
    Power,
    Product,
    Statement,
    Sum,
    Tuple,
    changing_indices,
    equal,
    replaced,
    same_shape,
    walk,
)
from utils.printed import Distribution, Measure, Optimum, Range, Terms

__all__ = ["read"]

COMPARED = {"=", r"\equiv", r"\le", r"\ge", "<", ">", r"\ne", r"\approx", r"\succeq", r"\preceq", r"\in"}
UNREAD = {
    r"\sim": "a law (∼) has no value",
    r"\iff": "an implication has no value",
    r"\implies": "an implication has no value",
    r"\Rightarrow": "an implication has no value",
    r"\Longrightarrow": "an implication has no value",
    r"\to": "an arrow has no value",
    r"\leftarrow": "an assignment has no value",
    r"\propto": "proportionality is not read",
    r"\perp": "orthogonality is not read",
}
RELATIONS = COMPARED | set(UNREAD)
PLUS = {"+": "+", "-": "-", r"\pm": "±", r"\mp": "∓"}
CONNECTING = {"", "and", "or", "where", "with", "then", "hence", "so", "so that", "satisfies", "that is", "of shape"}
CONDITIONAL = (
    "if",
    "for",
    "when",
    "whenever",
    "wherever",
    "at",
    "provided",
    "reached at",
    "attained at",
    "provided that",
)
EVERY = ("for every", "for all", "for each", "for any", "every", "each", "all")
#: Functions that every reader knows, of one argument unless it is said otherwise.
KNOWN = {
    r"\log": "log",
    r"\ln": "log",
    r"\exp": "exp",
    r"\sin": "sin",
    r"\cos": "cos",
    r"\tan": "tan",
    r"\arcsin": "arcsin",
    r"\arccos": "arccos",
    r"\arctan": "arctan",
    r"\sinh": "sinh",
    r"\cosh": "cosh",
    r"\tanh": "tanh",
    r"\det": "det",
    r"\Phi": "Phi",
    r"\max": "max",
    r"\min": "min",
    "tr": "tr",
    "diag": "diag",
    "sign": "sign",
    "rank": "rank",
    "erf": "erf",
    "vec": "vec",
    "atan2": "atan2",
    "softmax": "softmax",
    "softplus": "softplus",
    "Re": "real",
    "Im": "imaginary",
}
WHOLE_POWER = {"tr", "rank", "vec", "diag"}  # \operatorname{tr}(A)^{1/2} is the trace of the root
RESULT_POWER = {"det", "Phi", "max", "min", "exp", "softmax", "sign", "erf", "softplus", "atan2"}
BIG = {r"\sum": "sum", r"\prod": "product", r"\max": "max", r"\min": "min"}
RANDOM = {r"\mathbb{E}": "E", r"\operatorname{E}": "E", r"\operatorname{Var}": "Var", r"\operatorname{Cov}": "Cov"}
SEPARATORS = {",", ";", r"\mid", r"\Vert"}


def read(tex: str, bindings: Bindings | None = None, skip: tuple[str, ...] = ()) -> list[Statement]:
    """The statements of a display.

    Parameters
    ----------
    tex : str
        Without the dollar signs and the label.
    bindings : Bindings, optional
        Names with their values. Without them the formula is only read: a letter before a bracket counts as a function.
    skip : tuple of str
        Words of the display, such as ``"X invertible"``, that are to be passed over together with what they qualify.
    """
    return _Display(tex, bindings, skip).statements()


class _Display:
    def __init__(self, tex, bindings, skip):
        self.tex, self.bindings = tex, bindings
        self.skip = {" ".join(words.split()) for words in skip}

    def fail(self, problem: str, node):
        raise FormulaError(problem, self.tex, node.start)

    # pieces of the display ------------------------------------------------------------------------------------------

    def flat(self, nodes):
        for node in nodes:
            if node.kind == "group" and node.text in FLAT:
                yield from self.flat(node.parts[0])
            else:
                yield node

    def pieces(self) -> list[tuple[str, list[Node]]]:
        """(role, nodes) of what commas, wide spaces, ends of rows and words separate."""
        nodes = list(self.flat(layout(self.tex)))
        pieces, current, role = [], [], "statement"

        def flush(next_role="statement"):
            nonlocal current, role
            if current:
                pieces.append((role, current))
            current, role = [], next_role

        for place, node in enumerate(nodes):
            if node.kind in ("gap", "break"):
                following = next((n for n in nodes[place:] if n.kind not in ("gap", "break")), None)
                joins = following is not None and _starts_continuation(following)
                waits = current and current[-1].key in RELATIONS | set(PLUS) | {r"\cdot", r"\odot", "/"}
                if current and not joins and not waits:
                    flush()
            elif _ends_piece(nodes, place):
                flush()
            elif node.kind == "words" and not self.is_name(nodes, place):
                words = " ".join(node.text.split()).strip(" ,.:;")
                if words in self.skip or words in CONNECTING:
                    flush()
                elif words.startswith(EVERY):
                    flush("every")
                elif words in CONDITIONAL:
                    flush("condition")
                else:
                    current.append(node)
            else:
                current.append(node)
        flush()
        return pieces

    def is_name(self, nodes, place) -> bool:
        return self.bindings is not None and self.bindings.find(nodes, place) is not None

    def skipped(self, nodes) -> bool:
        for node in nodes:
            if node.kind == "words" and " ".join(node.text.split()).strip(" ,.:;") in self.skip:
                return True
            if any(self.skipped(part) for part in node.parts):
                return True
        return False

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        pieces = [(role, nodes) for role, nodes in self.pieces() if not self.skipped(nodes)]
        place = 0
        while place < len(pieces):
            role, nodes = pieces[place]
            place += 1
            if role == "every" and len(nodes) == 1:
                continue
            if (
                place + 1 < len(pieces)
                and pieces[place][1][0].key == r"\dots"
                and len(nodes) >= 3
                and nodes[1].key == "="
                and found
            ):
                last = pieces[place + 1][1]
                found[-1].ranges[nodes[0].key] = self.expression(nodes[2:]), self.expression(last)
                place += 2
                continue
            bracketed = len(nodes) == 1 and nodes[0].kind == "fence" and nodes[0].text == "( )" and found
            inside = nodes[0].parts[0] if bracketed else nodes
            related = any(node.key in RELATIONS for node in inside)
            if bracketed and not related and any(node.key == "," for node in inside):
                items = [part for part in _split(inside, {","}) if part]
                found[-1].shape = [self.expression(part) for part in items]
            elif found and (role == "condition" or (bracketed and related)):
                for part in _split(inside, {","}):
                    found[-1].conditions.append(self.chain(part))
            else:
                found.append(self.statement(nodes))
        if not found:
            raise FormulaError("there is no formula here", self.tex, 0)
        return found

    def statement(self, nodes) -> Statement:
        parts, relations = _relations(nodes)
        for relation in relations:
            if relation.key in UNREAD:
                self.fail(UNREAD[relation.key], relation)
        for part, relation in zip(parts, [*relations, nodes[-1]], strict=True):
            if not part:
                self.fail("a relation with nothing on one side", relation)
        return Statement(
            [self.expression(part) for part in parts],
            [(part[0].start, part[-1].end) for part in parts],
            [relation.key for relation in relations],
        )

    def chain(self, nodes) -> Chain:
        """A condition: parts with relations between them."""
        if len(nodes) == 1 and nodes[0].kind == "fence" and nodes[0].text == "( )":
            nodes = nodes[0].parts[0]
        statement = self.statement(nodes)
        if not statement.relations:
            self.fail("a condition needs a relation", nodes[0])
        return Chain(nodes[0].start, statement.parts, statement.relations)

    # expressions ----------------------------------------------------------------------------------------------------

    def expression(self, nodes) -> Expression:
        nodes = [node for node in nodes if node.kind not in ("gap", "break")]
        if not nodes:
            raise FormulaError("something is missing here", self.tex, 0)
        return _Row(self, nodes).whole()


def _ends_piece(nodes, place) -> bool:
    key = nodes[place].key
    if key == ".":
        return not _in_number(nodes, place)
    return key in (",", ";") or (key == ":" and place == len(nodes) - 1)


def _starts_continuation(node) -> bool:
    return node.key in RELATIONS | set(PLUS) | {r"\odot", r"\otimes", r"\cdot", r"\times"}


def _in_number(nodes, place) -> bool:
    after = nodes[place + 1] if place + 1 < len(nodes) else None
    return after is not None and after.kind == "symbol" and after.text.isdigit() and after.start == nodes[place].end


def _split(nodes, separators) -> list[list[Node]]:
    parts = [[]]
    for node in nodes:
        if node.kind == "symbol" and node.text in separators:
            parts.append([])
        elif node.kind not in ("gap", "break"):
            parts[-1].append(node)
    return parts


def _relations(nodes) -> tuple[list[list[Node]], list[Node]]:
    parts, relations = [[]], []
    for node in nodes:
        if node.key in RELATIONS:
            relations.append(node)
            parts.append([])
        elif node.kind not in ("gap", "break"):
            parts[-1].append(node)
    return parts, relations


class _Row:
    """Reads one row of nodes, left to right."""

    def __init__(self, display: _Display, nodes: list[Node]):
        self.display, self.nodes, self.place = display, nodes, 0
        self.bindings = display.bindings

    def fail(self, problem, node=None):
        node = node or (self.nodes[self.place] if self.place < len(self.nodes) else None)
        position = node.start if node is not None else self.nodes[-1].end
        raise FormulaError(problem, self.display.tex, position)

    def inner(self, nodes) -> Expression:
        nodes = [node for node in nodes if node.kind not in ("gap", "break")]
        if not nodes:
            self.fail("something is missing in here", self.nodes[min(self.place, len(self.nodes)) - 1])
        return _Row(self.display, nodes).whole()

    @property
    def key(self) -> str:
        return self.nodes[self.place].key if self.place < len(self.nodes) else ""

    def whole(self) -> Expression:
        found = self.sum()
        if self.place < len(self.nodes):
            self.fail(f"{self.key} is not understood here")
        return found

    # sums and products ----------------------------------------------------------------------------------------------

    def sum(self) -> Expression:
        start = self.nodes[self.place].start if self.place < len(self.nodes) else 0
        signs, terms = [], []
        while True:
            sign = "+"
            if self.key in PLUS:
                sign = PLUS[self.key]
                self.place += 1
                if self.key in PLUS:
                    self.fail("two signs in a row")
            elif terms:
                break
            if self.place >= len(self.nodes):
                self.fail("something must follow here")
            if self.key == r"\dots":
                dots = self.nodes[self.place]
                self.place += 1
                if self.place >= len(self.nodes) or not terms:
                    self.fail("dots without an end are not read", dots)
                if PLUS.get(self.key) != sign or sign not in "+-":
                    self.fail("the signs before and after the dots differ", dots)
                self.place += 1
                # a_1 + a_2 + … + a_k: what is written out goes into the pattern
                last = self.term()
                if signs[-1] != sign and len(terms) > 1:
                    self.fail("the signs before and after the dots differ", dots)
                if sign == "-" and signs[-1] == "+":
                    self.fail("dots after a minus sign are not read", dots)
                _fill_dots("sum", terms, last)
                del signs[len(terms) :]
                continue
            signs.append(sign)
            terms.append(self.term())
        if signs == ["+"]:
            return terms[0]
        if signs == ["-"] and isinstance(terms[0], Number):
            return Number(start, -terms[0].value)
        return Sum(start, signs, terms)

    def term(self) -> Expression:
        place = self.place
        left = self.product()
        bare = self.place - place > 1
        while self.key in (r"\odot", r"\otimes"):
            operator = self.key[1:]
            node = self.nodes[self.place]
            self.place += 1
            place = self.place
            right = self.product()
            left = Elementwise(node.start, operator, left, right, (bare, self.place - place > 1))
            bare = False
        return left

    def starts_factor(self) -> bool:
        if self.place >= len(self.nodes):
            return False
        return self.key not in RELATIONS | set(PLUS) | SEPARATORS | {
            r"\odot",
            r"\otimes",
            r"\dots",
            r"\cdot",
            r"\times",
            "/",
            ":",
        }

    def product(self) -> Expression:
        start = self.nodes[self.place].start if self.place < len(self.nodes) else 0
        factors: list[Expression] = []
        expecting = True
        while self.place < len(self.nodes):
            if self.key in (r"\cdot", r"\times"):
                if expecting:
                    self.fail("a product lacks its first factor")
                self.place += 1
                expecting = True
                continue
            if self.key == "/":
                if expecting:
                    self.fail("a quotient lacks its numerator")
                slash = self.nodes[self.place]
                self.place += 1
                if not self.starts_factor():
                    self.fail("a quotient lacks its denominator", slash)
                below = self.factor()
                if self.starts_factor() and not self.nodes[self.place].spaced and self.key != r"\at":
                    self.fail("which factors stand below the slash? Write brackets or a fraction", slash)
                above = Product(start, factors) if len(factors) > 1 else factors[0]
                factors = [Divide(start, above, below)]
                expecting = False
                continue
            if self.key == r"\dots":
                dots = self.nodes[self.place]
                if expecting:
                    self.fail("dots need a factor before them", dots)
                self.place += 1
                if self.key == r"\cdot":
                    self.place += 1
                if not self.starts_factor():
                    self.fail("dots without an end are not read", dots)
                self.fill_product(factors, self.factor(), dots)
                continue
            if self.script_at():
                self.evaluation_bar(factors)
                continue
            if not self.starts_factor():
                break
            factors.append(self.factor())
            expecting = False
        if expecting:
            self.fail("a factor is missing", None if self.place < len(self.nodes) else self.nodes[-1])
        return factors[0] if len(factors) == 1 else Product(start, factors)

    def fill_product(self, factors: list[Expression], last: Expression, dots):
        """Dots in a product: J_K ⋯ J_1; ((uJ_K) J_{K−1}) ⋯ J_1; A_1B_1A_2B_2 ⋯ B_k, where two factors alternate."""
        while isinstance(factors[-1], Product) and not isinstance(last, Product):  # brackets make no difference
            factors[-1:] = factors[-1].factors
        pairs = changing_indices(factors[-1], last)
        if len(factors) > 1 and pairs and not changing_indices(factors[-2], last):
            first, second = factors[-2:]
            if len(factors) > 3 and changing_indices(factors[-4], first) and changing_indices(factors[-3], second):
                (before, after) = pairs[0]
                places = {id(node) for node in walk(first) if equal(node, before)}
                written = [Product(dots.start, factors[-4:-2]), Product(dots.start, [first, second])]
                del factors[-4:]
                end = Product(dots.start, [replaced(first, places, after), last])
                factors.append(Dots(dots.start, "product", written, end))
                return
            if any(equal(node, pairs[0][0]) for node in walk(first) if not isinstance(node, Name) or not node.bound):
                self.fail("do two factors alternate along the dots? Print both of them twice before the dots", dots)
        _fill_dots("product", factors, last)

    def script_at(self) -> bool:
        node = self.nodes[self.place]
        return node.kind == "script" and node.parts[0][0].key == r"\at"

    def evaluation_bar(self, factors):
        """What is left of |_{t=0}, with t = 0."""
        node = self.nodes[self.place]
        self.place += 1
        parts, relations = _relations(node.parts[1])
        if len(relations) != 1 or relations[0].key != "=" or node.parts[2] or not factors:
            self.fail("an evaluation bar is read as |_{name=value}", node)
        name = self.name_alone(parts[0], node)
        body = Product(factors[0].start, list(factors)) if len(factors) > 1 else factors[0]
        factors[:] = [At(node.start, body, name, self.inner(parts[1]))]

    def name_alone(self, nodes, node) -> str:
        """The key of a name that stands alone, bound or a letter."""
        if self.bindings is not None and nodes:
            found = self.bindings.find(nodes, 0)
            if found and found.end == len(nodes) and not (found.primes or found.sub or found.sup or found.holes):
                return found.key
        if len(nodes) == 1:
            return nodes[0].key
        self.fail("a name is expected here", node)

    # factors --------------------------------------------------------------------------------------------------------

    def factor(self) -> Expression:
        found = self.primary()
        while self.key == "!":
            self.place += 1
            found = Applied(found.start, "factorial", [found])
        return found

    def primary(self) -> Expression:
        node = self.nodes[self.place]
        bound = self.bound_name()
        if bound is not None:
            return bound
        base = node.parts[0][0] if node.kind == "script" else node
        if base.kind == "symbol" and (base.text.isdigit() or base.text == "."):
            return self.number()
        if base.key in BIG and not self.is_function_of_list(base):
            return self.big(node, BIG[base.key])
        if base.key == r"\arg" or base.key in (r"\operatorname{argmax}", r"\operatorname{argmin}"):
            return self.argmax(node)
        if base.key in RANDOM:
            return self.expectation(node, RANDOM[base.key])
        if base.key == r"\int":
            return self.integral(node)
        if base.key == r"\nabla":
            return self.gradient(node)
        if node.key == r"\#":
            return self.count(node)
        if base.kind == "frac":
            derivative = self.derivative(node, base)
            if derivative is not None:
                return derivative
        if base.key == r"\partial":
            return self.inline_partial(node)
        if base.key == r"\mathrm{d}":
            self.place += 1
            if not self.starts_factor():
                self.fail("a differential of what?", node)
            return Differential(node.start, self.factor())
        name = KNOWN.get(base.text if base.kind in ("symbol", "operator") else "")
        if name is not None:
            return self.function(node, base, name)
        if base.key in (r"\lim", r"\sup", r"\inf", r"\liminf", r"\limsup"):
            self.fail(f"{base.key} has no value that can be computed", node)
        self.place += 1
        if node.kind == "script":
            if _is_nameable(base) and base.key not in (r"\infty", r"\mathrm{i}", r"\mathrm{e}"):
                return self.unbound(node, base)
            return self.scripted(node, self.plain(base))
        return self.plain(node)

    def bound_name(self) -> Expression | None:
        """A bound quantity with its arguments, indices and powers."""
        if self.bindings is None:
            return None
        node = self.nodes[self.place]
        found = self.bindings.find(self.nodes, self.place)
        if found is None:
            return None
        value = self.bindings.values[found.key]
        self.place = found.end
        result: Expression = Name(node.start, found.key, True, len(found.primes))
        is_call = callable(value)
        if found.holes:
            if is_call:
                arguments = [self.argument(part) for hole in found.holes for part in _split(hole, SEPARATORS)]
                result = Call(node.start, result, arguments)
            else:
                result = Index(node.start, result, [i for hole in found.holes for i in self.indices(hole)])
        indices = self.indices(found.sub) if found.sub else []
        loose = len(found.sub) > 1 and all(n.text.isdigit() for n in found.sub)
        listed = isinstance(value, (list, dict))
        if indices and (listed or not is_call):
            result = Index(node.start, result, indices, loose)
            is_call, indices = is_call or (listed and _holds_callables(value)), []
        sup, primes = found.sup, found.primes
        if (is_call or isinstance(value, Distribution)) and not found.holes and self.opens_call():
            if sup and not (len(sup) == 1 and sup[0].text.isdigit()):
                self.fail("bind the function by its printed name, or write the power after the brackets", node)
            fence = self.nodes[self.place]
            result = self.call(result)
            result = Index(node.start, result, indices, loose) if indices else result
            result = self.scripted(fence, result) if fence.kind == "script" else result
            return self.raised(result, sup, node) if sup else result  # σ²(x) is the square of σ(x), as sin²x is
        if primes and not found.holes:
            self.fail("the derivative of a function needs its argument", node)
        if indices:
            result = Index(node.start, result, indices, loose)
        return self.raised(result, sup, node) if sup else result

    def opens_call(self) -> bool:
        if self.place >= len(self.nodes):
            return False
        node = self.nodes[self.place]
        fence = node.parts[0][0] if node.kind == "script" else node
        return (
            fence.kind == "fence"
            and fence.text in ("( )", "[ ]")
            and not any(n.key in RELATIONS for n in fence.parts[0] if fence.text == "[ ]")
        )

    def call(self, function) -> Expression:
        node = self.nodes[self.place]
        self.place += 1
        fence = node.parts[0][0] if node.kind == "script" else node
        arguments = [self.argument(part) for part in _split(fence.parts[0], SEPARATORS)]
        return Call(function.start, function, arguments)

    def argument(self, nodes) -> Expression:
        if not nodes:
            self.fail("an argument is missing", self.nodes[self.place - 1])
        if len(nodes) == 1 and nodes[0].key == r"\cdot":
            return Name(nodes[0].start, r"\cdot", True)
        if any(node.key in RELATIONS for node in nodes):
            parts, relations = _relations(nodes)
            return Chain(nodes[0].start, [self.inner(p) for p in parts], [r.key for r in relations])
        return self.inner(nodes)

    def number(self) -> Expression:
        """Digits that stand together, with the scripts on the last one."""
        first = self.nodes[self.place]
        text = ""
        while True:
            node = self.nodes[self.place]
            base = node.parts[0][0] if node.kind == "script" else node
            text += base.text
            self.place += 1
            if node.kind == "script" or self.place >= len(self.nodes):
                break
            after = self.nodes[self.place]
            digit = after.parts[0][0] if after.kind == "script" else after
            if after.start != node.end or digit.kind != "symbol" or not (digit.text.isdigit() or digit.text == "."):
                break
            if digit.text == "." and not _in_number(self.nodes, self.place):
                break
        try:
            value = float(text)
        except ValueError:
            self.fail(f"{text} is no number", first)
        number = Number(first.start, value, text)
        if node.kind == "script":
            if node.parts[1] or node.text:
                self.fail("a number has no index", node)
            sup = node.parts[2]
            following = self.nodes[self.place] if self.place < len(self.nodes) else node
            if following.key.isdigit() and len(sup) == 1 and sup[0].text.isdigit() and following.start == sup[0].end:
                self.fail("only the first digit is raised; write braces", following)
            return self.raised(number, sup, node)
        return number

    def plain(self, node) -> Expression:
        """Something without scripts."""
        if node.kind == "fence":
            return self.fence(node)
        if node.kind == "group":
            return self.inner(node.parts[0])
        if node.kind == "frac":
            return Divide(node.start, self.inner(node.parts[0]), self.inner(node.parts[1]))
        if node.kind == "binom":
            return Applied(node.start, "binomial", [self.inner(node.parts[0]), self.inner(node.parts[1])])
        if node.kind == "sqrt":
            index, body = node.parts
            if index:
                root = Divide(node.start, Number(node.start, 1.0), self.inner(index))
                return Power(node.start, self.inner(body), root)
            return Applied(node.start, "sqrt", [self.inner(body)])
        if node.kind == "table":
            return self.table(node)
        if node.key == r"\infty":
            return Number(node.start, float("inf"))
        if node.key in (r"\mathrm{i}", r"\mathrm{e}"):
            return Number(node.start, 1j if node.key == r"\mathrm{i}" else 2.718281828459045)
        if node.kind in ("symbol", "styled", "accent", "words", "operator"):
            if not _is_nameable(node):
                self.fail(f"{node.text} is not understood here", node)
            name = Name(node.start, node.key, False)
            if self.bindings is None and self.opens_call():
                return self.call(name)
            return name
        self.fail("this is not understood", node)

    def fence(self, node) -> Expression:
        inside = node.parts[0]
        if node.text == r"\lVert \rVert":
            return Norm(node.start, self.inner(inside), "")
        if node.text == r"\lvert \rvert":
            return Absolute(node.start, self.inner(inside))
        if node.text == r"\langle \rangle":
            items = _split(inside, {",", r"\mid"})
            if len(items) != 2:
                self.fail("an inner product has two sides", node)
            return Applied(node.start, "inner", [self.inner(item) for item in items])
        if node.text in (r"\lfloor \rfloor", r"\lceil \rceil"):
            return Applied(node.start, "floor" if "floor" in node.text else "ceiling", [self.inner(inside)])
        if node.text == r"\{ \}" and any(n.key == ":" for n in inside):
            self.fail("a set has no value", node)
        if any(n.key in RELATIONS for n in inside):
            if node.text == "( )":
                self.fail("a relation in round brackets has no value; an indicator has square ones", node)
            chains = [self.condition(part) for part in _split(inside, {",", r"\wedge"})]
            return Applied(node.start, "indicator", chains)
        items = _split(inside, {",", ";"})
        if len(items) > 1:
            entries = self.entries(items, node)
            return Tuple(node.start, entries)
        return self.inner(inside)

    def entries(self, items, node) -> list[Expression]:
        """What commas separate; \\dots between two of them are filled in."""
        found: list[Expression] = []
        place = 0
        while place < len(items):
            if items[place] and len(items[place]) == 1 and items[place][0].key == r"\dots":
                if not found or place + 1 >= len(items):
                    self.fail("dots need an entry before and after them", items[place][0])
                _fill_dots("list", found, self.inner(items[place + 1]))
                place += 2
                continue
            if not items[place]:
                self.fail("an entry is missing", node)
            found.append(self.inner(items[place]))
            place += 1
        return found

    def table(self, node) -> Expression:
        if node.text == "cases":
            values, conditions = [], []
            for row in node.rows:
                values.append(self.inner(row[0]))
                rest = [n for cell in row[1:] for n in cell if n.kind != "gap"]
                words = [n for n in rest if n.kind == "words"]
                rest = [n for n in rest if n not in words and n.key not in (",", ".")]
                spoken = {" ".join(n.text.split()).strip(" ,.") for n in words}
                if spoken <= {"if", "for", "when"} and rest:
                    conditions.append(self.condition(rest))
                elif spoken <= {"otherwise", "else", "if not"} and not rest and spoken:
                    conditions.append(None)
                elif len(words) == 1 and not rest:
                    conditions.append(self.inner(words))
                else:
                    self.fail("a case needs its condition", node)
            return Cases(node.start, values, conditions)
        rows = [[self.inner(cell) for cell in row] for row in node.rows]
        matrix = Matrix(node.start, rows)
        return Applied(node.start, "det", [matrix]) if node.text == "vmatrix" else matrix

    # scripts --------------------------------------------------------------------------------------------------------

    def scripted(self, node, base: Expression) -> Expression:
        """`base` with the scripts of a node: an index, then a power."""
        (inner,), sub, sup = node.parts
        if node.text:
            self.fail("a prime on a bracket is not read", node)
        if inner.kind == "fence" and inner.text == r"\lVert \rVert" and isinstance(base, Norm):
            if sub:
                base = Norm(base.start, base.body, "F" if sub[0].key == "F" and len(sub) == 1 else self.inner(sub))
        elif sub and sub[0].key == "+" and len(sub) == 1:
            base = Applied(node.start, "positive part", [base])
        elif sub:
            base = Index(node.start, base, self.indices(sub), len(sub) > 1 and all(n.text.isdigit() for n in sub))
        return self.raised(base, sup, node) if sup else base

    def unbound(self, node, base) -> Expression:
        """A name that is not bound, with its scripts; Kronecker's delta and I_k are known."""
        _, sub, sup = node.parts
        if base.key == r"\delta" and len([n for n in sub if n.key != ","]) == 2 and not node.text:
            found: Expression = Index(node.start, Name(node.start, "kronecker", True), self.indices(sub))
            return self.raised(found, sup, node) if sup else found
        if base.key == "I" and sub:
            found = Index(node.start, Name(node.start, "identity", True), self.indices(sub))
            return self.raised(found, sup, node) if sup else found
        marks = 0
        while marks < len(sup) and (sup[marks].key in DECORATIONS or (len(sup) == 1 and sup[marks].key in "+-")):
            marks += 1
        in_name = self.bindings is not None or any(_is_mark(n) for n in sub)
        name = Name(node.start, base.key + node.text, False)
        if (sub and in_name) or marks:
            core = Node("script", node.start, node.end, node.text, ([base], sub if in_name else [], sup[:marks]))
            name = Name(node.start, core.key, False)
        called = self.bindings is None and self.opens_call()
        fence = self.nodes[self.place] if called else None
        found = self.call(name) if called else name
        if sub and not in_name:
            found = Index(node.start, found, self.indices(sub))
        if sup[marks:]:
            found = self.raised(found, sup[marks:], node)
        return self.scripted(fence, found) if called and fence.kind == "script" else found

    def raised(self, base, sup, node) -> Expression:
        keys = [n.key for n in sup]
        if keys in ([r"\top"], ["-", r"\top"], ["+"], [r"\dagger"], [r"\intercal"]):
            mark = {r"\top": "T", r"\intercal": "T", "-": "-T"}.get(keys[0], "+")
            return Marked(node.start, base, mark)
        if keys[0] in ("*", r"\star", "+", "-") and len(keys) == 1:
            return Name(node.start, node.key, False)
        return Power(node.start, base, self.inner(sup))

    def indices(self, nodes) -> list[Expression]:
        """Indices: what commas separate; without a sign between them, marks that stand together are one index each."""
        found = []
        for part in _split(nodes, {","}):
            if not part:
                continue
            if self.bindings is not None and not self.bindings.find(part, 0):
                words = next((n for n in part if n.kind == "words" or n.key.startswith(r"\mathrm")), None)
                if words is not None:
                    self.fail(f"{words.key} is no index: bind the name together with it", words)
            if any(n.key in {"+", "-", "/"} for n in part) or all(n.text.isdigit() for n in part):
                found.append(self.inner(part))
            else:
                place = 0
                row = _Row(self.display, part)
                while row.place < len(part):
                    if part[row.place].key == r"\cdot":
                        found.append(Name(part[row.place].start, r"\cdot", True))
                        row.place += 1
                    else:
                        found.append(row.factor())
                    if row.place <= place:
                        self.fail("an index is not understood", part[place])
                    place = row.place
        if not found:
            self.fail("an index is missing", self.nodes[self.place - 1])
        return found

    # functions and operators ----------------------------------------------------------------------------------------

    def is_function_of_list(self, base) -> bool:
        """\\max(a, b) or \\max|x|, not \\max_i a_i."""
        node = self.nodes[self.place]
        after = self.nodes[self.place + 1] if self.place + 1 < len(self.nodes) else None
        if base.key not in (r"\max", r"\min") or (node.kind == "script" and node.parts[1]) or after is None:
            return False
        fence = after.parts[0][0] if after.kind == "script" else after
        return fence.kind == "fence" and fence.text in ("( )", r"\{ \}", r"\lvert \rvert")

    def function(self, node, base, name) -> Expression:
        self.place += 1
        sup = node.parts[2] if node.kind == "script" else []
        under = node.parts[1] if node.kind == "script" else []
        if node.kind == "script" and (node.text or (under and name != "log")):
            self.fail(f"{base.key} with an index or a prime is not read", node)
        power = None
        if sup:
            keys = [n.key for n in sup]
            if keys == ["-", "1"]:
                inverse = {"Phi": "quantile", "sin": "arcsin", "cos": "arccos", "tan": "arctan"}.get(name)
                if inverse is None:
                    self.fail("is this the inverse function or one over it?", node)
                name = inverse
            else:
                power = self.inner(sup)
        if not self.starts_factor():
            self.fail(f"{base.key} lacks its argument", node)
        result_scripts: list = []
        arguments = self.known_argument(node, base, name, result_scripts)
        found: Expression = Applied(node.start, name, arguments)
        if under:
            found = Divide(node.start, found, Applied(node.start, "log", [self.inner(under)]))
        if power is not None:
            found = Power(node.start, found, power)
        for scripts in result_scripts:
            found = self.scripted(scripts, found)
        return found

    def known_argument(self, node, base, name, result_scripts) -> list[Expression]:
        """The argument of a known function: a bracket, or the one factor that follows.

        A number takes its factors along: \\log 2\\pi. Scripts on the bracket that belong to the value go to
        `result_scripts`.
        """
        after = self.nodes[self.place]
        fence = after.parts[0][0] if after.kind == "script" else after
        if fence.kind == "fence" and fence.text in ("( )", "[ ]", r"\{ \}") and self.bound_ahead() is None:
            if after.kind == "script":
                sup = after.parts[2]
                if not sup or name in RESULT_POWER:
                    self.place += 1
                    result_scripts.append(after)
                    return self.entries(_split(fence.parts[0], SEPARATORS), fence)
                if name in WHOLE_POWER or [n.key for n in sup] == [r"\top"]:
                    return [self.factor()]
                self.fail(f"does the power belong to {base.key} or to the bracket? Write another bracket", after)
            if any(n.key in RELATIONS for n in fence.parts[0]):
                self.place += 1
                return [self.fence(fence)]
            self.place += 1
            return self.entries(_split(fence.parts[0], SEPARATORS), fence)
        if self.reaches_on():
            return [self.factor()]
        first = self.factor()
        if self.sums_ahead() and (isinstance(first, Divide) or not self.nodes[self.place].spaced):
            self.fail(f"does {base.key} reach over what follows? Put brackets", self.nodes[self.place])
        factors = [first]
        unspaced = isinstance(first, Number)
        while (
            self.starts_factor()
            and not self.nodes[self.place].spaced
            and not self.reaches_on()
            and not self.script_at()
        ):
            if not unspaced:
                self.fail(f"how far does {base.key} reach? Write brackets or a space", self.nodes[self.place])
            factors.append(self.factor())
        return [Product(first.start, factors) if len(factors) > 1 else first]

    def sums_ahead(self) -> bool:
        """Whether a sum, an integral or another operator follows that acts on all the rest of the term."""
        if self.place >= len(self.nodes) or self.bound_ahead() is not None:
            return False
        node = self.nodes[self.place]
        base = node.parts[0][0] if node.kind == "script" else node
        return base.key in BIG or base.key in RANDOM or base.key == r"\int"

    def bound_ahead(self):
        return self.bindings.find(self.nodes, self.place) if self.bindings is not None else None

    def reaches_on(self) -> bool:
        """Whether an operator or function follows, which has its own way to say where it ends."""
        node = self.nodes[self.place]
        base = node.parts[0][0] if node.kind == "script" else node
        if self.bound_ahead() is not None:
            return False
        named = base.text if base.kind in ("symbol", "operator") else ""
        return named in KNOWN or base.key in BIG or base.key in RANDOM or base.key in (r"\int", r"\nabla")

    def rest_of_term(self, node) -> Expression:
        if not self.starts_factor():
            self.fail("an operator lacks what it acts on", node)
        return self.term()

    def big(self, node, operator) -> Expression:
        self.place += 1
        sub = node.parts[1] if node.kind == "script" else []
        sup = node.parts[2] if node.kind == "script" else []
        letters, perhaps, conditions, first = self.under(sub, node)
        last = self.inner(sup) if sup else None
        if (first is None) != (last is None):
            self.fail("a sum needs both ends or none", node)
        if not letters:
            self.fail(f"{node.parts[0][0].key if node.kind == 'script' else node.key} over what?", node)
        body = self.rest_of_term(node)
        return Big(node.start, operator, letters, perhaps, first, last, conditions, body)

    def terms_in_words(self, nodes) -> str:
        """The words under a sum, if terms are bound to them."""
        found = self.bindings.find(nodes, 0) if self.bindings and nodes else None
        whole = found is not None and found.end == len(nodes) and not found.holes
        return found.key if whole and isinstance(self.bindings.values[found.key], Terms) else ""

    def count(self, node) -> Expression:
        r"""How many indices satisfy conditions: \#\{i : a_i > 0\}."""
        fence = self.nodes[self.place + 1] if self.place + 1 < len(self.nodes) else node
        if fence.kind != "fence" or fence.text != r"\{ \}" or all(n.key != ":" for n in fence.parts[0]):
            self.fail("a number of indices is read with their conditions: how many of what?", node)
        self.place += 2
        letters, _, conditions, _ = self.under(fence.parts[0], node)
        return Big(node.start, "sum", letters, [], None, None, conditions, Number(node.start, 1.0))

    def under(self, nodes, node):
        """Letters, perhaps letters, conditions and first value of what stands under a sum."""
        nodes = [n for n in nodes if n.kind not in ("gap", "break")]
        if words := self.terms_in_words(nodes):
            return [words], [], [], None
        colon = next((k for k, n in enumerate(nodes) if n.key == ":"), None)
        if colon is not None:
            letters = [self.letter(part, node) for part in _split(nodes[:colon], {","})]
            conditions = [self.condition(part) for part in _split(nodes[colon + 1 :], {","})]
            return letters, [], conditions, None
        if not any(n.key in RELATIONS for n in nodes):
            return [self.letter(part, node) for part in _split(nodes, {","})] if nodes else [], [], [], None
        letters, perhaps, conditions, first = [], [], [], None
        for part in _split(nodes, {","}):
            sides, relations = _relations(part)
            if not relations:
                letters.append(self.letter(part, node))
            elif len(relations) == 1 and relations[0].key == "=" and not self.optima(part):
                letters.append(self.letter(sides[0], node))
                first = self.inner(sides[1])
            elif optima := self.optima(part):
                letters += [key for key in optima if key not in letters]
                conditions.append(self.condition(part))
            else:
                for side in sides:
                    if len(side) == 1 and side[0].kind == "symbol" and self.is_free(side[0]):
                        wanted = perhaps if letters and side[0].key not in letters else letters
                        wanted.append(side[0].key)
                conditions.append(self.condition(part))
        if not letters:
            self.fail("no index letter stands under the operator", node)
        return letters, perhaps, conditions, first

    def optima(self, nodes) -> list[str]:
        """Names in a condition that are bound to an optimum: Q in QᵀQ = I."""
        keys = []
        for place, node in enumerate(nodes if self.bindings else []):
            found = self.bindings.find(nodes, place)
            if found and isinstance(self.bindings.values[found.key], Optimum):
                keys.append(found.key)
            for part in node.parts if node.kind == "fence" else ():
                keys += self.optima(part)
        return list(dict.fromkeys(keys))

    def is_free(self, node) -> bool:
        """Whether a symbol can be an index letter: nothing else is bound to it."""
        bound = self.bindings.values.get(node.key) if self.bindings else None
        return node.text[-1].isalpha() and (bound is None or isinstance(bound, Range))

    def letter(self, nodes, node) -> str:
        if optima := self.optima(nodes):
            return optima[0]
        if len(nodes) != 1 or not (_is_nameable(nodes[0]) or nodes[0].kind == "script"):
            self.fail("an index letter is expected under the operator", node)
        if nodes[0].kind == "words":
            self.fail("words under an operator are not read", nodes[0])
        return nodes[0].key

    def condition(self, nodes) -> Chain:
        parts, relations = _relations(nodes)
        for relation in relations:
            if relation.key in UNREAD:
                self.fail(UNREAD[relation.key], relation)
        if not relations or not all(parts):
            self.fail("a condition needs a relation", nodes[0] if nodes else None)
        return Chain(nodes[0].start, [self.inner(part) for part in parts], [r.key for r in relations])

    def argmax(self, node) -> Expression:
        base = node.parts[0][0] if node.kind == "script" else node
        if base.key == r"\arg":
            self.place += 1
            if self.place >= len(self.nodes):
                self.fail(r"\arg of what?", node)
            node = self.nodes[self.place]
            base = node.parts[0][0] if node.kind == "script" else node
        kind = {r"\max": "argmax", r"\min": "argmin"}.get(base.key, base.text)
        if kind not in ("argmax", "argmin"):
            self.fail(r"\arg of what?", node)
        return self.big(node, kind)

    def expectation(self, node, operator) -> Expression:
        self.place += 1
        law = None
        if node.kind == "script":
            sub = [n for n in node.parts[1] if n.kind != "gap"]
            if node.text or node.parts[2]:
                self.fail("a mark on an expectation is read only if the name is bound with it", node)
            parts, relations = _relations(sub)
            law = key_of(parts[-1] if relations else sub)
            if self.bindings is not None and law not in self.bindings.values:
                law = self.law_of_variable(law)
        if not self.starts_factor():
            self.fail("the expectation of what?", node)
        after = self.nodes[self.place]
        if (
            after.kind == "fence"
            and after.text in ("[ ]", "( )")
            and not any(n.key in RELATIONS for n in after.parts[0])
        ):
            self.place += 1
            if any(n.key == r"\mid" for n in after.parts[0]) and self.bindings is not None:
                self.fail("a conditional expectation is read only if it is bound as printed", node)
            bodies = [self.inner(part) for part in _split(after.parts[0], {",", r"\mid"})]
        elif after.kind == "script" and after.parts[0][0].kind == "fence" and after.parts[0][0].text == "[ ]":
            self.place += 1
            bodies = [self.inner(after.parts[0][0].parts[0])]
            return self.scripted(after, Expectation(node.start, operator, law, bodies))
        else:
            bodies = [self.rest_of_term(node) if operator == "E" else self.factor()]
        if len(bodies) != 1 and operator != "Cov" and self.bindings is not None:
            self.fail("an expectation has one argument", node)
        return Expectation(node.start, operator, law, bodies)

    def law_of_variable(self, variable) -> str:
        r"""The law of a variable: \mathbb{E}_{\mathbf{z}} where one bound distribution names \mathbf{z} as its
        variable; the variable itself where none does."""
        found = [
            key
            for key, value in self.bindings.values.items()
            if isinstance(value, Distribution) and value.variable and self.bindings.key(value.variable) == variable
        ]
        return found[0] if len(found) == 1 else variable

    def integral(self, node) -> Expression:
        self.place += 1
        lower = upper = None
        if node.kind == "script":
            lower, upper = (self.inner(part) if part else None for part in node.parts[1:])
            if (lower is None) != (upper is None):
                self.fail("an integral needs both limits or none", node)
        end = next((k for k in range(self.place, len(self.nodes)) if self.nodes[k].key == r"\mathrm{d}"), None)
        if end is None or end + 1 >= len(self.nodes):
            self.fail(r"an integral ends with \mathrm{d} and its variable", node)
        variable = self.nodes[end + 1]
        body = self.inner(self.nodes[self.place : end])
        self.place = end + 2
        measure = rf"\mathrm{{d}} {variable.key}"
        bound = self.bindings.values.get(measure) if self.bindings else None
        return Integral(node.start, variable.key, measure if isinstance(bound, Measure) else None, lower, upper, body)

    # derivatives ----------------------------------------------------------------------------------------------------

    def gradient(self, node) -> Expression:
        """∇ with a variable acts on the rest of the term; without one, on the function that follows, at its
        argument."""
        self.place += 1
        order, variable = 1, None
        if node.kind == "script":
            if node.parts[2]:
                power = self.inner(node.parts[2])
                if not isinstance(power, Number) or power.value != 2:
                    self.fail("only ∇ and ∇² are read", node)
                order = 2
            if node.parts[1]:
                variable = self.inner(node.parts[1])
        if not self.starts_factor():
            self.fail("the gradient of what?", node)
        if variable is not None:
            return _derivative(node.start, self.rest_of_term(node), [variable], order, "gradient")
        place = self.place
        function = self.nodes[place]
        body = self.primary()
        marks = []
        while isinstance(body, (Marked, Power)):  # ∇f(x)^⊤ is the gradient, transposed
            marks.append(body)
            body = body.base
        if not isinstance(body, Call) and not (isinstance(body, Index) and isinstance(body.base, Call)):
            self.fail("a gradient needs its variable, or a function with its argument", function)
        found: Expression = Derivative(node.start, body, None, order, "gradient")
        for mark in reversed(marks):
            found = type(mark)(mark.start, found, mark.mark if isinstance(mark, Marked) else mark.exponent)
        return found

    def derivative(self, node, frac) -> Expression | None:
        r"""\frac{\partial f}{\partial x} or \frac{\mathrm d}{\mathrm dx} f; None where the fraction is a plain one."""
        above, below = (list(part) for part in frac.parts)
        if not above or not below:
            return None
        head = above[0].parts[0][0] if above[0].kind == "script" else above[0]
        if head.key not in (r"\partial", r"\mathrm{d}") or below[0].key != head.key:
            return None
        self.place += 1
        order = 1
        if above[0].kind == "script":
            order = self.order_of(above[0])
        rest = below[1:]
        if not rest:
            self.fail("a derivative by what?", node)
        body_nodes = above[1:]
        variables = []
        while rest:
            cut = next((k for k in range(1, len(rest)) if rest[k].key == head.key), len(rest))
            variables.append(rest[:cut])
            rest = rest[cut + 1 :] if cut < len(rest) else []
        if len(variables) == 1 and order > 1:  # \mathrm{d}a^2: the power counts derivatives
            last = variables[0][-1]
            if last.kind != "script" or not last.parts[2] or self.inner(last.parts[2]) != self.inner(above[0].parts[2]):
                same = last.kind == "script" and last.parts[2] and last.parts[2][0].key == above[0].parts[2][0].key
                if not same:
                    self.fail("the order above and below differ", node)
            bare = last.parts[0][0]
            if last.parts[1] or last.text:
                bare = Node("script", last.start, last.end, last.text, ([bare], last.parts[1], []))
            variables = [[*variables[0][:-1], bare]]
        elif len(variables) > 1:
            if order != len(variables):
                self.fail("the order above and below differ", node)
            order = 1
        found = self.inner(body_nodes) if body_nodes else self.rest_of_term(node)
        found = _derivative(node.start, found, [self.inner(variable) for variable in variables], order, "partial")
        return self.scripted(node, found) if node.kind == "script" else found

    def order_of(self, node) -> int:
        order = self.inner(node.parts[2]) if node.parts[2] else None
        if not isinstance(order, Number) or order.value not in (1, 2):
            self.fail("only first and second derivatives are read", node)
        return int(order.value)

    def inline_partial(self, node) -> Expression:
        """∂V/∂θ on one line."""
        self.place += 1
        if not self.starts_factor():
            self.fail("a derivative of what?", node)
        body = self.factor()
        if self.key != "/" or self.place + 1 >= len(self.nodes) or self.nodes[self.place + 1].key != r"\partial":
            self.fail("∂ is read in ∂f/∂x only", node)
        self.place += 2
        if not self.starts_factor():
            self.fail("a derivative by what?", node)
        return Derivative(node.start, body, self.factor(), 1, "partial")


def _derivative(start, body, variables, order, style) -> Expression:
    """A derivative by one variable after another; an evaluation bar at the end of the body comes after them."""
    bar = body if isinstance(body, At) else None
    found = bar.body if bar else body
    for variable in reversed(variables):
        found = Derivative(start, found, variable, order, style)
    return At(bar.start, found, bar.name, bar.value) if bar else found


def _fill_dots(operator: str, written: list[Expression], last: Expression):
    """Replace the terms written before the dots, one or two that differ in one index, by all that the dots stand
    for."""
    pairs: list = []
    two = len(written) > 1 and same_shape(written[-2], written[-1], pairs) and len(pairs) == 1
    if two and pairs[0][0] is written[-2] and not isinstance(written[-2], Number):
        two = False
    before = written[-2:] if two else written[-1:]
    written[-len(before) :] = [Dots(before[0].start, operator, before, last)]


def _is_nameable(node) -> bool:
    """Whether a node without scripts can be the name of something."""
    if node.kind == "symbol":
        return node.text[-1].isalpha() and node.text not in SEPARATORS
    return node.kind in ("styled", "accent", "words", "operator")


def _is_mark(node) -> bool:
    """Whether a subscript with this in it belongs to a name: n_+, h_*, d_{\\max}, R_{\\mathrm{NN}}."""
    return (
        node.key in DECORATIONS | {"+", "-"} | SEPARATORS - {","}
        or node.text in KNOWN
        or node.kind in ("words", "styled")
    )


def _holds_callables(value) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return any(callable(item) for item in items)
