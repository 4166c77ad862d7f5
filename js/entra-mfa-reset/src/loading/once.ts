/**
 * Gives the compiled WebAssembly.
 *
 * @internal
 */
export type Compile = () => Promise<WebAssembly.Module>;

/**
 * The glue of a WebAssembly file, set up by whoever needs it first. A failure is not kept: the next call tries again.
 *
 * @internal
 */
export function once<Glue extends { initSync(input: { module: WebAssembly.Module }): unknown }>(
  glue: Glue,
): (compile: Compile) => Promise<Glue> {
  let loaded: Promise<Glue> | undefined;
  const load = async (compile: Compile): Promise<Glue> => {
    glue.initSync({ module: await compile() });
    return glue;
  };
  return (compile) => {
    loaded ??= load(compile).catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}
