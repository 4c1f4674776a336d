"""Pydantic models as the schemas of an OpenAPI document.

Pydantic's own JSON Schema says more than the API promises (automatic titles, `default: null`) and quietly renames
what is ambiguous (`Patient-Input`, `clinic__Patient`). Here the first is left out, and the second is an error.
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
from api_upgrades.openapi.contract import LITERALS, NAME_MAPS, SCHEMA_REF, references, schema_of
from api_upgrades.openapi.schema import OUTSIDE
from api_upgrades.openapi.schema_edit import in_order

Model: TypeAlias = type[BaseModel]
Use: TypeAlias = tuple[Model, JsonSchemaMode]

_CLASS = "x-class"
"""Marks a generated schema with its class, by index; never leaves this module."""


class Inline(BaseModel):
    """A model without a name in the API: its schema stands where it is used, not among the named ones."""


class ModelError(ApiUpgradesError):
    """A model that cannot be a schema. Whoever reports it may point at the class."""

    def __init__(self, model: type[Any], message: str) -> None:
        super().__init__(message)
        self.model = model


class ModelSchemas:
    """The schemas of some models, each used in validation mode (requests) or serialization mode (responses)."""

    def __init__(self, uses: Iterable[Use]) -> None:
        inputs: list[tuple[Model, JsonSchemaMode, CoreSchema]] = []
        for model, mode in dict.fromkeys(uses):
            model.model_rebuild()
            inputs.append((model, mode, model.__pydantic_core_schema__))
        generator = _Generator(ref_template=SCHEMA_REF + "{model}")
        self._roots, self._definitions = generator.generate_definitions(inputs)
        self._classes = generator.classes

    def of(self, model: Model, mode: JsonSchemaMode) -> dict[str, Json]:
        """What stands where a model is used: a reference to its schema, or the schema of an inline one."""
        schema: dict[str, Json] = self._resolved(self._roots[model, mode], ())
        return schema

    def fields(self, model: Model) -> dict[str, Json]:
        """The schema of a model whose fields are parameters, inline or not."""
        schema = self._roots[model, "validation"]
        found: dict[str, Json] = self._resolved(self._definition(schema["$ref"]), ())
        return found

    def named(self, document: Json) -> dict[str, Json]:
        """The schemas that a document refers to, in the order of their first use, with what they use themselves."""
        found: dict[str, Json] = {}

        def visit(value: Json) -> None:
            for ref in references(value):
                part = schema_of(ref)
                if part is not None and part.name not in found:
                    found[part.name] = None
                    found[part.name] = self._resolved(self._definition(ref), ())
                    visit(found[part.name])

        visit(document)
        self._refuse_ambiguous(found)
        return found

    def _definition(self, ref: str) -> JsonSchemaValue:
        return self._definitions[DefsRef(ref.removeprefix(SCHEMA_REF))]

    def _class(self, schema: JsonSchemaValue) -> type[Any] | None:
        return self._classes[schema[_CLASS]] if _CLASS in schema else None

    def _resolved(self, value: Json, within: tuple[str, ...]) -> Json:
        """Some JSON with inline models in their places and without marks."""
        if isinstance(value, list):
            return [self._resolved(item, within) for item in value]
        if not isinstance(value, Mapping):
            return value
        ref = value.get("$ref")
        if isinstance(ref, str):
            definition = self._definition(ref)
            model = self._class(definition)
            if model is not None and issubclass(model, Inline):
                if ref in within:
                    raise ModelError(model, f"{model.__name__} is inline and holds itself; make it a model with a name")
                beside = {key: kept for key, kept in value.items() if key != "$ref"}
                return self._resolved({**definition, **beside}, (*within, ref))
        result: dict[str, Json] = {}
        for key, item in value.items():
            if key in NAME_MAPS and isinstance(item, Mapping):
                result[key] = {name: self._resolved(kept, within) for name, kept in item.items()}
            elif key != _CLASS:
                is_data = key in LITERALS or key == "discriminator" or key.startswith("x-")
                result[key] = item if is_data else self._resolved(item, within)
        return in_order(result)

    def _refuse_ambiguous(self, schemas: Mapping[str, Json]) -> None:
        """Refuse the names that pydantic made up because the class's own name would mean two schemas."""
        models = {name: model for name in schemas if (model := self._class(self._definitions[DefsRef(name)]))}
        named: defaultdict[str, dict[type[Any], None]] = defaultdict(dict)
        for model in models.values():
            named[model.__name__][model] = None
        for name, models_of_name in named.items():
            if len(models_of_name) > 1:
                places = " and ".join(model.__module__ for model in models_of_name)
                raise ModelError(
                    next(reversed(models_of_name)),
                    f"two models are called {name!r}, in {places}; rename one, or use the same class in both places",
                )
        differing = {name: model for name, model in models.items() if name.endswith(("-Input", "-Output"))}
        if differing:
            # Whoever refers to a schema that differs is said to differ too; the cause refers to the fewest.
            def followed(name: str) -> int:
                return sum(part.name in differing for ref in references(schemas[name]) if (part := schema_of(ref)))

            model = differing[min(differing, key=followed)]
            raise ModelError(
                model,
                f"{model.__name__} is used in requests and in responses, and its schema is not the same in both "
                f"(a computed field, a serializer, a Decimal?); make two models of it",
            )


class _Generator(GenerateJsonSchema):
    """Pydantic's generator without what only the class knows, in the order of the class."""

    def __init__(self, ref_template: str) -> None:
        super().__init__(ref_template=ref_template)
        self.classes: list[type[Any]] = []

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return {key: kept for key, kept in found.items() if key != "default" or kept is not None}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What an annotated type says of itself, it says of the property, null or not."""
        found = super().nullable_schema(schema)
        value = found["anyOf"][0] if "anyOf" in found else {}
        if "$ref" in value:
            return found
        outside = {key: kept for key, kept in value.items() if key in OUTSIDE - {"default"}}
        inside = {key: kept for key, kept in value.items() if key not in outside}
        return {**found, "anyOf": [inside, *found["anyOf"][1:]], **outside} if outside else found

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        try:
            found = super().model_schema(schema)
        except PydanticInvalidForJsonSchema as error:
            raise ModelError(schema["cls"], f"{schema['cls'].__name__} has no JSON Schema: {error.message}") from None
        return self._named(found, schema["cls"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return self._named(super().dataclass_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        found = super().typed_dict_schema(schema)
        return self._named(found, schema["cls"]) if "cls" in schema else found

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        return self._named(super().enum_schema(schema), schema["cls"])

    def _named(self, schema: JsonSchemaValue, cls: type[Any]) -> JsonSchemaValue:
        """A class's schema with its class marked, an automatic title dropped, and what it is before what it holds."""
        if cls not in self.classes:
            self.classes.append(cls)
        first: JsonSchemaValue = {key: schema[key] for key in ("title", "description", "type") if key in schema}
        config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", {})
        if config.get("title") is None and first.get("title") == cls.__name__:
            del first["title"]
        rest = {key: kept for key, kept in schema.items() if key not in ("title", *first)}
        return {**first, **rest, _CLASS: self.classes.index(cls)}
