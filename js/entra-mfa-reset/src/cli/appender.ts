import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "./usage.js";

interface Waiting {
  line: string;
  resolve(): void;
  reject(error: unknown): void;
}

const BLOCK = 1 << 16;
const NEWLINE = 10;
const OWNER_ONLY = 0o600;

/**
 * A file of lines that only grows, readable by its owner alone. A line counts when it is on disk; what a crash has torn
 * off in the middle of a line is cut away.
 */
export class Appender {
  readonly #file: FileHandle;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: { error: unknown } | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * @param path - The file. It is created where it does not exist.
   * @param beginnings - How its lines begin: any other torn line belongs to somebody else's file.
   */
  static async open(path: string, beginnings: readonly string[]): Promise<Appender> {
    const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, OWNER_ONLY).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${path} cannot be written (${error.code ?? error.name}).`, "Name another file.");
    });
    try {
      const about = await file.stat();
      if (!about.isFile()) {
        throw new UsageError(`${path} is no file.`);
      }
      if (process.platform !== "win32" && (about.mode & 0o077) !== 0) {
        throw new UsageError(`${path} can be read or written by others than its owner.`, `Run chmod 600 ${path}, or name another file.`);
      }
      await cut(file, path, about.size, beginnings);
      await syncFolder(path);
      return new Appender(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Resolves when the line is on disk. Lines that wait together go to disk together. */
  append(value: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: `${JSON.stringify(value)}\n`, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    // Whatever else comes in this turn goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        if (this.#broken !== undefined) {
          throw this.#broken.error;
        }
        await this.#file.appendFile(batch.map(({ line }) => line).join(""));
        await this.#file.datasync();
        batch.forEach(({ resolve }) => resolve());
      } catch (error) {
        // Half a line may be there: nothing may follow it.
        this.#broken = { error };
        batch.forEach(({ reject }) => reject(error));
      }
    }
    this.#writing = undefined;
  }
}

async function cut(file: FileHandle, path: string, size: number, beginnings: readonly string[]): Promise<void> {
  let end = size;
  let torn = Buffer.alloc(0);
  while (end > 0) {
    const length = Math.min(BLOCK, end);
    const block = Buffer.alloc(length);
    await file.read(block, 0, length, end - length);
    const at = block.lastIndexOf(NEWLINE);
    torn = Buffer.concat([block.subarray(at + 1), torn]);
    end -= length - (at + 1);
    if (at >= 0) {
      break;
    }
  }
  if (torn.length === 0) {
    return;
  }
  // A file system that was cut off, too, may leave zeros.
  const text = torn.toString("utf8").replace(/\0+$/, "");
  if (!beginnings.some((beginning) => beginning.startsWith(text) || text.startsWith(beginning))) {
    throw new UsageError(`${path} ends in a line that this command has not written.`, "Name another file.");
  }
  await file.truncate(end);
  await file.sync();
}

/** A new file is there after a crash only when its folder is on disk, too. Windows cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") {
    return;
  }
  const folder = await open(dirname(path), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
