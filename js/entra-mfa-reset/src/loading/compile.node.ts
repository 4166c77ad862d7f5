import { readFile } from "node:fs/promises";

/** Compiles a file of this package; `fetch` opens no files in Node. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(url));
}
