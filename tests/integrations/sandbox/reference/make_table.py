"""Makes operations.json from Zendesk's OpenAPI document: names, keys and JSON types, and none of its sentences.

    python -m tests.integrations.sandbox.reference.make_table PATH/zendesk-openapi.yaml

The table is part of the tree, so nothing else ever reads that document. A shape is the name of a JSON type ("string"),
the name of another shape ("TicketObject"), [shape] for a list, {"|": [shapes]} for one of several, {"&": [shapes]} for
an object with the keys of all, or {key: shape} for an object. A key ends in "!" where the document requires it, ">"
where it is only read, "<" where it is only written; "*" stands for keys of any name.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("operations.json")
METHODS = ("get", "post", "put", "patch", "delete")
Shape = Any


class _Loader(yaml.CSafeLoader):
    """The document writes times and "=" as plain words: both stay text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, found) for tag, found in rows if not tag.endswith((":timestamp", ":value"))]
    for letter, rows in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class Maker:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._schemas: dict[str, Any] = document["components"]["schemas"]

    def table(self) -> dict[str, Any]:
        operations = list(self._operations())
        shapes: dict[str, Shape] = {}
        waiting = [*_names([row["reply"] for row in operations]), *_names([row.get("body") for row in operations])]
        while waiting:
            name = waiting.pop()
            if name not in shapes:
                shapes[name] = self._shape(self._schemas[name])
                waiting += _names(shapes[name])
        return {"operations": operations, "shapes": dict(sorted(shapes.items()))}

    def _operations(self) -> Iterator[dict[str, Any]]:
        for path, item in self._document["paths"].items():
            beside = [self._resolved(row) for row in item.get("parameters", [])]
            for method in METHODS:
                if method in item:
                    yield self._operation(method, path, item[method], beside)

    def _operation(self, method: str, path: str, found: dict[str, Any], beside: list[Any]) -> dict[str, Any]:
        parameters = [*beside, *(self._resolved(row) for row in found.get("parameters", []))]
        row: dict[str, Any] = {
            "name": found["operationId"], "area": found["tags"][0], "method": method.upper(),
            "path": path.removesuffix(".json"),
            "query": {each["name"]: self._kind(each) for each in parameters if each["in"] == "query"},
            "reply": {status: self._content(reply) for status, reply in found["responses"].items()},
        }  # fmt: skip
        row["query"] = {name: kind for name, kind in row["query"].items() if name}
        if "requestBody" in found:
            row["body"] = self._content(self._resolved(found["requestBody"]))
        return row

    def _kind(self, parameter: dict[str, Any]) -> str:
        shape = self._shape(parameter.get("schema", {}))
        return shape if isinstance(shape, str) and shape[0].islower() else "string"

    def _content(self, reply: dict[str, Any]) -> Shape:
        content = reply.get("content", {})
        if not content:
            return "nothing"
        if "application/json" not in content:
            return "bytes"
        shape = self._shape(content["application/json"].get("schema", {}))
        return "nothing" if shape == "string" else shape

    def _resolved(self, row: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in row:
            found: Any = self._document
            for part in row["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            row = found
        return row

    def _shape(self, schema: dict[str, Any]) -> Shape:
        if "$ref" in schema:
            return str(schema["$ref"].rsplit("/", 1)[-1])
        if "allOf" in schema or ("properties" in schema and ("anyOf" in schema or "oneOf" in schema)):
            return self._joined(schema)
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            shapes = [self._shape(choice) for choice in choices]
            return shapes[0] if len(shapes) == 1 else {"|": shapes}
        if schema.get("type") == "array":
            return [self._shape(schema.get("items", {}))]
        if schema.get("type") == "object" or "properties" in schema:
            return self._object(schema)
        return str(schema.get("type") or "any")

    def _object(self, schema: dict[str, Any]) -> Shape:
        required = set(schema.get("required", ()))
        found: dict[str, Shape] = {}
        for key, inner in schema.get("properties", {}).items():
            marks = ("!" if key in required else "") + (">" if inner.get("readOnly") else "")
            found[key + marks + ("<" if inner.get("writeOnly") else "")] = self._shape(inner)
        beyond = schema.get("additionalProperties")
        if isinstance(beyond, dict) and beyond:
            found["*"] = self._shape(beyond)
        elif beyond or not found:
            found["*"] = "any"
        return found

    def _joined(self, schema: dict[str, Any]) -> Shape:
        """allOf is one object with the keys of all; of anyOf beside it no key is required."""
        found = dict(self._object(schema)) if "properties" in schema else {}
        for part in schema.get("allOf", ()):
            found |= self._opened(part)
        for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            found |= {key.replace("!", ""): shape for key, shape in self._opened(part).items()}
        return found or {"*": "any"}

    def _opened(self, part: dict[str, Any]) -> dict[str, Shape]:
        schema = self._resolved(part)
        if "allOf" in schema or "anyOf" in schema or "oneOf" in schema:
            return dict(self._joined(schema))
        shape = self._shape(schema)
        return dict(shape) if isinstance(shape, dict) else {}


def _names(shape: Shape) -> Iterator[str]:
    """The shapes that a shape leans on."""
    if isinstance(shape, str) and shape[:1].isupper():
        yield shape
    elif isinstance(shape, list):
        for inner in shape:
            yield from _names(inner)
    elif isinstance(shape, dict):
        for inner in shape.values():
            yield from _names(inner)


def written(table: dict[str, Any]) -> str:
    """One operation or shape a line, so that a difference can be read."""
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in table["operations"])
    shapes = ",\n".join(
        f"{json.dumps(name)}:{json.dumps(shape, separators=(',', ':'))}" for name, shape in table["shapes"].items()
    )
    return f'{{"operations":[\n{rows}\n],"shapes":{{\n{shapes}\n}}}}\n'


def main() -> None:
    document = yaml.load(Path(sys.argv[1]).read_text(), _Loader)
    TABLE.write_text(written(Maker(document).table()))


if __name__ == "__main__":
    main()
