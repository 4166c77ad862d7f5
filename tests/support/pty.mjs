// A program on a terminal of its own, which a test can read and type on.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { bare } from "./program.mjs";

const PATIENCE_MILLISECONDS = 20_000;
const WIDE = /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}/u;
/** What a terminal obeys, or shows. */
const PIECES = /\u001b\[([\d;?]*)([A-Za-z])|\r|\n|[^\u001b\r\n]+|\u001b/g;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Why there is no terminal here, if so. It is made by the program script, of util-linux or of BSD. */
export function withoutTerminal() {
  const found = process.platform === "linux" ? spawnSync("script", ["--version"]).status === 0 : process.platform === "darwin";
  return found ? undefined : "there is no program script, which makes terminals";
}

/**
 * Starts a program on a new terminal. `until(pattern)` resolves once the terminal has shown it, `type` types, and `done`
 * resolves with the exit code and all of the output as it was written.
 */
export function onTerminal(context, program, line, { columns = 80, env = {}, cwd } = {}) {
  const quoted = [program, ...line].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const command = `stty cols ${columns} rows 200 && exec ${quoted}`;
  const args = process.platform === "linux" ? ["-qec", command, "/dev/null"] : ["-q", "/dev/null", "/bin/sh", "-c", command];
  const child = spawn("script", args, { env: { ...bare(), SHELL: "/bin/sh", TERM: "xterm-256color", ...env }, cwd, stdio: ["pipe", "pipe", "inherit"] });
  context.after(() => child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const done = once(child, "close").then(([code]) => ({ code, output }));
  const until = async (pattern) => {
    const end = Date.now() + PATIENCE_MILLISECONDS;
    while (!pattern.test(output)) {
      if (Date.now() > end) {
        throw new Error(`the terminal never showed ${pattern}, but: ${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { type: (text) => void child.stdin.write(text), until, done };
}

/** What stands on the terminal in the end: its lines, and which of them ran over its edge. */
export function screen(output, columns) {
  const lines = [[]];
  const over = [];
  let at = 0;
  for (const [piece, , command] of output.matchAll(PIECES)) {
    const line = lines.at(-1);
    if (piece === "\r") {
      at = 0;
    } else if (piece === "\n") {
      lines.push([]);
    } else if (command === "K") {
      line.length = at;
    } else if (command === undefined) {
      for (const { segment } of graphemes.segment(piece)) {
        line[at] = segment;
        at += 1;
        if (WIDE.test(segment)) {
          line[at] = "";
          at += 1;
        }
      }
      if (at > columns) {
        over.push(line.join(""));
      }
    }
  }
  return { lines: lines.map((line) => Array.from(line, (cell) => cell ?? " ").join("").trimEnd()), over };
}
