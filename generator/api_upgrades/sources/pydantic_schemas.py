"""Converts pydantic models to the schemas of an OpenAPI document.

Pydantic's own JSON Schema contains automatic titles and `default: null`, which are not part of the API's contract; this
module removes them. Pydantic also silently gives new names to ambiguous models (`Patient-Input`, `clinic__Patient`);
here an ambiguous model is an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import DefsRef, GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.json import Json
from api_upgrades.openapi.mentions import LITERALS, NAME_MAPS, references
from api_upgrades.openapi.part import SCHEMA_REF, schema_of
from api_upgrades.openapi.schema import PROPERTY_KEYWORDS
from api_upgrades.openapi.schema_edit import sort_keywords

Model: TypeAlias = type[BaseModel]
ModelUse: TypeAlias = tuple[Model, JsonSchemaMode]

_CLASS_KEY = "x-class"
"""The key under which a schema holds the index of its class. It is removed before a schema leaves this module."""


class Inline(BaseModel):
    """Base class of a model without a name in the API. Its schema is written inline wherever it is used."""


class ModelError(ApiUpgradesError):
    """A model that cannot be converted to a schema. `model` is its class, so that the caller can point at its line."""

    def __init__(self, model: type[Any], message: str) -> None:
        super().__init__(message)
        self.model = model


class ModelSchemas:
    """The schemas of some models. Each is used in validation mode (requests) or serialization mode (responses)."""

    def __init__(self, uses: Iterable[ModelUse]) -> None:
        inputs: list[tuple[Model, JsonSchemaMode, CoreSchema]] = []
        for model, mode in dict.fromkeys(uses):
            model.model_rebuild()
            inputs.append((model, mode, model.__pydantic_core_schema__))
        generator = _Generator(ref_template=SCHEMA_REF + "{model}")
        self._roots, self._definitions = generator.generate_definitions(inputs)
        self._classes = generator.classes

    def schema_for(self, model: Model, mode: JsonSchemaMode) -> dict[str, Json]:
        """The schema to write where a model is used: a reference or, for an inline model, its own schema."""
        schema: dict[str, Json] = self._resolve(self._roots[model, mode], ())
        return schema

    def parameter_schema(self, model: Model) -> dict[str, Json]:
        """The schema of a model whose fields are parameters. It is never a reference."""
        schema: dict[str, Json] = self._resolve(self._definition(self._roots[model, "validation"]["$ref"]), ())
        return schema

    def named_schemas(self, document: Json) -> dict[str, Json]:
        """The schemas that a document refers to, directly or through other schemas, in the order of their first use.

        Raises ModelError if two different schemas would have the same name.
        """
        schemas: dict[str, Json] = {}

        def visit(value: Json) -> None:
            for ref in references(value):
                part = schema_of(ref)
                if part is not None and part.name not in schemas:
                    schemas[part.name] = None
                    schemas[part.name] = self._resolve(self._definition(ref), ())
                    visit(schemas[part.name])

        visit(document)
        self._reject_ambiguous_names(schemas)
        return schemas

    def _definition(self, ref: str) -> JsonSchemaValue:
        return self._definitions[DefsRef(ref.removeprefix(SCHEMA_REF))]

    def _class_of(self, schema: JsonSchemaValue) -> type[Any] | None:
        return self._classes[schema[_CLASS_KEY]] if _CLASS_KEY in schema else None

    def _resolve(self, value: Json, inline_refs: tuple[str, ...]) -> Json:
        """Some JSON with inline models written out, and without the marks of classes.

        `inline_refs` are the references to the inline models that enclose it.
        """
        if isinstance(value, list):
            return [self._resolve(item, inline_refs) for item in value]
        if not isinstance(value, Mapping):
            return value
        ref = value.get("$ref")
        if isinstance(ref, str):
            definition = self._definition(ref)
            model = self._class_of(definition)
            if model is not None and issubclass(model, Inline):
                if ref in inline_refs:
                    raise ModelError(model, f"{model.__name__} is inline and contains itself; derive it from BaseModel")
                siblings = {key: item for key, item in value.items() if key != "$ref"}
                return self._resolve({**definition, **siblings}, (*inline_refs, ref))
        result: dict[str, Json] = {}
        for key, item in value.items():
            if key in NAME_MAPS and isinstance(item, Mapping):
                result[key] = {name: self._resolve(schema, inline_refs) for name, schema in item.items()}
            elif key != _CLASS_KEY:
                is_data = key in LITERALS or key == "discriminator" or key.startswith("x-")
                result[key] = item if is_data else self._resolve(item, inline_refs)
        return sort_keywords(result)

    def _reject_ambiguous_names(self, schemas: Mapping[str, Json]) -> None:
        """Raise ModelError if pydantic invented a name because the name of the class would be ambiguous."""
        models = {name: model for name in schemas if (model := self._class_of(self._definitions[DefsRef(name)]))}
        classes_by_name: defaultdict[str, dict[type[Any], None]] = defaultdict(dict)
        for model in models.values():
            classes_by_name[model.__name__][model] = None
        for name, classes in classes_by_name.items():
            if len(classes) > 1:
                modules = " and ".join(model.__module__ for model in classes)
                raise ModelError(
                    next(reversed(classes)),
                    f"two models are called {name!r}, in {modules}; rename one, or use the same class in both places",
                )
        split = {name: model for name, model in models.items() if name.endswith(("-Input", "-Output"))}
        if split:
            # Pydantic also splits the models that refer to a split model. The culprit refers to the fewest of them.
            def count_split_references(name: str) -> int:
                return sum(part.name in split for ref in references(schemas[name]) if (part := schema_of(ref)))

            model = split[min(split, key=count_split_references)]
            raise ModelError(
                model,
                f"{model.__name__} is used in requests and in responses, but its schemas for them differ "
                f"(is there a computed field, a serializer, a Decimal?); split it into two models",
            )


class _Generator(GenerateJsonSchema):
    """Pydantic's generator without automatic keywords. It keeps the order of fields, and records classes."""

    def __init__(self, ref_template: str) -> None:
        super().__init__(ref_template=ref_template)
        self.classes: list[type[Any]] = []

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        result = super().default_schema(schema)
        return {key: item for key, item in result.items() if key != "default" or item is not None}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Move keywords such as the description from the branch that is not null to the property itself."""
        result = super().nullable_schema(schema)
        value = result["anyOf"][0] if "anyOf" in result else {}
        if "$ref" in value:
            return result
        outside = {key: item for key, item in value.items() if key in PROPERTY_KEYWORDS - {"default"}}
        inside = {key: item for key, item in value.items() if key not in outside}
        return {**result, "anyOf": [inside, *result["anyOf"][1:]], **outside} if outside else result

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        try:
            result = super().model_schema(schema)
        except PydanticInvalidForJsonSchema as error:
            raise ModelError(schema["cls"], f"{schema['cls'].__name__} has no JSON Schema: {error.message}") from None
        return self._mark_class(result, schema["cls"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return self._mark_class(super().dataclass_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        result = super().typed_dict_schema(schema)
        return self._mark_class(result, schema["cls"]) if "cls" in schema else result

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        return self._mark_class(super().enum_schema(schema), schema["cls"])

    def _mark_class(self, schema: JsonSchemaValue, cls: type[Any]) -> JsonSchemaValue:
        """A schema with its class recorded and without an automatic title. The description and type come first."""
        if cls not in self.classes:
            self.classes.append(cls)
        first: JsonSchemaValue = {key: schema[key] for key in ("title", "description", "type") if key in schema}
        config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", {})
        if config.get("title") is None and first.get("title") == cls.__name__:
            del first["title"]
        rest = {key: item for key, item in schema.items() if key not in ("title", *first)}
        return {**first, **rest, _CLASS_KEY: self.classes.index(cls)}
