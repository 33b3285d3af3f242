"""Plugin for ariadne-codegen: one plain function per operation, and models open to new values.

The output differs from the stock one in the client (functions that return an `Operation` instead of
methods that send it) and in the models, which are frozen, built on first use, documented from the
schema, and accept unknown enum values and new implementations of interfaces.
"""

import ast
import re
from typing import cast

from ariadne_codegen.plugins.base import Plugin
from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
)

from ..drift.query_text import comment_above, place_of
from ..errors import QueryError
from .class_names import ClassNames, check_variables
from .comments import is_repeatable
from .enum_members import member_name
from .fields import declare_deprecated, drop_null_of_json
from .selections import TYPENAME, Selections, one_line
from .syntax import docstring, field_name, import_from
from .unions import UNION_NAMES, UNIONS_MODULE, open_union

PACKAGE_DOCSTRING = '"""Typed operations, compiled from schema/ and queries/; do not edit."""\n'
# Modules without result models; `calls` can import them at little cost.
LIGHT_MODULES = {"base_model", "operation", "operations", "scalars", "enums"}
BASE_MODEL = '''

class BaseModel(PydanticBaseModel, frozen=True):
    """Base of every generated model: immutable, and built on first use."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        defer_build=True,
        populate_by_name=True,
        protected_namespaces=(),
    )
'''


