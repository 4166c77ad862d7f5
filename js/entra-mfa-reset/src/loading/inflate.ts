/** Compiles a file of this package that travels inside the JavaScript: deflated, as base64. */
export async function compile(base64: string): Promise<WebAssembly.Module> {
  // Loops, since each of the shorter ways costs tens of milliseconds at the first use.
  const text = atob(base64);
  const deflated = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    deflated[at] = text.charCodeAt(at);
  }
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const writer = writable.getWriter();
  // What goes wrong here, the reader is told, too.
  Promise.all([writer.write(deflated), writer.close()]).catch(() => undefined);
  const chunks: BlobPart[] = [];
  const reader = readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
  }
  return WebAssembly.compile(await new Blob(chunks).arrayBuffer());
}
