// What the native module of aws-lambda-ric does, in JavaScript: it carries answers to the Lambda Runtime API. It is a
// wrapper of curl, compiled when the package is installed; everything else of the client is the real thing.
const Module = require("node:module");
const http = require("node:http");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function post(id, what, body, headers = {}) {
  const path = `/2018-06-01/runtime/invocation/${id}/${what}`;
  http.request({ host, port, path, method: "POST", headers }, (response) => response.resume()).end(body);
}

const native = {
  next: () => Promise.reject(new Error("AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1 is not set")),
  done: (id, body) => post(id, "response", body),
  error: (id, body) => post(id, "error", body),
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "./rapid-client.node" ? native : load(name, ...rest));