class OperationsPlugin(Plugin):
    """Compile each operation to a function that returns an `Operation` value."""

    def __init__(
        self, schema: GraphQLSchema, selections: Selections, *, result_suffix: str = ""
    ) -> None:
        super().__init__(schema, {})  # pyright: ignore[reportUnknownMemberType]
        self._selections = selections
        self._result_suffix = result_suffix
        """Ends the names of the modules of results, which must not hide the functions."""
        self._class_names = ClassNames()
        self._operations: dict[str, OperationDefinitionNode] = {}
        self._nodes: dict[ast.AnnAssign, FieldNode] = {}

    # -- functions ---------------------------------------------------------------------------

    def generate_client_method(
        self,
        method_def: ast.FunctionDef | ast.AsyncFunctionDef,
        operation_definition: OperationDefinitionNode,
    ) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """Replace `execute; get_data; validate` by `return Operation(...)`."""
        assigned, executed, _data, validated = cast(
            "tuple[ast.stmt, ast.Assign, ast.stmt, ast.Return]", tuple(method_def.body[-4:])
        )
        arguments = {k.arg: k.value for k in cast(ast.Call, executed.value).keywords}
        validate = cast(ast.Attribute, cast(ast.Call, validated.value).func)
        result = cast(ast.Name, validate.value)
        operation = ast.Call(
            ast.Name("Operation"),
            [arguments["query"], arguments["operation_name"], ast.Name("variables")],
            [ast.keyword("envelope", ast.Subscript(ast.Name("Envelope"), result))],
        )
        if not is_repeatable(operation_definition):
            operation.keywords.append(ast.keyword("repeatable", ast.Constant(value=False)))
        self._make_keyword_only(method_def.args, operation_definition)
        method_def.returns = ast.Subscript(ast.Name("Operation"), result)
        comment = comment_above(operation_definition)
        documentation = [docstring(comment)] if comment else []
        method_def.body = [*documentation, assigned, ast.Return(operation)]
        self._operations[method_def.name] = operation_definition
        return ast.fix_missing_locations(method_def)

    @staticmethod
    def _make_keyword_only(arguments: ast.arguments, operation: OperationDefinitionNode) -> None:
        """Drop `self` and `**kwargs`, and make the other arguments keyword-only."""
        check_variables(operation)
        names, defaults = arguments.args[1:], arguments.defaults
        required = len(names) - len(defaults)
        arguments.args, arguments.defaults, arguments.kwarg = [], [], None
        arguments.kwonlyargs = names
        arguments.kw_defaults = [*([None] * required), *defaults]

    def generate_client_module(self, module: ast.Module) -> ast.Module:
        """Turn the methods into functions that import their result model when called."""
        imports = [s for s in module.body if isinstance(s, ast.ImportFrom)]
        heavy = [s for s in imports if s.level == 1 and s.module not in LIGHT_MODULES]
        client = next(s for s in module.body if isinstance(s, ast.ClassDef))
        functions = [s for s in client.body if isinstance(s, ast.FunctionDef)]
        results = [cast(ast.Name, cast(ast.Subscript, f.returns).slice).id for f in functions]
        for statement in heavy:
            if {alias.name for alias in statement.names} & {*results}:
                statement.module = f"{statement.module}{self._result_suffix}"
        home = {alias.name: cast(str, s.module) for s in heavy for alias in s.names}
        for function, result in zip(functions, results, strict=True):
            at = int(isinstance(function.body[0], ast.Expr))  # below the docstring
            function.body.insert(at, ast.ImportFrom(home[result], [ast.alias(result)], 1))
        own = ast.ImportFrom("operation", [ast.alias("Envelope"), ast.alias("Operation")], 1)
        module.body = [
            docstring("One function per operation, returning an `Operation` value."),
            ast.ImportFrom("__future__", [ast.alias("annotations")], 0),
            ast.ImportFrom("typing", [ast.alias("TYPE_CHECKING")], 0),
            *[s for s in imports if s not in heavy and s.module != "operation"],
            own,
            ast.If(ast.Name("TYPE_CHECKING"), list(heavy), []),
            *functions,
        ]
        self._class_names.check_calls(module, self._operations)
        return ast.fix_missing_locations(module)

    # -- models ------------------------------------------------------------------------------

    def generate_result_field(
        self,
        field_implementation: ast.AnnAssign,
        operation_definition: ExecutableDefinitionNode,
        field: FieldNode,
    ) -> ast.AnnAssign:
        """Open a union to new types, and keep what the schema says until the class is complete."""
        definition = self._selections.field(field)
        if definition and field.name.value != TYPENAME:
            open_union(field_implementation, definition)
            self._class_names.add_references(operation_definition, field, field_implementation)
        elif field.alias:
            # It may be the name of a type that a server adds.
            field_implementation.annotation = ast.Name("str")
        self._nodes[field_implementation] = field
        return drop_null_of_json(field_implementation)

    def generate_input_field(
        self,
        field_implementation: ast.AnnAssign,
        input_field: GraphQLInputField,  # noqa: ARG002
        field_name: str,  # noqa: ARG002
    ) -> ast.AnnAssign:
        """Write a JSON value as what it is."""
        return drop_null_of_json(field_implementation)

    def generate_result_class(
        self,
        class_def: ast.ClassDef,
        operation_definition: ExecutableDefinitionNode,
        selection_set: SelectionSetNode,
    ) -> ast.ClassDef:
        """Freeze and document a result model, and accept object types that a server adds."""
        written = [s for s in class_def.body if isinstance(s, ast.AnnAssign)]
        fields = [s for s in self._distinct(written) if not self._is_left_out(s, class_def)]
        class_def.body = []
        if not fields:
            # Only a fragment: outside of other fragments, the generator replaces such a class by
            # the fragment itself.
            class_def.body.append(ast.Pass())
            return self._freeze(class_def)
        if text := self._class_text(operation_definition, selection_set):
            class_def.body.append(docstring(text))
        for statement in fields:
            class_def.body += self._field(statement)
        return self._freeze(class_def)

    def _distinct(self, fields: list[ast.AnnAssign]) -> list[ast.AnnAssign]:
        """Leave out what is selected twice; raise QueryError for two fields of one name."""
        found: dict[str, ast.AnnAssign] = {}
        for statement in fields:
            first = found.setdefault(field_name(statement), statement)
            node, other = self._nodes[statement], self._nodes[first]
            if response_key(node) != response_key(other):
                raise QueryError(
                    f"{place_of(node)}: {response_key(node)} and {response_key(other)} are both"
                    f" named {field_name(statement)} in Python; rename one by an alias"
                )
            if not field_name(statement).isidentifier():
                raise QueryError(
                    f"{place_of(node)}: {response_key(node)} is no name in Python; choose another"
                    " alias"
                )
        return list(found.values())

    def _is_left_out(self, statement: ast.AnnAssign, class_def: ast.ClassDef) -> bool:
        """Open a `typename__` that is limited to known types.

        Return True if a fragment declares it, or nobody asked for it.
        """
        kinds = set(re.findall(r"""["'](\w+)["']""", ast.unparse(statement.annotation)))
        if field_name(statement) != "typename__" or not any(
            isinstance(self.schema.type_map.get(kind), GraphQLInterfaceType) for kind in kinds
        ):
            return False
        statement.annotation = ast.Name("str")
        return self._nodes[statement].loc is None or any(
            isinstance(b, ast.Name) and b.id != "BaseModel" for b in class_def.bases
        )

    def _field(self, statement: ast.AnnAssign) -> list[ast.stmt]:
        definition = self._selections.field(self._nodes[statement])
        text = one_line(definition.description) if definition else None
        if definition and definition.deprecation_reason is not None:
            return declare_deprecated(statement, text, definition.deprecation_reason)
        return [statement, docstring(text)] if text else [statement]

    def _class_text(
        self, definition: ExecutableDefinitionNode, selection_set: SelectionSetNode
    ) -> str | None:
        """Return the comment above a fragment, or else the schema's description."""
        is_fragment = isinstance(definition, FragmentDefinitionNode)
        if is_fragment and selection_set is definition.selection_set:
            return comment_above(definition)
        parent = self._selections.parent(selection_set)
        return parent.description.strip() if parent and parent.description else None

    def generate_result_types_module(
        self, module: ast.Module, operation_definition: ExecutableDefinitionNode
    ) -> ast.Module:
        """Import what unions and deprecated fields need; what is not used, is removed later."""
        self._add_imports(module)
        self._class_names.check_module(module, operation_definition)
        return module

    def generate_fragments_module(
        self,
        module: ast.Module,
        fragments_definitions: dict[str, FragmentDefinitionNode],
    ) -> ast.Module:
        """Do the same for fragments, which share a module."""
        self._add_imports(module)
        if fragments_definitions:
            self._class_names.check_module(module, *fragments_definitions.values())
        return module

    @staticmethod
    def _add_imports(module: ast.Module) -> None:
        module.body[:0] = [import_from(UNIONS_MODULE, UNION_NAMES, level=1)]
        if any(isinstance(n, ast.Name) and n.id == "deprecated" for n in ast.walk(module)):
            last = max(i for i, s in enumerate(module.body) if isinstance(s, ast.ImportFrom))
            deprecated = import_from("typing_extensions", ["deprecated"])
            module.body[last + 1 : last + 1] = [
                import_from("typing", ["TYPE_CHECKING"]),
                ast.If(ast.Name("TYPE_CHECKING"), [deprecated], []),
            ]
        ast.fix_missing_locations(module)

    def generate_input_class(
        self,
        class_def: ast.ClassDef,
        input_type: GraphQLInputObjectType,  # noqa: ARG002
    ) -> ast.ClassDef:
        """Freeze an input model."""
        return self._freeze(class_def)

    def _freeze(self, class_def: ast.ClassDef) -> ast.ClassDef:
        # A class keyword, because type checkers ignore `frozen` in `model_config`.
        class_def.keywords.append(ast.keyword("frozen", ast.Constant(value=True)))
        for call in (n for n in ast.walk(class_def) if isinstance(n, ast.Call)):
            # Type checkers take a plain `alias` as the name of the constructor argument.
            for keyword in [k for k in call.keywords if k.arg == "alias"]:
                keyword.arg = "validation_alias"
                call.keywords.append(ast.keyword("serialization_alias", keyword.value))
        return class_def

    # -- enums -------------------------------------------------------------------------------

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """Document an enum, and accept values that a server adds later."""
        class_def.bases = [ast.Name("OpenEnum")]
        body: list[ast.stmt] = []
        if enum_type.description:
            body.append(docstring(enum_type.description.strip()))
        for statement in class_def.body:
            body.append(statement)
            if isinstance(statement, ast.Assign):
                target = cast(ast.Name, statement.targets[0])
                target.id = member_name(target.id)
                value = enum_type.values.get(ast.literal_eval(statement.value))
                if value and value.description:
                    body.append(docstring(" ".join(value.description.split())))
        class_def.body = body
        return class_def

    def generate_enums_module(self, module: ast.Module) -> ast.Module:
        """Import `OpenEnum` instead of the standard base class."""
        classes = [s for s in module.body if isinstance(s, ast.ClassDef)]
        module.body = [ast.ImportFrom("scalars", [ast.alias("OpenEnum")], 1), *classes]
        return ast.fix_missing_locations(module)

    # -- files -------------------------------------------------------------------------------

    def copy_code(self, copied_code: str) -> str:
        """Use our own settings in `base_model.py`."""
        head, found, _ = copied_code.partition("\n\nclass BaseModel(PydanticBaseModel):")
        if not found:
            return copied_code
        first = "from pydantic import BaseModel as PydanticBaseModel"
        return head.replace(first, f"from typing import ClassVar\n\n{first}") + BASE_MODEL

    def process_name(self, name: str, node: Node | None = None) -> str:
        """Keep `md5` one word, and free the name of a local variable of the functions."""
        if name == "variables" and isinstance(node, VariableDefinitionNode):
            return "variables_"
        return "md5" if name == "md_5" else name

    def generate_init_code(self, generated_code: str) -> str:  # noqa: ARG002
        """Keep the package itself empty, so that importing it builds no model."""
        return PACKAGE_DOCSTRING


def response_key(field: FieldNode) -> str:
    """Return the name of a field in the response: its alias, if it has one."""
    return (field.alias or field.name).value
