"""JSON as the contract has it, camelCase and `true` and all, to the component's values and back, by their types."""

from wasmtime import component as wit

INTEGERS = {wit.U16: 1 << 16, wit.U32: 1 << 32, wit.U64: 1 << 64}
# The one enum that is not written as its names are.
WAIVER = {"no": False, "if-unreadable": "ifUnreadable", "yes": True}


class Unfit(ValueError):
    """A value that the contract does not have."""


def lower(kind, value, where="the request"):
    """The component's value of this type."""
    if isinstance(kind, wit.OptionType):
        return option(kind, value, where)
    if isinstance(kind, wit.RecordType):
        return record(kind, value, where)
    if isinstance(kind, wit.VariantType):
        return variant(kind, value, where)
    if isinstance(kind, wit.EnumType):
        return enum(kind, value, where)
    if isinstance(kind, wit.ListType) and isinstance(value, (list, tuple)):
        return [lower(kind.element, item, where) for item in value]
    if isinstance(kind, wit.String) and isinstance(value, str):
        return value
    if isinstance(kind, wit.Bool) and isinstance(value, bool):
        return value
    most = INTEGERS.get(type(kind))
    if most and type(value) is int and 0 <= value < most:
        return value
    raise Unfit(f"{where} is missing" if value is None else f"{where} is no {type(kind).__name__.removesuffix('Type')}")


def option(kind, value, where):
    if value is None:
        return wit.Variant("none") if is_tagged(kind.payload) else None
    lowered = lower(kind.payload, value, where)
    return wit.Variant("some", lowered) if is_tagged(kind.payload) else lowered


def record(kind, value, where):
    if not isinstance(value, dict):
        raise Unfit(f"{where} is no object")
    result = wit.Record()
    fields = kind.fields
    for name, field in fields:
        setattr(result, name, lower(field, value.get(camel(name), absent(field)), camel(name)))
    unknown = set(value) - {camel(name) for name, _ in fields}
    if unknown:
        raise Unfit(f"{where} has no field {', '.join(sorted(map(str, unknown)))}")
    return result


def variant(kind, value, where):
    """The case is named, as the only field of an object, or it is the one that fits: a name, a list, true."""
    cases = kind.cases
    if isinstance(value, dict) and len(value) == 1:
        for name, payload in cases:
            if payload is not None and camel(name) in value:
                return chosen(cases, name, lower(payload, value[camel(name)], camel(name)))
    for name, payload in cases:
        fits = {str: wit.EnumType, list: wit.ListType, dict: wit.RecordType}.get(type(value))
        if payload is None and value is True:
            return chosen(cases, name, None)
        if payload is not None and fits is not None and isinstance(payload, fits):
            return chosen(cases, name, lower(payload, value, where))
    raise Unfit(f"{where} is none of {', '.join(camel(name) for name, _ in cases)}")


def chosen(cases, name, payload):
    """wasmtime wants a case to be named only where the value does not tell it from the others."""
    classes = [classes_of(case) for _, case in cases]
    told = sum(len(each) for each in classes) == len(set().union(*classes))
    return payload if told else wit.Variant(name, payload)


def enum(kind, value, where):
    words = words_of(kind)
    for name, word in words.items():
        if type(value) is type(word) and value == word:
            return name
    raise Unfit(f"{where} is none of {', '.join(map(str, words.values()))}")


def absent(kind):
    """What stands for a field that is not there."""
    if isinstance(kind, wit.ListType):
        return []
    if isinstance(kind, wit.Bool):
        return False
    if isinstance(kind, wit.EnumType):
        return next(iter(words_of(kind).values()))
    return None


def lift(kind, value):
    """The JSON of a value of this type."""
    if isinstance(kind, wit.OptionType):
        inner = value.payload if isinstance(value, wit.Variant) else value
        return None if inner is None else lift(kind.payload, inner)
    if isinstance(kind, wit.RecordType):
        fields = {camel(name): lift(field, getattr(value, name)) for name, field in kind.fields}
        return {name: field for name, field in fields.items() if field is not None}
    if isinstance(kind, wit.ListType):
        return [lift(kind.element, item) for item in value]
    return words_of(kind)[value] if isinstance(kind, wit.EnumType) else value


def words_of(kind):
    """What JSON says for each name of an enum."""
    names = kind.names
    return WAIVER if names == list(WAIVER) else {name: camel(name) for name in names}


def classes_of(kind):
    classes = set()
    if kind is None:
        classes.add(object)
    else:
        kind.add_classes(classes)
    return classes


def is_tagged(payload):
    return object in classes_of(payload)


def camel(name):
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)
