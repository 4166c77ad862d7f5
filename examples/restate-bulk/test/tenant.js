import { once } from "node:events";
import { createServer } from "node:http";
import { SandboxTenant } from "entra-mfa-reset/sandbox";

export const TENANT_ID = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";

/** The simulated tenant behind sockets: a door for each worker, so that a test can tell them apart. */
export class Tenant {
  #doors = [];

  constructor(seed) {
    this.sandbox = new SandboxTenant({ tenantId: TENANT_ID, ...seed });
  }

  get accessToken() {
    return this.sandbox.accessToken;
  }

  /** `intercept` gets the request, and what answers it otherwise. */
  async door(intercept = (_, answer) => answer()) {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const text of request.setEncoding("utf8")) {
        body += text;
      }
      const { method, url, headers } = request;
      const answer = () => this.call(method, url, headers, body);
      const { status, headers: given, text } = await intercept({ method, url, body }, answer);
      response.writeHead(status, given).end(text);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#doors.push(server);
    return `http://127.0.0.1:${server.address().port}`;
  }

  /** A call that comes through no door. */
  async call(method, path, headers, body) {
    const url = new URL(path, "https://graph.microsoft.com");
    const answer = await this.sandbox.fetch(url, { method, headers, ...(body && { body }) });
    return { status: answer.status, headers: [...answer.headers].flat(), text: await answer.text() };
  }

  /** The user registers a phone. */
  register(user, phone) {
    const headers = { authorization: `Bearer ${this.accessToken}`, "content-type": "application/json" };
    return this.call("POST", `/v1.0/users/${user}/authentication/phoneMethods`, headers, JSON.stringify(phone));
  }

  /** What was removed, one entry an executed DELETE. */
  async removals() {
    const { log } = await this.sandbox.state();
    return log
      .flatMap((entry) => [entry, ...(entry.members ?? [])])
      .filter(({ method, status }) => method === "DELETE" && status >= 200 && status < 300)
      .map(({ path }) => path);
  }

  close() {
    for (const door of this.#doors) {
      door.closeAllConnections();
      door.close();
    }
  }
}

const PHONE = "3179e48a-750b-4051-897c-87b9720928f7";

/** A user with a phone, an Authenticator app, which is the default, and a code generator. */
export function employee(number) {
  const digits = String(number).padStart(4, "0");
  const id = (group) => `${group}${digits}-5c1e-4f3a-9b7d-00000000${digits}`;
  return {
    id: id("0a00"),
    userPrincipalName: `employee.${digits}@contoso.com`,
    displayName: `Employee ${digits}`,
    signInPreferences: {
      isSystemPreferredAuthenticationMethodEnabled: false,
      userPreferredMethodForSecondaryAuthentication: "push",
    },
    methods: [
      method("phone", PHONE, { phoneNumber: `+1 425555${digits}`, phoneType: "mobile", smsSignInState: "ready" }),
      method("microsoftAuthenticator", id("4f1d"), { displayName: "Pixel", deviceTag: "SoftwareTokenActivated" }),
      method("softwareOath", id("b172"), { secretKey: null }),
    ],
  };
}

function method(kind, id, rest) {
  return { "@odata.type": `#microsoft.graph.${kind}AuthenticationMethod`, id, ...rest };
}
