import * as glue from "../wasm/entra_mfa_reset.js";
import { MfaResetError, invalidInput } from "./error.js";
import { compileResponse } from "./loading/fetch.js";
import { type Compile, once } from "./loading/once.js";

/** @internal */
export type { Client as WasmClient, Engine } from "../wasm/entra_mfa_reset.js";

/**
 * The file `entra_mfa_reset_bg.wasm` of this version, in any form: a `WebAssembly.Module`, a `Response`, or its bytes
 * as an `ArrayBuffer` or a view of one. TypeScript's own type of a module is as wide as this one.
 */
export type EngineSource = object;

const FILE = "entra_mfa_reset_bg.wasm";
/** No other file has it. */
const PROOF: keyof glue.InitOutput = "client_new";

const setUp = /* @__PURE__ */ once(glue);
/** What the user gives, and what an entry of this package brings along. */
let provided: Compile | undefined;
let brought: Compile | undefined;

/**
 * Gives the engine to the clients of `entra-mfa-reset/slim`, or another one to those of the other entries. It is loaded
 * when it is first used; what is given after that changes nothing. A function is called then, and called again after a
 * failure.
 *
 * @param source - The engine, a promise of it, or a function that gives either.
 *
 * @throws {@link MfaResetError} with the code `invalidInput` when it is none of these.
 *
 * @example
 * ```ts
 * import { MfaResetClient, provideEngine } from "entra-mfa-reset/slim";
 *
 * provideEngine(() => fetch("/assets/entra_mfa_reset_bg.wasm"));
 * ```
 */
export function provideEngine(
  source: EngineSource | PromiseLike<EngineSource> | (() => EngineSource | PromiseLike<EngineSource>),
): void {
  const given: unknown = source;
  if (typeof given === "function") {
    provided = async () => compile(await (given as () => unknown)());
  } else if (typeof given === "object" && given !== null) {
    // A promise may fail before anybody waits for it. Whoever uses it is told.
    Promise.resolve(given).catch(() => undefined);
    provided = async () => compile(await given);
  } else {
    throw notTheEngine(undefined);
  }
}

/**
 * The client, which comes with this engine from now on. Nothing happens where the client is not used, so an entry may
 * call it as a pure function.
 *
 * @internal
 */
export function withEngine<Client>(client: Client, engine: Compile): Client {
  brought = engine;
  return client;
}

/**
 * The engine.
 *
 * @internal
 */
export async function load(): Promise<typeof glue> {
  const engine = provided ?? brought;
  if (engine === undefined) {
    const help = "Call provideEngine before the first use, or import from entra-mfa-reset, which brings its engine along.";
    throw invalidInput("This client has no engine.", help);
  }
  try {
    return await setUp(engine);
  } catch (cause) {
    throw engine === provided ? notTheEngine(cause) : notLoaded(cause);
  }
}

async function compile(given: unknown): Promise<WebAssembly.Module> {
  const module = await compiled(given);
  // The glue keeps the first module that starts, even one that it cannot use.
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === PROOF)) {
    throw new Error(`this WebAssembly is not ${FILE}: it exports no ${PROOF}`);
  }
  return module;
}

async function compiled(given: unknown): Promise<WebAssembly.Module> {
  if (given instanceof WebAssembly.Module) {
    return given;
  }
  if (given instanceof Response) {
    return compileResponse(given);
  }
  return WebAssembly.compile(given as BufferSource);
}

function notTheEngine(cause: unknown): MfaResetError {
  const message = "What provideEngine was given cannot be used as the engine.";
  const help = `Give it ${FILE} of the same version of this package: a WebAssembly.Module, a Response or the bytes. The error's cause says more.`;
  return new MfaResetError({ code: "invalidInput", message, help, retryable: false }, { cause });
}

function notLoaded(cause: unknown): MfaResetError {
  const message = "The engine's WebAssembly file cannot be loaded.";
  const help = `The error's cause says why. Where ${FILE} is not beside the JavaScript any more, as in a bundle, import from entra-mfa-reset/inline; a Content-Security-Policy has to allow 'wasm-unsafe-eval'.`;
  return new MfaResetError({ code: "internal", message, help, retryable: false }, { cause });
}
