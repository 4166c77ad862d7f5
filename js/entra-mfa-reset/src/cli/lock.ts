import { readFileSync } from "node:fs";
import { open, readFile, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { UsageError } from "./usage.js";

/** Who holds a lock. */
interface Holder {
  pid: number;
  host: string;
  /** When the process began, where the system says so: process ids are used again. */
  began?: string;
}

/** A lock that is being written is younger. */
const WRITTEN_MILLISECONDS = 10_000;

/** By this process. */
const held = new Set<string>();

/**
 * A file that only one process at a time has. A process that was killed leaves it behind, and the next one takes it
 * over, on the same machine.
 */
export class Lock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * @param path - The lock's own file.
   * @param what - What it guards, for people.
   */
  static async take(path: string, what: string): Promise<Lock> {
    if (held.has(path)) {
      throw inUse(path, what, "unreadable");
    }
    held.add(path);
    try {
      while (!(await create(path))) {
        const holder = await read(path);
        if (holder === "unreadable" || (holder !== "gone" && isAlive(holder))) {
          throw inUse(path, what, holder);
        }
        if (holder !== "gone") {
          await remove(path, what, holder);
        }
      }
      return new Lock(path);
    } catch (error) {
      held.delete(path);
      throw error;
    }
  }

  async release(): Promise<void> {
    held.delete(this.#path);
    await unlinkIfThere(this.#path);
  }
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      const began = beginning(process.pid);
      const holder: Holder = { pid: process.pid, host: hostname(), ...(began !== undefined && { began }) };
      await file.writeFile(JSON.stringify(holder));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) {
      return false;
    }
    throw error;
  }
}

/** Removes what a dead process left. Of several that try, one does; the others see that it is gone. */
async function remove(path: string, what: string, dead: Holder): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await create(guard))) {
    const holder = await read(guard);
    if (holder === "unreadable" || (holder !== "gone" && isAlive(holder))) {
      throw inUse(path, what, holder);
    }
    // Whoever was removing it has died over it.
    await unlinkIfThere(guard);
    return;
  }
  try {
    const now = await read(path);
    if (typeof now === "object" && JSON.stringify(now) === JSON.stringify(dead)) {
      await unlinkIfThere(path);
    }
  } finally {
    await unlinkIfThere(guard);
  }
}

async function read(path: string): Promise<Holder | "gone" | "unreadable"> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    try {
      return JSON.parse(text) as Holder;
    } catch {
      // A process that was killed while it wrote.
      return Date.now() - mtimeMs > WRITTEN_MILLISECONDS ? { pid: 0, host: hostname() } : "unreadable";
    }
  } catch (error) {
    if (isCode(error, "ENOENT")) {
      return "gone";
    }
    throw error;
  }
}

function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) {
    // Nobody can look from here.
    return true;
  }
  // In a container that starts again, a dead process's id may be this one's.
  if (pid === process.pid || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) {
      return false;
    }
  }
  return began === undefined || began === (beginning(pid) ?? began);
}

/** The start time that Linux has for a process, in ticks since the machine started, and that start. */
function beginning(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return ticks === undefined ? undefined : `${boot} ${ticks}`;
  } catch {
    return undefined;
  }
}

function inUse(path: string, what: string, holder: Holder | "unreadable"): UsageError {
  const who = holder === "unreadable" ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new UsageError(`${what} is in use by ${who}.`, `Wait until it has ended. If it is not running any more, delete ${path}.`);
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) {
      throw error;
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
