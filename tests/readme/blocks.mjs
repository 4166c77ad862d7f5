// The blocks of code in what is written for users.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Every page that a user reads. */
function pages() {
  const folders = [["docs", ""], ["js", "README.md"], ["examples", "README.md"]];
  const found = folders.flatMap(([folder, name]) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      const page = name === "" ? `${folder}/${entry.name}` : `${folder}/${entry.name}/${name}`;
      return (entry.isDirectory() || name === "") && page.endsWith(".md") ? [page] : [];
    }),
  );
  return ["README.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...found];
}

/** All blocks, with the page, the line, the language and the text. */
export function blocks() {
  return pages().flatMap((page) => {
    let text;
    try {
      text = readFileSync(join(ROOT, page), "utf8");
    } catch (error) {
      // A folder need not have a page.
      if (error.code === "ENOENT") return [];
      throw error;
    }
    return [...text.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map(({ 1: indent, 2: language, 3: code, index }) => ({
      page,
      line: text.slice(0, index).split("\n").length,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }));
  });
}
