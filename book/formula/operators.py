"""Functions, sums, expectations, integrals, derivatives: the operators of a row, and how far each of them reaches."""

from __future__ import annotations

from book.formula.layout import Node, key_of
from book.formula.tree import (
    Applied,
    At,
    Big,
    Call,
    Chain,
    Derivative,
    Divide,
    Expectation,
    Expression,
    Index,
    Integral,
    Marked,
    Number,
    Power,
    Product,
)
from book.formula.vocabulary import (
    BIG,
    KNOWN,
    RANDOM,
    RELATIONS,
    RESULT_POWER,
    SEPARATORS,
    UNREAD,
    WHOLE_POWER,
    is_nameable,
    parts_and_relations,
    split,
)
from utils.printed import Distribution, Measure, Optimum, Range, Terms

__all__ = ["Operators"]


class Operators:
    """What a `Row` of book/formula/grammar.py reads where an operator or a known function stands."""

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
                    return self.entries(split(fence.parts[0], SEPARATORS), fence)
                if name in WHOLE_POWER or [n.key for n in sup] == [r"\top"]:
                    return [self.factor()]
                self.fail(f"does the power belong to {base.key} or to the bracket? Write another bracket", after)
            if any(n.key in RELATIONS for n in fence.parts[0]):
                self.place += 1
                return [self.fence(fence)]
            self.place += 1
            return self.entries(split(fence.parts[0], SEPARATORS), fence)
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
            letters = [self.letter(part, node) for part in split(nodes[:colon], {","})]
            conditions = [self.condition(part) for part in split(nodes[colon + 1 :], {","})]
            return letters, [], conditions, None
        if not any(n.key in RELATIONS for n in nodes):
            return [self.letter(part, node) for part in split(nodes, {","})] if nodes else [], [], [], None
        letters, perhaps, conditions, first = [], [], [], None
        for part in split(nodes, {","}):
            sides, relations = parts_and_relations(part)
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
        found = self.bindings.find(nodes, 0) if self.bindings and nodes else None
        if found and isinstance(self.bindings.values[found.key], Optimum):
            if found.end != len(nodes) or found.sub or found.sup:
                self.fail(f"{self.bindings.spelling[found.key]} is bound with other marks than are printed here", node)
            return found.key
        if len(nodes) != 1 or not (is_nameable(nodes[0]) or nodes[0].kind == "script"):
            self.fail("an index letter is expected under the operator", node)
        if nodes[0].kind == "words":
            self.fail("words under an operator are not read", nodes[0])
        return nodes[0].key

    def condition(self, nodes) -> Chain:
        parts, relations = parts_and_relations(nodes)
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
            parts, relations = parts_and_relations(sub)
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
            bodies = [self.inner(part) for part in split(after.parts[0], {",", r"\mid"})]
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
