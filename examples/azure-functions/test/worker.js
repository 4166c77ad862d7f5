// The Functions worker for Node, as far as `@azure/functions` needs one: it gives the library the module
// `@azure/functions-core`, loads the app as the host tells it to, and hands it invocations in the host's own form.
// The real one gets them over gRPC from the host; this one over the channel of `fork`.
import Module, { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const functions = new Map();
let model;
const core = {
  version: "3.12.0",
  hostVersion: "4.1041.0",
  registerFunction(metadata, callback) {
    functions.set(metadata.name, { metadata, callback });
    return { dispose: () => functions.delete(metadata.name) };
  },
  registerHook: () => ({ dispose: () => undefined }),
  setProgrammingModel: (given) => (model = given),
  getProgrammingModel: () => model,
  log: () => undefined,
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "@azure/functions-core" ? core : load(name, ...rest));

const { main } = JSON.parse(readFileSync("package.json", "utf8"));
try {
  await import(pathToFileURL(createRequire(`${process.cwd()}/`).resolve(`./${main}`)));
  process.send({ ready: [...functions.values()].map(({ metadata }) => metadata) });
} catch (error) {
  process.send({ refused: error.message });
}

process.on("message", async ({ id, name, request }) => {
  const { metadata, callback } = functions.get(name);
  const logs = [];
  const log = (level, category, message) => logs.push(`${level}: ${message}`);
  const invocation = model.getInvocationModel({ invocationId: id, metadata, request, state: undefined, log });
  try {
    const { context, inputs } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, inputs, callback);
    process.send({ id, logs, response: await invocation.getResponse(context, result) });
  } catch (error) {
    process.send({ id, logs, thrown: `${error.name}: ${error.message}` });
  }
});
