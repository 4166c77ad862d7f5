/** Compiles a file of this package that travels inside the JavaScript: deflated, as base64. */
export async function compile(base64: string): Promise<WebAssembly.Module> {
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const bytes = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return WebAssembly.compile(await new Response(bytes).arrayBuffer());
}
