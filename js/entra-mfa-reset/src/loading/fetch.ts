/** Compiles a file of this package, where `fetch` reaches it. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  return compileResponse(await fetch(url));
}

/** Compiles what a server answered. */
export async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new Error(`${response.url} answers ${response.status}`);
  }
  // Not compileStreaming: it insists on a content type that many file servers do not send.
  return WebAssembly.compile(await response.arrayBuffer());
}
