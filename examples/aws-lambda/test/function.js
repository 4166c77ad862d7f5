import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { bare } from "../../../tests/support/program.mjs";
import { runtime } from "../../../tests/support/runtimes.mjs";

const TASK = fileURLToPath(new URL("../dist", import.meta.url));
const NATIVE = fileURLToPath(new URL("native.cjs", import.meta.url));
const CLIENT = fileURLToPath(import.meta.resolve("aws-lambda-ric"));

/** The function in AWS's runtime interface client, on Node 24 as Lambda has it, with a Runtime API of our own. */
export async function startFunction(settings) {
  const waiting = [];
  const invocations = [];
  const answers = new Map();
  let started;
  const ready = new Promise((resolve, reject) => (started = { resolve, reject }));

  const give = () => {
    while (waiting.length > 0 && invocations.length > 0) {
      const { id, event, milliseconds } = invocations.shift();
      const deadline = Date.now() + milliseconds;
      const headers = {
        "lambda-runtime-aws-request-id": id,
        "lambda-runtime-deadline-ms": `${deadline}`,
        "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-central-1:123456789012:function:mfa-reset",
        "content-type": "application/json",
      };
      waiting.shift().writeHead(200, headers).end(JSON.stringify(event));
    }
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const text of request.setEncoding("utf8")) {
      body += text;
    }
    if (request.url.endsWith("/invocation/next")) {
      started.resolve();
      waiting.push(response);
      return give();
    }
    response.writeHead(202, { "content-type": "application/json" }).end("{}");
    const [, id, what] = /invocation\/([^/]+)\/(response|error)$/.exec(request.url) ?? [];
    if (id === undefined) {
      return started.reject(new Error(body));
    }
    answers.get(id)({ [what === "error" ? "error" : "result"]: JSON.parse(body) });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const env = {
    ...bare(),
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
    AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: "true",
    AWS_LAMBDA_FUNCTION_NAME: "mfa-reset",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/mfa-reset",
    AWS_LAMBDA_LOG_STREAM_NAME: "test",
    LAMBDA_TASK_ROOT: TASK,
    _HANDLER: "index.handler",
    ...settings,
  };
  const child = spawn(runtime("node24").path, ["--require", NATIVE, CLIENT], { cwd: TASK, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (log += text));
  }
  child.once("exit", (code) => started.reject(new Error(`it ended with ${code}: ${log}`)));
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    if (child.exitCode === null && child.kill()) {
      await once(child, "exit");
    }
  };
  await ready.catch(async (error) => {
    await stop();
    throw error;
  });
  let serial = 0;
  return {
    /** What Lambda gives to whoever invokes it: `{ result }` or `{ error }`, and what was logged meanwhile. */
    async invoke(event, milliseconds = 180_000) {
      const id = `invocation-${++serial}`;
      const from = log.length;
      const answer = new Promise((resolve) => answers.set(id, resolve));
      invocations.push({ id, event, milliseconds });
      give();
      return { ...(await answer), log: log.slice(from) };
    },
    stop,
  };
}
