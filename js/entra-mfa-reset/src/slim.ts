/**
 * The same as `entra-mfa-reset`, without an engine: whoever uses it gives one.
 *
 * @packageDocumentation
 */

export * from "./index.js";
export { type EngineSource, provideEngine } from "./engine.js";
