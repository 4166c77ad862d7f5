import type { Shell } from "./flags.js";
import { bash } from "./completion/bash.js";
import { fish } from "./completion/fish.js";
import { powershell } from "./completion/powershell.js";
import { zsh } from "./completion/zsh.js";

const SCRIPTS: Record<Shell, () => string> = { bash, zsh, fish, powershell };

/** What makes a shell complete the command. */
export function completion(shell: Shell): string {
  return SCRIPTS[shell]();
}
