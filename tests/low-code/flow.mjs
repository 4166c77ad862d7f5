// Flows for the tests: what comes in over HTTP goes through one node, and what comes out is the response.
import { APPLICATION } from "./tenant.mjs";

/** What the editor keeps of a node that nobody has changed. */
const REQUEST = {
  user: "payload",
  userType: "msg",
  methods: "reRegister",
  kinds: [],
  keep: "",
  revokeSessions: "",
  pass: false,
  passMinutes: "",
  passOnce: "",
  perUserMfa: "",
  allowPrivileged: "no",
  reason: "",
  reasonType: "str",
  messageDecides: false,
};

/** The configuration node. `credentials` is what the editor sends of the secrets. */
export function tenantNode(settings) {
  const { tenantId, clientId } = APPLICATION;
  const rest = { tenantId, clientId, cloud: "global", graphUrl: "", authorityHost: "", protect: "", maxUsers: 100 };
  return { id: "tenant", type: "entra-mfa-tenant", name: "", signIn: "clientSecret", ...rest, ...settings };
}

/** One that signs in to a tenant's server with its application's secret. */
export function signedIn(tenant, settings) {
  const { clientSecret } = APPLICATION;
  return tenantNode({ graphUrl: tenant.url, authorityHost: tenant.url, credentials: { clientSecret }, ...settings });
}

/**
 * `POST /run` with JSON into the node. Each response says which output it is of, the catch path's are 500, and
 * `GET /seen` lists all that came out of it, and every light.
 */
export function flow(tenant, node, { join = false } = {}) {
  const z = "tab";
  const note = (name) => `global.set("seen", [...(global.get("seen") ?? []), { from: "${name}", ...${SHOWN} }]); return msg;`;
  const through = (id, func, wires) => ({ id, type: "function", z, func, outputs: 1, wires: [wires] });
  const nodes = [
    { id: "in", type: "http in", z, url: "/run", method: "post", wires: [["open"]] },
    through("open", "const { payload, ...rest } = msg.payload; return Object.assign(msg, rest, { payload });", ["node"]),
    { id: "node", z, tenant: tenant.id, name: "", action: "reset", ...REQUEST, ...node, wires: [["first"], ["second"]] },
    through("first", note("first"), [join ? "join" : "answer"]),
    through("second", note("second"), join ? [] : ["answer"]),
    { id: "join", type: "join", z, mode: "auto", wires: [["answer"]] },
    { id: "catch", type: "catch", z, scope: ["node"], wires: [["caught"]] },
    through("caught", `${note("catch").replace("return msg;", "")} msg.payload = msg.error; msg.statusCode = 500; return msg;`, ["answer"]),
    { id: "light", type: "status", z, scope: ["node"], wires: [["lit"]] },
    through("lit", note("light"), []),
    { id: "answer", type: "http response", z, wires: [] },
    { id: "look", type: "http in", z, url: "/seen", method: "get", wires: [["tell"]] },
    through("tell", 'msg.payload = global.get("seen") ?? []; return msg;', ["answer"]),
  ];
  // What has no place on the canvas would be a configuration.
  return [{ id: z, type: "tab", label: "test" }, tenant, ...nodes.map((each) => ({ x: 100, y: 100, ...each }))];
}

const SHOWN =
  "{ payload: msg.payload, error: msg.error, status: msg.status, simulation: msg.simulation, parts: msg.parts, complete: msg.complete, ticket: msg.ticket }";

/** A node in the middle of a flow, and what came out of it. */
export class Host {
  constructor(nodeRed) {
    this.nodeRed = nodeRed;
  }

  async run(payload, more) {
    const response = await this.#fetch("/run", { method: "POST", body: JSON.stringify({ payload, ...more }) });
    return { isCaught: response.status === 500, payload: await response.json() };
  }

  /** What came out, by where: first, second, catch or light. */
  async seen(from) {
    const all = await (await this.#fetch("/seen")).json();
    return all.filter((each) => each.from === from);
  }

  #fetch(path, init) {
    return fetch(this.nodeRed.url + path, { headers: { "Content-Type": "application/json" }, ...init });
  }
}
