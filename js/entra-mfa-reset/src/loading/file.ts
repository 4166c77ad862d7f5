import { readFile } from "node:fs/promises";

/** Compiles a file of this package, where files can be read. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(url));
}
