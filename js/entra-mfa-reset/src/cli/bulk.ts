import { writeFile } from "node:fs/promises";
import type { ResetTarget } from "../client.js";
import type { Event, Intent, Report } from "../contract.js";
import { MfaResetError, internal } from "../error.js";
import { Appender } from "./appender.js";
import type { Arguments, BulkArguments } from "./arguments.js";
import { type Connection, connect } from "./connect.js";
import { EventFile } from "./event-file.js";
import { Journal, withoutPass } from "./journal.js";
import { LiveLine } from "./live.js";
import { Progress } from "./progress.js";
import { confirm } from "./prompt.js";
import { Summary, shown } from "./summary.js";
import { EXIT, type Terminal, exitOf, exitOfError, views } from "./terminal.js";
import { paragraphs } from "./text.js";
import { UsageError, codeOf } from "./usage.js";
import { type Bad, type Entry, users } from "./users.js";
import * as view from "./view.js";

/** Users that are read and counted before the first one is touched. */
const AHEAD = 10_000;
/** Reports that are on their way to disk and to the terminal. */
const SETTLING = 256;
/** What a second Ctrl-C leaves to put things in order. */
const PATIENCE_MILLISECONDS = 3000;
const NAMED = 3;

/** Many users at once: where they come from, what is remembered of them, and where their reports go. */
export class Bulk {
  readonly #arguments: Arguments;
  readonly #bulk: BulkArguments;
  readonly #terminal: Terminal;
  readonly #out: view.View;
  readonly #err: view.View;
  readonly #summary = new Summary();
  readonly #live: LiveLine;
  readonly #progress: Progress;
  readonly #codes = new Set<number>();
  /** No more users are begun. */
  readonly #stop = new AbortController();
  /** The users under way end, too. */
  readonly #abort: AbortSignal;
  /** Who is under way, by the name that was asked for, and by id where the run has said it. */
  readonly #asked = new Map<string, string>();
  readonly #begun = new Map<string, string>();
  readonly #settling = new Set<Promise<void>>();
  #connection: Connection | undefined;
  #events: EventFile | undefined;
  #journal: Journal | undefined;
  #passes: Appender | undefined;
  #backups: Appender | undefined;
  #total: number | undefined;
  #printed = 0;
  /** The exit code of what ended the whole run. */
  #failure: number | undefined;

