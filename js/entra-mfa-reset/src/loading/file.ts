import { readFileSync } from "node:fs";

/** Compiles a file of this package, where files can be read. It compiles already when this returns. */
export function compile(url: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(url));
}
