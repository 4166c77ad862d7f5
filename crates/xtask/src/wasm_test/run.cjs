// Runs one test program, whose bindings lie beside this file. A test is an export whose name begins with __wbgt_; the
// harness in the program wants these two globals. Prints the number of tests in its last line.
const bindings = require("./tests.js");

globalThis.__wbg_test_invoke = (test) => test();
globalThis.__wbgtest_og_console_log = console.log;

async function main() {
  const tests = Object.keys(bindings.__wasm).filter((name) => name.startsWith("__wbgt_"));
  // Without a test, the program has no harness either.
  if (tests.length > 0) {
    const harness = new bindings.WasmBindgenTestContext(false);
    harness.include_ignored(false);
    harness.filtered_count(0);
    if (!(await harness.run(tests.map((name) => bindings.__wasm[name])))) {
      process.exitCode = 1;
    }
  }
  console.log(tests.length);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
