// The script that an administrator writes with nothing but Node: one user after another, one call after another.
import { begin, graphUrl, measure, token, users } from "./side.mjs";
import { removable, segments } from "./segments.mjs";

begin();

class GraphError extends Error {
  constructor(status, body) {
    super(body?.error?.message ?? `HTTP ${status}`);
    this.status = status;
  }
}

async function graph(method, path) {
  for (;;) {
    const response = await fetch(`${graphUrl}${path}`, { method, headers: { Authorization: `Bearer ${token}` } });
    if (response.status === 429 || response.status === 503) {
      await response.arrayBuffer();
      const seconds = Number(response.headers.get("Retry-After") ?? 5);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      continue;
    }
    const text = await response.text();
    const body = text === "" ? undefined : JSON.parse(text);
    if (!response.ok) {
      throw new GraphError(response.status, body);
    }
    return body;
  }
}

async function resetUser(name) {
  // Beta, since v1.0 hides two kinds that keep Graph from deleting the default.
  const { id } = await graph("GET", `/beta/users/${encodeURIComponent(name)}?$select=id`);
  const path = `/beta/users/${id}/authentication`;
  const registered = async () => (await graph("GET", `${path}/methods`)).value.filter(removable);

  let methods = await registered();
  for (let before = Infinity; methods.length > 0 && methods.length < before; ) {
    before = methods.length;
    const refused = [];
    for (const method of methods) {
      try {
        await graph("DELETE", `${path}/${segments[method["@odata.type"]]}/${method.id}`);
      } catch (error) {
        // The default goes only when it is the last one: once more when the others are gone.
        if (error.status !== 400) throw error;
        refused.push(method);
      }
    }
    methods = refused;
  }
  await graph("POST", `/beta/users/${id}/revokeSignInSessions`);
  return (await registered()).length > 0 ? "partial" : "complete";
}

await measure(async (count) => {
  for (const user of users()) {
    try {
      count(await resetUser(user));
    } catch (error) {
      console.error(`${user}: ${error.message}`);
      count("failed");
    }
  }
});