  constructor(given: Arguments, bulk: BulkArguments, terminal: Terminal) {
    this.#arguments = given;
    this.#bulk = bulk;
    this.#terminal = terminal;
    ({ out: this.#out, err: this.#err } = views(terminal));
    this.#live = new LiveLine(terminal, terminal.stderr);
    this.#progress = new Progress(this.#live, () => ({
      done: this.#summary.users,
      total: this.#total,
      throttled: this.#summary.throttled,
      less: this.#summary.less,
    }));
    const { signal, interrupts } = terminal;
    this.#abort = interrupts?.second ?? new AbortController().signal;
    if (interrupts !== undefined) {
      interrupts.patienceMilliseconds = PATIENCE_MILLISECONDS;
      interrupts.say = (text) => this.#say(text);
    }
    const stop = (): void => {
      this.#stop.abort();
      if (this.#asked.size > 0) {
        this.#say(`Users under way, who are finished first: ${this.#asked.size}`);
      }
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) {
      stop();
    }
  }

  async run(): Promise<number> {
    const { yes, command } = this.#arguments;
    const asks = command === "reset" && !yes;
    if (asks && this.#terminal.stdin.isTTY !== true) {
      throw new UsageError(`${command} asks before it writes, and there is no terminal to ask on.`, "Add --yes if that is meant.");
    }
    try {
      const events = await EventFile.open(this.#arguments.events);
      this.#events = events;
      const onEvent = events && ((event: Event): void => events.add(event));
      this.#connection = connect(this.#arguments, this.#terminal.env, { signal: this.#abort, onEvent });
      const entries = until(this.#entries(this.#connection), this.#stop.signal);
      const { first, ended } = await ahead(entries, Math.min(this.#bulk.maxUsers, AHEAD) + 1);
      if (first.length > this.#bulk.maxUsers) {
        await entries.return();
        throw new UsageError(
          `These are more than ${this.#bulk.maxUsers} users, and at most ${this.#bulk.maxUsers} are allowed. Nothing was changed.`,
          "Raise --max-users if that is meant.",
        );
      }
      this.#total = ended ? first.length : undefined;
      if (!this.#stop.signal.aborted && (!asks || (await this.#ask(first, ended)))) {
        await this.#open();
        await this.#go(this.#connection, chain(first, entries));
      } else {
        this.#say("Nothing was changed.");
        return EXIT.less;
      }
    } catch (thrown) {
      if (thrown instanceof UsageError) {
        throw thrown;
      }
      this.#complain(thrown);
    } finally {
      await this.#close();
    }
    return this.#conclude();
  }

  /** Everybody that arguments, files and groups name, in that order. */
  async *#entries({ client }: Connection): AsyncGenerator<Entry, void> {
    for (const user of this.#arguments.users) {
      yield { target: user };
    }
    const { from, format, groups } = this.#bulk;
    const { stdin } = this.#terminal;
    for (const path of from) {
      yield* users({ from: path, format, stdin, note: (text) => this.#say(text) });
    }
    for (const group of groups) {
      const members = client.groupMembers(group, { signal: this.#stop.signal });
      for (let next = await members.next(); ; next = await members.next()) {
        if (next.done === true) {
          this.#summary.skippedMembers += next.value;
          break;
        }
        yield { target: next.value };
      }
    }
  }

  async #ask(first: readonly Entry[], ended: boolean): Promise<boolean> {
    const names = first.flatMap((entry) => ("target" in entry ? [nameOf(entry.target)] : []));
    const more = names.length - NAMED;
    const who = `${names.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more}${ended ? "" : " or more"} others` : ""}`;
    const { stdin, stderr, signal } = this.#terminal;
    this.#terminal.interrupts?.enter("asking");
    this.#say("A plan shows what that would do: `entra-mfa-reset plan` with the same flags.");
    return confirm(`Reset ${names.length}${ended ? "" : " or more"} ${names.length === 1 ? "user" : "users"} (${who})?`, stdin, stderr, signal);
  }

  async #open(): Promise<void> {
    const { journal, passes, backups } = this.#bulk;
    this.#journal = journal === undefined ? undefined : await Journal.open(journal, { operation: "reset", request: this.#arguments.request });
    this.#passes = passes === undefined ? undefined : await Appender.open(passes, ['{"user":']);
    this.#backups = backups === undefined ? undefined : await Appender.open(backups, ['{"user":']);
  }

  async #go({ client }: Connection, entries: AsyncIterable<Entry>): Promise<void> {
    const { command, request } = this.#arguments;
    const targets = this.#targets(entries);
    const options = { signal: this.#abort, onBegin: (intent: Intent) => this.#begin(intent) };
    const reports = command === "plan" ? client.planMany(targets, request, options) : client.resetMany(targets, request, options);
    this.#terminal.interrupts?.enter(command === "reset" ? "writing" : "reading");
    this.#progress.start();
    try {
      for await (const report of reports) {
        if (report.error?.code === "unauthenticated") {
          // Nobody after this one would fare better.
          this.#stop.abort();
        }
        await this.#settle(report, this.#forget(report));
      }
    } finally {
      await Promise.all(this.#settling);
      await this.#events?.settled().catch((error: unknown) => this.#fail(error));
      await this.#finish();
      this.#progress.stop();
    }
  }

  /** What the run is given: whoever is finished is not, and whoever had begun goes on. */
  async *#targets(entries: AsyncIterable<Entry>): AsyncGenerator<ResetTarget, void> {
    for await (const entry of entries) {
      if (this.#stop.signal.aborted) {
        return;
      }
      if ("bad" in entry) {
        await this.#settle(refused(entry.bad), undefined);
        continue;
      }
      const { target } = entry;
      const name = nameOf(target);
      const earlier = this.#journal?.earlier(name, this.#bulk.retry);
      if (earlier !== undefined && "finished" in earlier) {
        this.#skip(earlier.finished);
        continue;
      }
      this.#asked.set(key(name), name);
      yield earlier === undefined ? target : { ...(typeof target === "string" ? { user: target } : target), planned: earlier.planned };
    }
  }

  #skip(finished: "complete" | "notComplete"): void {
    this.#summary.earlier[finished] += 1;
    this.#codes.add(finished === "complete" ? EXIT.ok : EXIT.less);
    if (this.#total !== undefined) {
      this.#total -= 1;
    }
  }

  async #begin(intent: Intent): Promise<void> {
    this.#begun.set(key(intent.userId), intent.user);
    try {
      await this.#events?.settled();
      await this.#journal?.started(intent);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** The name that was asked for, which the report need not repeat. */
  #forget({ user, error }: Report): string | undefined {
    const keys = [user.id, user.userPrincipalName].filter((name) => name !== undefined).map(key);
    // Who is named twice is still under way as the other one.
    const begun = error?.code === "duplicateUser" ? undefined : keys.map((name) => this.#begun.get(name)).find((name) => name !== undefined);
    const asked = begun ?? keys.map((name) => this.#asked.get(name)).find((name) => name !== undefined);
    if (begun !== undefined) {
      keys.forEach((name) => this.#begun.delete(name));
    }
    if (asked !== undefined) {
      this.#asked.delete(key(asked));
    }
    return asked ?? user.userPrincipalName ?? user.id;
  }

  /** Counts a report at once, and passes it on while others are under way. */
  async #settle(report: Report, asked: string | undefined): Promise<void> {
    this.#summary.add(report);
    this.#codes.add(exitOf(report));
    const work = this.#pass(report, asked)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#settling.delete(work));
    this.#settling.add(work);
    if (this.#settling.size >= SETTLING) {
      await Promise.race(this.#settling);
    }
  }

  /** Secrets are on disk before the journal says that the user is finished. */
  async #pass(report: Report, asked: string | undefined): Promise<void> {
    const { user, temporaryAccessPass, backup, outcome } = report;
    const who = { user: user.id ?? asked, ...(user.userPrincipalName !== undefined && { userPrincipalName: user.userPrincipalName }) };
    const { pass, startDateTime, lifetimeInMinutes, isUsableOnce } = temporaryAccessPass ?? {};
    const hasPass = pass !== undefined;
    await Promise.all([hasPass && this.#passes?.append({ ...who, pass, startDateTime, lifetimeInMinutes, isUsableOnce }), backup !== undefined && this.#backups?.append({ ...who, backup })]);
    const isPrinted = await this.#print(report);
    // A pass that nobody got is issued again, and who was cut off, by a second Ctrl-C or with the token, is done again.
    const isLost = hasPass && this.#passes === undefined && !isPrinted;
    const isCutOff = outcome !== "complete" && (this.#abort.aborted || report.error?.code === "unauthenticated");
    if (asked !== undefined && !isLost && !isCutOff) {
      await this.#journal?.finished(report, asked);
    }
  }

  /** Whether somebody has it. */
  #print(report: Report): Promise<boolean> {
    const { backup, temporaryAccessPass, ...rest } = report;
    const seen: Report = {
      ...rest,
      ...(temporaryAccessPass !== undefined && { temporaryAccessPass: this.#passes === undefined ? temporaryAccessPass : withoutPass(temporaryAccessPass) }),
      ...(backup !== undefined && this.#backups === undefined && { backup }),
    };
    switch (this.#arguments.output) {
      case "table":
        return this.#write(`${view.brief(seen, this.#out)}\n`);
      case "ndjson":
        return this.#write(`${JSON.stringify(seen)}\n`);
      case "json":
        this.#printed += 1;
        return this.#write(`${this.#printed === 1 ? "[" : ","}${JSON.stringify(seen)}\n`);
    }
  }

  async #finish(): Promise<void> {
    if (this.#arguments.output === "json") {
      await this.#write(this.#printed === 0 ? "[]\n" : "]\n");
    }
  }

  #write(text: string): Promise<boolean> {
    const { stdout } = this.#terminal;
    const write = (): Promise<boolean> =>
      new Promise((resolve) => {
        stdout.write(text, (error) => resolve(error === undefined || error === null));
      });
    return stdout.isTTY === true ? this.#live.around(write) : write();
  }

  #say(text: string): void {
    this.#live.print(paragraphs(text, this.#err.columns).join("\n"));
  }

  /** A file that cannot be written ends the run: what it does from then on could not be remembered. */
  #fail(error: unknown): void {
    this.#stop.abort();
    if (this.#failure === undefined) {
      this.#failure = EXIT.less;
      this.#say(`A file cannot be written: ${codeOf(error)}. No more users are begun.`);
    }
  }

  /** What ended the whole run. */
  #complain(thrown: unknown): void {
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    if (cause instanceof UsageError) {
      this.#failure = EXIT.usage;
      this.#say(`${cause.message}\n${cause.help}`);
      return;
    }
    const error = thrown instanceof MfaResetError ? thrown : internal("The command stopped unexpectedly.", thrown);
    if (error.code === "cancelled" && this.#stop.signal.aborted) {
      return;
    }
    this.#failure = exitOfError(error.code);
    this.#say(view.error(error.toJSON(), this.#err).join("\n"));
  }

  async #close(): Promise<void> {
    if (this.#bulk.from.includes("-")) {
      this.#terminal.stdin.destroy();
    }
    await Promise.all([this.#passes?.close(), this.#backups?.close(), this.#journal?.close(), this.#events?.close()]);
  }

  async #conclude(): Promise<number> {
    const isStopped = this.#stop.signal.aborted || this.#failure !== undefined;
    const { journal, retry, from, summary } = this.#bulk;
    const again = !isStopped && !retry && this.#summary.less + this.#summary.earlier.notComplete > 0;
    const resume = journal !== undefined && (isStopped || again) ? command(this.#terminal.argv, again) : undefined;
    const totals = this.#summary.totals(this.#connection?.httpRequests() ?? 0, isStopped, resume);
    this.#say(shown(totals).join("\n"));
    if (resume !== undefined) {
      const input = from.includes("-") ? " (with the same standard input)" : "";
      // In one piece, however narrow the terminal is, so that it can be copied.
      this.#live.print(`${again ? "To try those again that are not complete" : "To go on"}${input}: ${resume}`);
    } else if (isStopped && this.#arguments.command === "reset") {
      this.#say("There is no journal to go on from: a restart begins with every user again, whatever they have registered since.");
    }
    if (summary !== undefined) {
      await writeFile(summary, `${JSON.stringify(totals)}\n`);
    }
    if (this.#abort.aborted) {
      return EXIT.ended;
    }
    if (this.#failure !== undefined) {
      return this.#failure;
    }
    const [code = EXIT.ok, ...others] = this.#codes;
    return others.length > 0 || (isStopped && code === EXIT.ok) ? EXIT.less : code;
  }
}

/** A report for what is no user, so that whoever reads the reports misses nothing. */
function refused({ where, message, help }: Bad): Report {
  const now = new Date().toISOString();
  return {
    user: {},
    outcome: "refused",
    methods: [],
    residuals: [],
    error: { code: "invalidInput", message: `${where}: ${message}`, help, retryable: false },
    graph: { httpRequests: 0, calls: 0, throttled: 0, retried: 0, clientRequestIds: [] },
    startedAt: now,
    finishedAt: now,
  };
}

async function ahead(entries: AsyncGenerator<Entry, void>, most: number): Promise<{ first: Entry[]; ended: boolean }> {
  const first: Entry[] = [];
  while (first.length < most) {
    const next = await entries.next();
    if (next.done === true) {
      return { first, ended: true };
    }
    first.push(next.value);
  }
  return { first, ended: false };
}

async function* chain<T>(first: readonly T[], rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  yield* first;
  yield* rest;
}

/** A source that ends when the signal fires, even while it waits. */
async function* until<T>(source: AsyncGenerator<T, void>, signal: AbortSignal): AsyncGenerator<T, void> {
  let stop = (): void => undefined;
  const onAbort = (): void => stop();
  signal.addEventListener("abort", onAbort);
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<T, void> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        source.next().then(resolve, reject);
      });
      if (next === undefined || next.done === true) {
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // It may still wait for its next user, and nobody waits for that.
    void source.return().catch(() => undefined);
  }
}

function nameOf(target: ResetTarget): string {
  return typeof target === "string" ? target : target.user;
}

function key(user: string): string {
  return user.trim().toLowerCase();
}

/** The command that was given, as a shell takes it. */
function command(argv: readonly string[], again: boolean): string {
  const quoted = argv.map((argument) => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`));
  return ["entra-mfa-reset", ...quoted, ...(again ? ["--retry"] : [])].join(" ");
}
