"""Finds tests that pass when there is nothing to look at.

    scripts/check_asserts.py [ROOT]

Two forms: a function whose only asserts stand in loops over something that may be empty, and `assert all(...)` over a
comprehension that leaves something out. Both need an assert that there is something: `assert len(found) == 3`,
`assert found`. Not looked for: `assert not any(...)`, which says that there is nothing.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

# What comes out of these is empty only if what goes in is.
PASSING_ON = {
    "dict",
    "enumerate",
    "frozenset",
    "iter",
    "list",
    "map",
    "reversed",
    "set",
    "sorted",
    "tuple",
    "zip",
}
METHODS_PASSING_ON = {"copy", "items", "keys", "values"}

type Function = ast.FunctionDef | ast.AsyncFunctionDef


class Names:
    """What is known of names: which hold something that cannot be empty."""

    def __init__(self, module: ast.Module, function: Function) -> None:
        self._filled: set[str] = set()
        self.read(module)
        # What decorators hand in stands there, or is looked for by hypothesis.
        if any(
            isinstance(one, ast.Call)
            and ast.unparse(one.func).endswith(("given", "parametrize"))
            for one in function.decorator_list
        ):
            arguments = function.args
            self._filled |= {
                one.arg for one in (*arguments.args, *arguments.kwonlyargs)
            }

    def read(self, scope: ast.Module | Function) -> None:
        """Take note of names that are given once, to something that cannot be empty."""
        given: dict[str, list[ast.expr | None]] = {}
        for node in own_nodes(scope):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        if isinstance(target, ast.Name):
                            given.setdefault(target.id, []).append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=value):
                    given.setdefault(name, []).append(value)
        for name, values in given.items():
            if all(value is not None and self.is_filled(value) for value in values):
                self._filled.add(name)
            else:
                self._filled.discard(name)

    def is_filled(self, node: ast.expr) -> bool:
        """Return whether what is iterated over cannot be empty."""
        match node:
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                return any(
                    not isinstance(one, ast.Starred) or self.is_filled(one.value)
                    for one in elts
                )
            case ast.Dict(keys=keys, values=values):
                return any(
                    key is not None or self.is_filled(value)
                    for key, value in zip(keys, values, strict=True)
                )
            case ast.Constant(value=str(text)):
                return bool(text)
            case ast.Name(id=name):
                # Constants of other modules and enumerations are what they are called.
                return name in self._filled or name.isupper() or _is_class(name)
            case ast.Attribute(attr=name):
                return name.isupper() or _is_class(name)
            case ast.Call(func=ast.Name(id="range"), args=args):
                return _is_filled_range(args)
            case ast.Call(func=ast.Name(id=name), args=args) if name in PASSING_ON:
                return any(self.is_filled(arg) for arg in args)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if (
                name in METHODS_PASSING_ON
            ):
                return self.is_filled(value)
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return self.is_filled(left) or self.is_filled(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=ast.Constant(value=int(n))):
                return n > 0 and self.is_filled(left)
            case ast.ListComp(generators=parts) | ast.SetComp(generators=parts):
                return self.all_filled(parts)
            case ast.DictComp(generators=parts) | ast.GeneratorExp(generators=parts):
                return self.all_filled(parts)
            case ast.Call(func=ast.Attribute(value=text, attr="split")):
                # Even of an empty text there is one part, if there is a separator.
                return bool(node.args) or self.is_filled(text)
        return False

    def all_filled(self, parts: list[ast.comprehension]) -> bool:
        return all(not part.ifs and self.is_filled(part.iter) for part in parts)


def _is_class(name: str) -> bool:
    return name[:1].isupper() and not name.isupper()


def _is_filled_range(args: list[ast.expr]) -> bool:
    try:
        return bool(range(*(ast.literal_eval(arg) for arg in args)))
    except ValueError, TypeError:
        return False


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a function or module, without functions and classes in it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
        ):
            yield from own_nodes(node)


def functions(
    scope: ast.AST, within: tuple[Function, ...] = ()
) -> Iterator[tuple[Function, ...]]:
    """Yield each function, with those around it before it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (*within, node)
            yield from functions(node, (*within, node))
        else:
            yield from functions(node, within)


def _is_assert(node: ast.AST) -> bool:
    match node:
        case ast.Assert():
            return True
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return any(
                ast.unparse(item.context_expr).startswith("pytest.raises")
                for item in items
            )
        case ast.Call(func=ast.Attribute(value=ast.Name(id="pytest"), attr="fail")):
            return True
    return False


