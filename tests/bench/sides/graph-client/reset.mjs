// The same with Microsoft's JavaScript SDK and its retry handler as it comes; `--parallel N` works on N users at once.
import { begin, graphUrl, measure, parallel, token, users } from "../side.mjs";
import { removable, segments } from "../segments.mjs";

begin();
const { Client, MiddlewareFactory } = await import("@microsoft/microsoft-graph-client");

// The SDK's own authentication handler sends tokens to https only. This one takes its place in the default chain.
const authentication = {
  async execute(context) {
    context.options.headers = { ...context.options.headers, Authorization: `Bearer ${token}` };
    await this.next.execute(context);
  },
  setNext(next) {
    this.next = next;
  },
};
const [, ...others] = MiddlewareFactory.getDefaultMiddlewareChain({ getAccessToken: async () => token });
const graph = Client.initWithMiddleware({
  baseUrl: graphUrl,
  // v1.0 hides two kinds that keep Graph from deleting the default.
  defaultVersion: "beta",
  middleware: [authentication, ...others],
});

async function resetUser(name) {
  const { id } = await graph.api(`/users/${encodeURIComponent(name)}`).select("id").get();
  const path = `/users/${id}/authentication`;
  const registered = async () => (await graph.api(`${path}/methods`).get()).value.filter(removable);

  let methods = await registered();
  for (let before = Infinity; methods.length > 0 && methods.length < before; ) {
    before = methods.length;
    const refused = [];
    for (const method of methods) {
      try {
        await graph.api(`${path}/${segments[method["@odata.type"]]}/${method.id}`).delete();
      } catch (error) {
        // The default goes only when it is the last one: once more when the others are gone.
        if (error.statusCode !== 400) throw error;
        refused.push(method);
      }
    }
    methods = refused;
  }
  await graph.api(`/users/${id}/revokeSignInSessions`).post({});
  return (await registered()).length > 0 ? "partial" : "complete";
}

await measure(async (count) => {
  const queue = users().values();
  const worker = async () => {
    for (const user of queue) {
      try {
        count(await resetUser(user));
      } catch (error) {
        console.error(`${user}: ${error.message}`);
        count("failed");
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
});
