// Two small readers of schemas: what they do not know is an error, so that nothing passes unseen.
import { readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

const events = read("../../../docs/events.schema.json");

/** What of a value does not fit docs/events.schema.json. */
export function misfitsOfEvent(value) {
  return fit(value, events, "event");
}

function fit(value, schema, where) {
  const keywords = Object.keys(schema).filter((word) => !["$schema", "$defs", "title", "description", "minimum"].includes(word));
  return keywords.flatMap((word) => {
    switch (word) {
      case "$ref":
        return fit(value, events.$defs[schema.$ref.replace("#/$defs/", "")], where);
      case "const":
        return value === schema.const ? [] : [`${where} is not ${schema.const}`];
      case "enum":
        return schema.enum.includes(value) ? [] : [`${where} is ${value}`];
      case "oneOf":
        return schema.oneOf.filter((one) => fit(value, one, where).length === 0).length === 1 ? [] : [`${where} is ${value}`];
      case "type": {
        const type = Number.isInteger(value) ? "integer" : typeof value;
        return type === schema.type ? [] : [`${where} is ${type}`];
      }
      case "required":
        return schema.required.filter((name) => !(name in value)).map((name) => `${where} has no ${name}`);
      case "properties":
        return Object.entries(value).flatMap(([name, field]) =>
          name in schema.properties ? fit(field, schema.properties[name], `${where}.${name}`) : [`${where} has ${name}`],
        );
      default:
        throw new Error(`This reader does not know ${word}.`);
    }
  });
}

const ocsf = read("./ocsf/account-change-1.5.0.json");

/** What of a value does not fit the OCSF class Account Change. */
export function misfitsOfOcsf(value) {
  const { activity_id: activity, class_uid: uid, type_uid: type } = value;
  return [...attributes(value, ocsf.class, "event"), ...(type === uid * 100 + activity ? [] : ["type_uid is not of this activity"])];
}

function attributes(value, { attributes: known, constraints }, where) {
  const missing = Object.entries(known).filter(([name, { required }]) => required && !(name in value));
  const { at_least_one: some, ...others } = constraints ?? {};
  if (Object.keys(others).length > 0) {
    throw new Error(`This reader does not know ${Object.keys(others)}.`);
  }
  return [
    ...missing.map(([name]) => `${where} has no ${name}`),
    ...(some === undefined || some.some((name) => name in value) ? [] : [`${where} has none of ${some}`]),
    ...Object.entries(value).flatMap(([name, field]) =>
      name in known ? attribute(field, known[name], `${where}.${name}`) : [`${where} has ${name}`],
    ),
  ];
}

function attribute(value, { type, object, array, enum: choices }, where) {
  if (array) {
    return Array.isArray(value) ? value.flatMap((item) => attribute(item, { type, object, enum: choices }, where)) : [`${where} is no list`];
  }
  if (object !== undefined) {
    // Anything goes where OCSF says `object`.
    return object === "object" ? [] : attributes(value, ocsf.objects[object], where);
  }
  const fits = { string: typeof value === "string", integer: Number.isInteger(value), long: Number.isInteger(value), boolean: typeof value === "boolean" }[type];
  return fits && (choices === undefined || String(value) in choices) ? [] : [`${where} is ${value}`];
}
