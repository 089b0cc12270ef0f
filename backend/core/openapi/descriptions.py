"""Descriptions in the OpenAPI document: docstrings of schemas, the strings under their fields, parts of addresses."""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache, partial
from itertools import pairwise
from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.openapi.spec import Operation, Parameter, Reference, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

ENTRIES = "entries"
TAG = "Tells which of the possible objects this is."


class DescribedStructs(OpenAPISchemaPlugin):
    """Describes a struct and its properties. A property without a string keeps the description of its `Meta`."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return not field_definition.is_union and field_definition.is_subclass_of(msgspec.Struct)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        plugins = (plugin for plugin in schema_creator.plugins if plugin is not self)
        litestars = next(plugin for plugin in plugins if schema_creator.plugin_supports_field(plugin, field_definition))
        schema: Schema = litestars.to_openapi_schema(field_definition, schema_creator)
        struct = field_definition.origin or field_definition.annotation
        schema.description = _on_one_line(struct.__doc__ or "") or None
        _show_instead(schema.properties or {}, struct, schema_creator)
        _describe_properties(schema.properties or {}, struct)
        return schema


def _show_instead(properties: dict[str, Schema | Reference], struct: type[msgspec.Struct], schema_creator: Any) -> None:
    """A list that is read entry by entry shows what each of them should be: `Meta(extra={ENTRIES: …})`."""
    for field in msgspec.inspect.type_info(struct).fields:  # type: ignore[attr-defined]
        entry = (getattr(field.type, "extra", None) or {}).get(ENTRIES)
        if entry:
            listed = cast("Schema", properties[field.encode_name])
            listed.items = schema_creator.for_field_definition(FieldDefinition.from_annotation(entry))


def _describe_properties(properties: dict[str, Schema | Reference], struct: type[msgspec.Struct]) -> None:
    docstrings = field_docstrings(struct)
    for field in msgspec.structs.fields(struct):
        if field.name in docstrings:
            properties[field.encode_name].description = docstrings[field.name]
    tag = struct.__struct_config__.tag_field
    if tag:
        properties[tag].description = TAG


def field_docstrings(struct: type, root: type = msgspec.Struct) -> dict[str, str]:
    """The string under each field, also of inherited ones."""
    docstrings: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if issubclass(base, root) and base is not root:
            docstrings |= _docstrings_of(base.__module__).get(base.__name__, {})
    return docstrings


@cache
def _docstrings_of(module: str) -> dict[str, dict[str, str]]:
    """Strings under the fields of a module's classes. Python keeps them in the source only."""
    classes = ast.parse(inspect.getsource(sys.modules[module])).body
    return {node.name: _below_fields(node.body) for node in classes if isinstance(node, ast.ClassDef)}


def _below_fields(body: list[ast.stmt]) -> dict[str, str]:
    docstrings = {}
    for statement, below in pairwise(body):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docstrings[name] = _on_one_line(text)
    return docstrings


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def describe_addresses(api: Litestar, descriptions: Mapping[str, str]) -> None:
    """A parameter of addresses gets the description of its name, unless its handler has another one."""
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            make = partial(_operation, handler.operation_class, descriptions)
            handler.operation_class = cast("type[Operation]", make)


def _operation(make: type[Operation], descriptions: Mapping[str, str], **parts: Any) -> Operation:
    operation = make(**parts)
    for parameter in operation.parameters or []:
        if isinstance(parameter, Parameter) and parameter.param_in == "path" and not parameter.description:
            parameter.description = descriptions.get(parameter.name)
    return operation
