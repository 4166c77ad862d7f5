import type { Event } from "../contract.js";
import { toOcsf } from "../ocsf.js";
import { Appender } from "./appender.js";

export const EVENT_FORMATS = ["json", "ocsf"] as const;

/** Where events go, and in which form. */
export interface EventFileArguments {
  path: string;
  format: (typeof EVENT_FORMATS)[number];
}

const LINES = ['{"at":', '{"activity_id":'];

/** The audit trail on disk: every event as a line, in the order in which they happen. */
export class EventFile {
  readonly #appender: Appender;
  readonly #format: EventFileArguments["format"];
  #written: Promise<void> = Promise.resolve();

  private constructor(appender: Appender, format: EventFileArguments["format"]) {
    this.#appender = appender;
    this.#format = format;
  }

  /** Creates the file, or goes on with it; nothing where none is wanted. */
  static async open(given: EventFileArguments | undefined): Promise<EventFile | undefined> {
    return given && new EventFile(await Appender.open(given.path, LINES), given.format);
  }

  /** Notes an event. Whether that worked, `settled` says. */
  add(event: Event): void {
    const line = this.#format === "ocsf" ? toOcsf(event) : event;
    if (line !== undefined) {
      // Once a line is lost no later one is written either, so the last one speaks for all.
      this.#written = this.#appender.append(line);
      this.#written.catch(() => undefined);
    }
  }

  /** Resolves when everything so far is on disk; rejects when it never will be. */
  settled(): Promise<void> {
    return this.#written;
  }

  close(): Promise<void> {
    return this.#appender.close();
  }
}
