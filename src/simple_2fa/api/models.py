"""The JSON schemas of all bodies, made of their models."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from simple_2fa.api.operations import OPERATIONS
from simple_2fa.api.replies import Refusal

Json = dict[str, Any]
REFS = "#/components/schemas/"
"""Where OpenAPI keeps schemas."""


class _Schemas(GenerateJsonSchema):
    """Without defaults, which are our own spelling, and without titles made of field names."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, _schema: Any) -> bool:  # noqa: ANN401 (any core schema)
        return False


def schemas() -> Json:
    """Give the schemas of all bodies, by name."""
    models: set[type[BaseModel]] = {Refusal, *(each.gives for each in OPERATIONS)}
    models |= {each.takes for each in OPERATIONS if each.takes}
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(each, "validation") for each in models]
    refs = f"{REFS}{{model}}"
    _, found = models_json_schema(wanted, ref_template=refs, schema_generator=_Schemas)
    return dict(found["$defs"])
