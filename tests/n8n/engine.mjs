// n8n's own engine, in a process of its own under the Node that n8n needs: it loads the packed node as n8n loads a
// community package, and runs workflows of one source of items and that node. Speaks with whoever forked it.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const core = require("n8n-core");
const { Workflow } = require("n8n-workflow");

const NODE = "n8n-nodes-entra-mfa-reset.entraMfaReset";
const SOURCE = "test.source";
const loader = new core.PackageDirectoryLoader(process.argv[2]);
await loader.loadAll();
const loaded = loader.getNode("entraMfaReset").type;

/** The items of a run. */
class Source {
  description = { name: SOURCE, displayName: "Source", group: ["input"], version: 1, defaults: {}, inputs: [], outputs: ["main"], properties: [] };
}

const nodeTypes = (items) => ({
  getByName: (name) => (name === NODE ? loaded : new Source()),
  getByNameAndVersion: (name) => (name === NODE ? loaded : Object.assign(new Source(), { execute: async () => [items.map((json) => ({ json }))] })),
  getKnownTypes: () => ({}),
});

/** The secrets, without a database. */
const credentialsHelper = (data) => ({
  getParentTypes: () => [],
  isCredentialUsableByNode: () => true,
  getDecrypted: async () => data,
  getCredentials: async () => ({ getData: () => data }),
  getCredentialsProperties: () => [],
});

let execution;

async function run({ items, parameters, credentials, onError }) {
  const nodes = [
    { id: "source", name: "Source", type: SOURCE, typeVersion: 1, position: [0, 0], parameters: {} },
    {
      id: "node",
      name: "Reset",
      type: NODE,
      typeVersion: 1,
      position: [200, 0],
      parameters,
      credentials: { entraMfaResetApi: { id: "1", name: "test" } },
      ...(onError && { onError }),
    },
  ];
  const connections = { Source: { main: [[{ node: "Reset", type: "main", index: 0 }]] } };
  const workflow = new Workflow({ id: "1", nodes, connections, active: false, nodeTypes: nodeTypes(items), settings: { executionOrder: "v1", timezone: process.env.ZONE } });
  const hooks = new core.ExecutionLifecycleHooks("manual", "1", { id: "1", name: "test", nodes, connections });
  const additionalData = { credentialsHelper: credentialsHelper(credentials), hooks, executionId: "1", currentNodeExecutionIndex: 0, variables: {}, webhookWaitingBaseUrl: "http://127.0.0.1/w", formWaitingBaseUrl: "http://127.0.0.1/f" };
  execution = new core.WorkflowExecute(additionalData, "manual").run({ workflow, startNode: workflow.getNode("Source") });
  const { status, data } = await execution;
  const [last] = data.resultData.runData.Reset ?? [];
  const error = last?.error ?? data.resultData.error;
  return {
    status,
    outputs: last?.data?.main?.map((output) => output ?? []),
    ...(error && { error: { name: error.name, message: error.message, description: error.description, itemIndex: error.context?.itemIndex } }),
    all: JSON.stringify(data),
  };
}

/** The node's own code with parameters as they are: of what the panel has no field for, n8n drops all. */
async function hand({ parameters, credentials }) {
  const context = {
    getInputData: () => [{ json: {} }],
    getNodeParameter: (name, _, otherwise) => parameters[name] ?? otherwise,
    getCredentials: async () => credentials,
    getNode: () => ({ id: "node", name: "Reset", type: NODE, typeVersion: 1, position: [0, 0], parameters: {} }),
    getExecutionCancelSignal: () => undefined,
    getTimezone: () => "UTC",
    continueOnFail: () => false,
  };
  return loaded.execute.call(context).then(
    (outputs) => ({ outputs }),
    ({ message }) => ({ error: { message } }),
  );
}

/** A test of credentials, as the panel does it. */
async function testCredentials({ credentials }) {
  const context = new core.CredentialTestContext();
  return loaded.methods.credentialTest.entraMfaResetApiTest.call(context, { id: "1", name: "test", type: "entraMfaResetApi", data: credentials });
}

process.on("message", async ({ id, call, input }) => {
  try {
    const answer = await { run, hand, testCredentials, describe: async () => loaded.description, cancel: async () => execution.cancel() }[call](input);
    process.send({ id, answer });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.send({ ready: true });
