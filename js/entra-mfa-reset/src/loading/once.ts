/**
 * The glue of a WebAssembly file, set up by whoever needs it first. A failure is not kept: the next call tries again.
 *
 * @internal
 */
export function once<Glue extends { initSync(input: { module: WebAssembly.Module }): unknown }>(
  glue: Glue,
  compiled: () => Promise<WebAssembly.Module>,
): () => Promise<Glue> {
  let loaded: Promise<Glue> | undefined;
  return () => {
    loaded ??= compiled().then(
      (module) => {
        glue.initSync({ module });
        return glue;
      },
      (error: unknown) => {
        loaded = undefined;
        throw error;
      },
    );
    return loaded;
  };
}