def _is_nothing(node: ast.expr) -> bool:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(keys=parts):
            return not parts
        case ast.Constant(value=None | 0 | ""):
            return True
        case ast.Call(func=ast.Name(id="set"), args=args):
            return not args
    return False


def _looked_at(function: Function) -> set[str]:
    """Return the expressions of which an assert of a function says that they hold something."""
    found: set[str] = set()

    def note(test: ast.expr) -> None:
        match test:
            case ast.BoolOp(op=ast.And(), values=values):
                for value in values:
                    note(value)
            case ast.Compare(left=left, comparators=others):
                if any(_is_nothing(other) for other in others):
                    return
                for one in (left, *others):
                    for part in ast.walk(one):
                        if isinstance(part, ast.expr):
                            found.add(ast.unparse(part))
            case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp() as each]):
                found.add(ast.unparse(each.generators[0].iter))
            case ast.NamedExpr(target=target, value=value):
                note(target)
                note(value)
            case _:
                found.add(ast.unparse(test))

    for node in own_nodes(function):
        if isinstance(node, ast.Assert):
            note(node.test)
    return found


def _roots(node: ast.expr) -> Iterator[str]:
    """Yield an expression, and what it is empty with."""
    yield ast.unparse(node)
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if name in PASSING_ON:
            for arg in args:
                yield from _roots(arg)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if (
            name in METHODS_PASSING_ON
        ):
            yield from _roots(value)


class Asserts:
    """The asserts of one function, sorted by what they stand in."""

    def __init__(self, function: Function, names: Names) -> None:
        self._names = names
        self._looked_at = _looked_at(function)
        self.outside = False
        """There is one that is reached whatever is empty."""
        self.in_loops: list[ast.For | ast.AsyncFor | ast.Assert] = []
        """The loops over what may be empty that have one, and `assert all(...)` of that."""
        self._filtered_names = {
            target.id
            for node in own_nodes(function)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.ListComp | ast.SetComp | ast.DictComp)
            and any(part.ifs for part in node.value.generators)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.filtered: list[ast.Assert] = []
        """`assert all(...)` over what may leave nothing."""
        self._visit(function, None)

    def _visit(self, node: ast.AST, loop: ast.For | ast.AsyncFor | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if not _is_assert(child):
                pass
            elif isinstance(child, ast.Assert) and self._is_vacuous_at_times(child):
                self.in_loops.append(child)
            elif loop is None:
                self.outside = True
            elif loop not in self.in_loops:
                self.in_loops.append(loop)
            if isinstance(child, ast.For | ast.AsyncFor) and not self._is_filled(
                child.iter
            ):
                self._visit(child, loop or child)
            else:
                self._visit(child, loop)

    def _is_vacuous_at_times(self, node: ast.Assert) -> bool:
        """Return whether all that it says is all() of something that may be empty."""
        match node.test:
            case ast.Call(
                func=ast.Name(id="all"),
                args=[
                    ast.GeneratorExp(generators=parts) | ast.ListComp(generators=parts)
                ],
            ):
                pass
            case _:
                return False
        if any(part.ifs for part in parts) or self._is_filtered(parts[0].iter):
            self.filtered.append(node)
        return not all(self._is_filled(part.iter) for part in parts)

    def _is_filtered(self, node: ast.expr) -> bool:
        """Return whether it is a name of what a comprehension has left, at which nobody looked."""
        return (
            isinstance(node, ast.Name)
            and node.id in self._filtered_names
            and not self._is_filled(node)
        )

    def _is_filled(self, node: ast.expr) -> bool:
        return self._names.is_filled(node) or not self._looked_at.isdisjoint(
            _roots(node)
        )


def findings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and fault of each assert that may look at nothing."""
    for path in functions(tree):
        names = Names(tree, path[-1])
        for function in path:
            names.read(function)
        asserts = Asserts(path[-1], names)
        if not (name := path[-1].name).startswith("test_"):
            continue
        if not asserts.outside:
            for loop in asserts.in_loops:
                yield (
                    loop.lineno,
                    f"{name}: all asserts stand in loops, of which each may be over nothing",
                )
        for node in asserts.filtered:
            yield (
                node.lineno,
                f"{name}: all() is true of nothing, and the comprehension may leave nothing",
            )


def check(root: Path) -> list[str]:
    """Return a line for each assert in the tests that may look at nothing."""
    return [
        f"{path.relative_to(root)}:{line}: {fault}"
        for path in sorted((root / "tests").rglob("*.py"))
        for line, fault in findings(
            ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        )
    ]


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
