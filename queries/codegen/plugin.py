"""Plugin for ariadne-codegen: one plain function per operation, and models open to new values.

The output differs from the stock one in the client (functions that return an `Operation` instead of
methods that send it) and in the models, which are frozen, built on first use, documented from the
schema, and accept unknown enum values and new implementations of interfaces.
"""

import ast
import re
from typing import cast

from ariadne_codegen.plugins.base import Plugin
from comments import comment_above, is_repeatable
from descriptions import Descriptions
from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

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


def docstring(text: str) -> ast.Expr:
    """Return a docstring statement, which documents what precedes it."""
    return ast.Expr(ast.Constant(text))


class OperationsPlugin(Plugin):
    """Compile each operation to a function that returns an `Operation` value."""

    def __init__(self, schema: GraphQLSchema, config_dict: dict[str, object]) -> None:
        super().__init__(schema, config_dict)  # pyright: ignore[reportUnknownMemberType]
        self._descriptions = Descriptions(schema)
        self._field_texts: dict[ast.AnnAssign, str] = {}

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
        self._make_keyword_only(method_def.args)
        method_def.returns = ast.Subscript(ast.Name("Operation"), result)
        documentation = docstring(comment_above(operation_definition))
        method_def.body = [documentation, assigned, ast.Return(operation)]
        return ast.fix_missing_locations(method_def)

    @staticmethod
    def _make_keyword_only(arguments: ast.arguments) -> None:
        """Drop `self` and `**kwargs`, and make the other arguments keyword-only."""
        names, defaults = arguments.args[1:], arguments.defaults
        required = len(names) - len(defaults)
        arguments.args, arguments.defaults, arguments.kwarg = [], [], None
        arguments.kwonlyargs = names
        arguments.kw_defaults = [*([None] * required), *defaults]

    def generate_client_module(self, module: ast.Module) -> ast.Module:
        """Turn the methods into functions that import their result model when called."""
        imports = [s for s in module.body if isinstance(s, ast.ImportFrom)]
        heavy = [s for s in imports if s.level == 1 and s.module not in LIGHT_MODULES]
        home = {alias.name: cast(str, s.module) for s in heavy for alias in s.names}
        client = next(s for s in module.body if isinstance(s, ast.ClassDef))
        functions = [s for s in client.body if isinstance(s, ast.FunctionDef)]
        for function in functions:
            result = cast(ast.Name, cast(ast.Subscript, function.returns).slice).id
            function.body.insert(1, ast.ImportFrom(home[result], [ast.alias(result)], 1))
        own = ast.ImportFrom("operation", [ast.alias("Envelope"), ast.alias("Operation")], 1)
        module.body = [
            docstring("One function per operation of queries/, returning an `Operation` value."),
            ast.ImportFrom("__future__", [ast.alias("annotations")], 0),
            ast.ImportFrom("typing", [ast.alias("TYPE_CHECKING")], 0),
            *[s for s in imports if s not in heavy and s.module != "operation"],
            own,
            ast.If(ast.Name("TYPE_CHECKING"), list(heavy), []),
            *functions,
        ]
        return ast.fix_missing_locations(module)

    # -- models ------------------------------------------------------------------------------

    def generate_result_field(
        self,
        field_implementation: ast.AnnAssign,
        operation_definition: ExecutableDefinitionNode,
        field: FieldNode,
    ) -> ast.AnnAssign:
        """Store the description of a field until its class is complete."""
        text = self._descriptions.of_field(operation_definition, field)
        if text:
            self._field_texts[field_implementation] = text
        return field_implementation

    def generate_result_class(
        self,
        class_def: ast.ClassDef,
        operation_definition: ExecutableDefinitionNode,
        selection_set: SelectionSetNode,
    ) -> ast.ClassDef:
        """Freeze and document a result model, and accept object types that a server adds."""
        fields = [s for s in class_def.body if not self._lists_all_types(s)]
        if all(isinstance(s, ast.Pass) for s in fields):
            # Only a fragment: outside of other fragments, the generator replaces such a class by
            # the fragment itself.
            class_def.body = [ast.Pass()]
            return self._freeze(class_def)
        class_def.body = []
        if text := self._class_text(operation_definition, selection_set):
            class_def.body.append(docstring(text))
        for statement in fields:
            class_def.body.append(statement)
            if isinstance(statement, ast.AnnAssign) and statement in self._field_texts:
                class_def.body.append(docstring(self._field_texts[statement]))
        return self._freeze(class_def)

    def _class_text(
        self, definition: ExecutableDefinitionNode, selection_set: SelectionSetNode
    ) -> str | None:
        """Return the comment above a fragment, or else the schema's description."""
        is_fragment = isinstance(definition, FragmentDefinitionNode)
        if is_fragment and selection_set is definition.selection_set:
            return comment_above(definition)
        return self._descriptions.of_object(definition, selection_set)

    def _lists_all_types(self, statement: ast.stmt) -> bool:
        """Return True if `typename__` lists all types of an interface, which excludes new ones."""
        if not isinstance(statement, ast.AnnAssign):
            return False
        kinds = set(re.findall(r"""["'](\w+)["']""", ast.unparse(statement.annotation)))
        return any(
            kinds == {i.name, *(t.name for t in self.schema.get_possible_types(i))}
            for i in self.schema.type_map.values()
            if isinstance(i, GraphQLInterfaceType)
        )

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

    def process_name(self, name: str, node: Node | None = None) -> str:  # noqa: ARG002
        """Keep `md5` one word."""
        return "md5" if name == "md_5" else name

    def generate_init_code(self, generated_code: str) -> str:  # noqa: ARG002
        """Keep the package itself empty, so that importing it builds no model."""
        return PACKAGE_DOCSTRING
