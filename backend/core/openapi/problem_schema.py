"""The schema of all problems: the members of RFC 9457, and each problem's facts as optional members."""

from collections import defaultdict
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, get_args

import msgspec

from backend.core.moments import Moment
from backend.core.openapi.descriptions import field_docstrings
from backend.core.openapi.names import REFERENCE
from backend.core.openapi.walk import Json, operations, schemas
from backend.core.problems import MEDIA_TYPE, Problem, all_problems

SCHEMA = "Problem"
MOMENTS: dict[Any, Any] = {datetime: Moment, datetime | None: Moment | None}
"""Only of a time with a zone msgspec says the format."""


def tell_facts(document: Json) -> None:
    problem = schemas(document)[SCHEMA]
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for code, fact, _ in facts_of_problems():
        codes[fact].add(code)
    kinds = fact_types()
    docstrings = _fact_docstrings()
    dated = [MOMENTS.get(kind, kind) for kind in kinds.values()]
    described, parts = msgspec.json.schema_components(dated, ref_template=f"{REFERENCE}{{name}}")
    for fact, schema in sorted(zip(kinds, described, strict=True)):
        if fact not in problem["properties"]:
            problem["properties"][fact] = _fact(schema, docstrings[fact])
    document["components"]["schemas"] = parts | schemas(document)
    with_facts = sorted({code for of_fact in codes.values() for code in of_fact})
    problem["x-facts"] = {code: [fact for fact in sorted(codes) if code in codes[fact]] for code in with_facts}


def share_problem_examples(document: Json) -> None:
    """The example of a problem is the same in every operation."""
    shared: Json = {}
    for operation in operations(document):
        for response in operation["responses"].values():
            examples = response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
            for code, example in examples.items():
                shared.setdefault(code, example)
                examples[code] = {"$ref": f"#/components/examples/{code}"}
    document["components"]["examples"] = dict(sorted(shared.items()))


def facts_of_problems() -> list[tuple[str, str, Any]]:
    """Code, fact and type."""
    return [(problem.code, fact, kind) for problem in all_problems() for fact, kind in problem.fact_types().items()]


def fact_types() -> dict[str, Any]:
    """The type of each fact in all problems. Raises ValueError when it has several; null may be one of them."""
    kinds: dict[str, Any] = {}
    for _, fact, kind in facts_of_problems():
        both = kinds.get(fact, kind) | kind
        if len(set(get_args(both) if isinstance(both, UnionType) else [both]) - {NoneType}) > 1:
            raise ValueError(f"the fact {fact} has several types")
        kinds[fact] = both
    return kinds


def _fact_docstrings() -> dict[str, dict[str, set[str]]]:
    """By fact and sentence: the codes of the problems that say it."""
    about: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for problem in all_problems():
        sentences = field_docstrings(problem, Problem)
        for fact in problem.fact_types():
            about[fact][sentences.get(fact, "")].add(problem.code)
    return {fact: dict(sorted(codes.items())) for fact, codes in about.items()}


def _fact(schema: Json, about: dict[str, set[str]]) -> Json:
    sentences = [
        f"{sentence} Of {', '.join(f'`{code}`' for code in sorted(codes))}." for sentence, codes in about.items()
    ]
    kept = {name: value for name, value in schema.items() if name not in {"title", "default"}}
    return kept | {"description": " ".join(sentences).strip()}
