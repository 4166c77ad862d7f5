// The connector for Power Platform and Logic Apps: whether it is OpenAPI 2.0, describes what the service does, and
// whether the sample flow asks for what the connector has, and the service takes it.
import SwaggerParser from "@apidevtools/swagger-parser";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startService } from "../support/service.mjs";
import { startTenant } from "../support/tenant.mjs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));
const json = (name) => JSON.parse(read(`connectors/power-platform/${name}`));
const definition = json("apiDefinition.swagger.json");
const flow = json("sample-flow.json");

/** Every operation of a description. */
function operations({ paths }) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
}

/** The steps of a flow that call the connector, by name, wherever they are. */
function steps(actions = {}) {
  return Object.entries(actions).flatMap(([name, action]) => [
    ...(action.type === "ApiConnection" ? [[name, action]] : []),
    ...steps(action.actions),
    ...steps(action.else?.actions),
  ]);
}

/** What a Select makes of its list: each field is one of the item. */
function select({ inputs }, list) {
  const read = (expression, item) => item[/^@item\(\)\??\['(\w+)'\]$/.exec(expression)[1]] ?? null;
  return list.map((item) => Object.fromEntries(Object.entries(inputs.select).map(([name, from]) => [name, read(from, item)])));
}

/** The operation that a step calls. */
function called({ inputs }) {
  const path = inputs.path.replace(/@\{[^}]*\}/g, "{user}");
  return operations(definition).find((operation) => operation.path === path && operation.method === inputs.method);
}

test("is OpenAPI 2.0", async () => {
  const validated = await SwaggerParser.validate(structuredClone(definition));
  assert.equal(validated.swagger, "2.0");
  // The validator finds something where there is something to find.
  const wrong = structuredClone(definition);
  delete wrong.paths["/v1/preflight"].post.responses;
  await assert.rejects(SwaggerParser.validate(wrong));
});

test("has the service's operations, but for its streams, each pleasant to pick", () => {
  const described = JSON.parse(read("schema/openapi.json"));
  const ours = ({ path, method, operationId }) => `${method} ${path} ${operationId}`;
  const expected = operations(described).filter(({ path }) => path.startsWith("/v1/") && !path.endsWith("-many"));
  assert.deepEqual(operations(definition).map(ours), expected.map(ours));
  for (const operation of operations(definition)) {
    assert.ok(operation.summary.length <= 80 && operation.description.endsWith("."), operation.operationId);
    for (const parameter of operation.parameters.filter((parameter) => parameter.in !== "body")) {
      assert.ok(parameter["x-ms-summary"] && parameter.description, `${operation.operationId}: ${parameter.name}`);
    }
  }
  for (const [name, { properties = {} }] of Object.entries(definition.definitions)) {
    for (const [field, property] of Object.entries(properties)) {
      assert.ok(property["x-ms-summary"] && property.description, `${name}.${field}`);
    }
  }
});

test("signs in for Microsoft Graph", () => {
  const { token } = json("apiProperties.json").properties.connectionParameters;
  const { identityProvider, customParameters, properties } = token.oAuthSettings;
  assert.equal(identityProvider, "aad");
  assert.equal(customParameters.resourceUri.value, "https://graph.microsoft.com");
  assert.equal(properties.AzureActiveDirectoryResourceId, "https://graph.microsoft.com");
  assert.equal(definition.securityDefinitions.oauth2.type, "oauth2");
});

test("has an icon that the platform takes", () => {
  const icon = read("connectors/power-platform/icon.png");
  assert.equal(icon.toString("latin1", 1, 4), "PNG");
  assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [230, 230]);
  assert.ok(icon.length < 1 << 20);
});

test("the sample flow asks for what the connector has, and keeps the pass out of its history", () => {
  const found = steps(flow.definition.actions);
  assert.deepEqual(
    found.map(([, step]) => called(step)?.operationId),
    ["plan", "reset"],
  );
  for (const [name, step] of found) {
    const { schema } = called(step).parameters.find((parameter) => parameter.in === "body");
    const { properties, required = [] } = definition.definitions[schema.$ref.split("/").at(-1)];
    for (const [field, value] of Object.entries(step.inputs.body)) {
      assert.ok(field in properties, `${name}: ${field}`);
      const choices = properties[field].enum;
      assert.ok(choices === undefined || choices.includes(value), `${name}: ${field}`);
    }
    assert.ok(required.every((field) => field in step.inputs.body), name);
    assert.equal(step.inputs.queries, undefined, name);
  }
  const [, reset] = found.find(([name]) => name === "Reset_it");
  assert.deepEqual(reset.runtimeConfiguration.secureData.properties, ["outputs"]);
  const named = [...found.map(([name]) => name), "What_was_planned"];
  const text = JSON.stringify(flow);
  for (const [, action] of text.matchAll(/body\('([^']+)'\)/gi)) {
    assert.ok(named.includes(action), action);
  }
});

test("the service does what the sample flow sends, and no more than was planned", async () => {
  const user = "adele.vance@contoso.com";
  const tenant = await startTenant();
  const options = { graphUrl: tenant.url };
  const service = await startService({ host: "wasmtime", variables: { ENTRA_MFA_RESET_OPTIONS: JSON.stringify(options) } });
  try {
    const token = await tenant.token();
    const { actions } = flow.definition.actions.May_it_be_done;
    assert.equal(actions.What_was_planned.inputs.from, "@body('Plan_it')['methods']");
    for (const withPass of [false, true]) {
      let plan;
      // What the platform would put in place of its expressions.
      const values = {
        "@triggerBody()['ticket']": "INC0012345",
        "@addMinutes(utcNow(), 10)": new Date(Date.now() + 600_000).toISOString(),
        "@if(coalesce(triggerBody()?['withPass'], false), json('{\"lifetimeInMinutes\":60}'), null)": withPass
          ? { lifetimeInMinutes: 60 }
          : null,
        get "@body('What_was_planned')"() {
          return select(actions.What_was_planned, plan.methods);
        },
      };
      const outcomes = [];
      for (const [, { inputs }] of steps(flow.definition.actions)) {
        const fields = Object.entries(inputs.body).map(([name, value]) => [name, value in values ? values[value] : value]);
        assert.ok(!fields.some(([, value]) => String(value).startsWith("@")), "an expression that is not known here");
        const response = await fetch(service.url + inputs.path.replace(/@\{[^}]*\}/, encodeURIComponent(user)), {
          method: inputs.method.toUpperCase(),
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(Object.fromEntries(fields)),
        });
        const report = await response.json();
        if (report.outcome === "planned") {
          plan = report;
          // While somebody approves, a phone is registered.
          const phones = `${tenant.url}/v1.0/users/${user}/authentication/phoneMethods`;
          const phoneType = withPass ? "mobile" : "office";
          const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
          const added = await fetch(phones, { method: "POST", headers, body: JSON.stringify({ phoneType, phoneNumber: "+1 4255550199" }) });
          assert.equal(added.status, 201, await added.text());
        }
        outcomes.push(report.outcome);
        assert.equal(report.reason, "INC0012345", JSON.stringify(report));
        assert.equal(report.temporaryAccessPass?.pass !== undefined, withPass && report.outcome !== "planned");
      }
      assert.deepEqual(outcomes, ["planned", "complete"]);
    }
    assert.deepEqual((await tenant.kinds(user)).sort(), ["email", "fido2", "phone", "temporaryAccessPass", "windowsHelloForBusiness"]);
    assert.deepEqual((await tenant.state()).violations, []);
  } finally {
    await service.stop();
    await tenant.stop();
  }
});
