// What a user writes, with the credential and the calls that a test asks for. Its last line says what came of it.
import * as identity from "@azure/identity";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";

const { credential, given = [], calls, options = {}, pauseSeconds = 0, cancelAfter } = JSON.parse(process.argv[2]);
const stop = new AbortController();
const client = new MfaResetClient(new identity[credential](...given), { ...options, signal: stop.signal });
if (cancelAfter !== undefined) {
  process.stdin.once("data", () => stop.abort(new Error(cancelAfter)));
}

const answers = [];
for (const [place, [method, input]] of calls.entries()) {
  if (place > 0) {
    await new Promise((resolve) => setTimeout(resolve, pauseSeconds * 1000));
  }
  answers.push(await client[method](input).then(({ outcome = "shown" }) => ({ outcome }), failure));
}
process.stdin.destroy();
console.log(JSON.stringify(answers));

function failure(error) {
  const { cause } = error;
  return {
    isOurs: error instanceof MfaResetError,
    ...error.toJSON(),
    cause: cause && { name: cause.name, message: cause.message, each: cause.errors?.map(({ name }) => name) },
  };
}
