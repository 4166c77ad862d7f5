/** Compiles a file of this package, where `fetch` reaches it. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url.pathname} answers ${response.status}`);
  }
  // Not compileStreaming: it insists on a content type that many file servers do not send.
  return WebAssembly.compile(await response.arrayBuffer());
}
