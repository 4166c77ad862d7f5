import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bare } from "../../../tests/support/program.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));

/** The function app in a worker of its own, with these settings. */
export async function startApp(settings) {
  const child = fork(WORKER, { cwd: ROOT, env: { ...bare(), ...settings }, execArgv: [], serialization: "advanced" });
  const [{ ready, refused }] = await once(child, "message");
  if (refused !== undefined) {
    child.kill();
    await once(child, "exit");
    throw new Error(refused);
  }
  return new App(child, ready);
}

class App {
  #child;
  #functions;
  #serial = 0;

  constructor(child, functions) {
    this.#child = child.setMaxListeners(50);
    this.#functions = functions;
  }

  /** What a host does for one request. */
  async post(body, headers = {}) {
    const http = { method: "POST", url: "https://contoso.azurewebsites.net/api/mfa-reset", headers, params: {}, query: {} };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const data = { http: { ...http, body: { string: text } } };
    const { response, thrown, ...rest } = await this.#invoke("reset", data, {});
    if (thrown !== undefined) {
      throw new Error(thrown);
    }
    const { statusCode, headers: given, body: answer } = response.returnValue.http;
    return { ...rest, status: Number(statusCode), headers: given, body: JSON.parse(textOf(answer)) };
  }

  /** What a host does for one message: what the function gives to other queues, by name, or what it throws. */
  async message(name, content, { insertionTime = new Date(), dequeueCount = 1 } = {}) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const triggerMetadata = {
      DequeueCount: { json: `${dequeueCount}` },
      Id: { string: "6a6ad5b2-8b2c-4b8f-8b59-1c2f4c2f6a10" },
      InsertionTime: { json: JSON.stringify(insertionTime) },
    };
    const { response, ...rest } = await this.#invoke(name, { string: text }, triggerMetadata);
    const bindings = this.bindings(name);
    const outputs = (response?.outputData ?? []).map((output) => [bindings[output.name].queueName, JSON.parse(textOf(output.data))]);
    return { ...rest, outputs: Object.fromEntries(outputs) };
  }

  /** What a function has told the host of its triggers and outputs, by name. */
  bindings(name) {
    return this.#functions.find((known) => known.name === name).bindings;
  }

  async stop() {
    this.#child.kill();
    await once(this.#child, "exit");
  }

  async #invoke(name, data, triggerMetadata) {
    const id = `${++this.#serial}`;
    const [trigger] = Object.entries(this.bindings(name)).find(([, { type }]) => /Trigger$/i.test(type));
    const request = { invocationId: id, inputData: [{ name: trigger, data }], triggerMetadata };
    return new Promise((resolve, reject) => {
      const answered = (answer) => {
        if (answer.id === id) {
          this.#child.off("message", answered).off("exit", died);
          resolve(answer);
        }
      };
      const died = () => reject(new Error("the worker ended"));
      this.#child.on("message", answered).once("exit", died).send({ id, name, request });
    });
  }
}

/** Text, however the library has put it. */
function textOf(data) {
  const text = data.string ?? data.json ?? (data.bytes && Buffer.from(data.bytes).toString("utf8"));
  if (text === undefined) {
    throw new Error(`no text: ${JSON.stringify(data)}`);
  }
  return text;
}
