"""From a row of what is seen to what it means: sums, products, factors, numbers, brackets and scripts.

Where two readings are in use among mathematicians the formula is refused and asked for brackets: ``a/bc``,
``\\log x y``, ``\\log(x)^2``, ``A \\odot B C`` where both groupings have a value.
"""

from __future__ import annotations

from book.formula.errors import FormulaError
from book.formula.layout import Node
from book.formula.names import DECORATIONS
from book.formula.operators import Operators
from book.formula.tree import (
    Absolute,
    Applied,
    At,
    Call,
    Cases,
    Chain,
    Differential,
    Divide,
    Dots,
    Elementwise,
    Expression,
    Index,
    Marked,
    Matrix,
    Name,
    Norm,
    Number,
    Power,
    Product,
    Sum,
    Tuple,
    changing_indices,
    equal,
    replaced,
    same_shape,
    walk,
)
from book.formula.vocabulary import (
    BIG,
    KNOWN,
    PLUS,
    RANDOM,
    RELATIONS,
    SEPARATORS,
    in_number,
    is_nameable,
    parts_and_relations,
    split,
)
from utils.printed import Distribution

__all__ = ["Row"]


class Row(Operators):
    """Reads one row of nodes, left to right."""

    def __init__(self, display, nodes: list[Node]):
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
        return Row(self.display, nodes).whole()

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
        parts, relations = parts_and_relations(node.parts[1])
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
            if is_nameable(base) and base.key not in (r"\infty", r"\mathrm{i}", r"\mathrm{e}"):
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
                arguments = [self.argument(part) for hole in found.holes for part in split(hole, SEPARATORS)]
                result = Call(node.start, result, arguments)
            else:
                result = Index(node.start, result, [i for hole in found.holes for i in self.indices(hole)])
        words = next((n for n in found.sub if n.kind == "words" or n.key.startswith(r"\mathrm")), None)
        if words is not None and self.bindings.find([words], 0) is None:
            self.fail(f"{words.key} is no index: bind the name together with it", words)
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
        arguments = [self.argument(part) for part in split(fence.parts[0], SEPARATORS)]
        return Call(function.start, function, arguments)

    def argument(self, nodes) -> Expression:
        if not nodes:
            self.fail("an argument is missing", self.nodes[self.place - 1])
        if len(nodes) == 1 and nodes[0].key == r"\cdot":
            return Name(nodes[0].start, r"\cdot", True)
        if any(node.key in RELATIONS for node in nodes):
            parts, relations = parts_and_relations(nodes)
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
            if digit.text == "." and not in_number(self.nodes, self.place):
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
            if not is_nameable(node):
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
            items = split(inside, {",", r"\mid"})
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
            chains = [self.condition(part) for part in split(inside, {",", r"\wedge"})]
            return Applied(node.start, "indicator", chains)
        items = split(inside, {",", ";"})
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
        for part in split(nodes, {","}):
            if not part:
                continue
            if any(n.key in {"+", "-", "/"} for n in part) or all(n.text.isdigit() for n in part):
                found.append(self.inner(part))
            else:
                place = 0
                row = Row(self.display, part)
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


def _fill_dots(operator: str, written: list[Expression], last: Expression):
    """Replace the terms written before the dots, one or two that differ in one index, by all that the dots stand
    for."""
    pairs: list = []
    two = len(written) > 1 and same_shape(written[-2], written[-1], pairs) and len(pairs) == 1
    if two and pairs[0][0] is written[-2] and not isinstance(written[-2], Number):
        two = False
    before = written[-2:] if two else written[-1:]
    written[-len(before) :] = [Dots(before[0].start, operator, before, last)]


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
