import { readFile } from "node:fs/promises";
import type { Backup, ErrorInfo, Event, Report, ResetRequest, Status } from "../contract.js";
import type { MfaResetClient } from "../client.js";
import { MfaResetError, internal } from "../error.js";
import type { SandboxTenant } from "../sandbox.js";
import { type Arguments, parse } from "./arguments.js";
import { Backups } from "./backups.js";
import { Bulk } from "./bulk.js";
import type { UserCommand } from "./commands.js";
import { completion } from "./completion.js";
import { connect } from "./connect.js";
import { EventFile } from "./event-file.js";
import { help, overview } from "./help.js";
import { LiveLine } from "./live.js";
import { preflight } from "./preflight.js";
import { confirm } from "./prompt.js";
import { Steps } from "./steps.js";
import { EXIT, type Terminal, USUAL_COLUMNS, columnsOf, exitOf, exitOfError, views } from "./terminal.js";
import { paragraphs } from "./text.js";
import { UsageError, codeOf } from "./usage.js";
import * as view from "./view.js";

type Result = { user: string } & ({ ok: Status | Report } | { error: ErrorInfo });

/** Runs the command. Resolves with the exit code. */
export async function main(terminal: Terminal): Promise<number> {
  try {
    const invocation = parse(terminal.argv);
    if ("help" in invocation) {
      // Behind a pager, too, it is read on a terminal.
      terminal.stdout.write(help(invocation.help, columnsOf(terminal, terminal.stdout) ?? USUAL_COLUMNS));
      return EXIT.ok;
    }
    if ("nothing" in invocation) {
      terminal.stderr.write(`entra-mfa-reset: A command is missing.\n\n${overview(columnsOf(terminal, terminal.stderr) ?? USUAL_COLUMNS)}`);
      return EXIT.usage;
    }
    if ("completion" in invocation) {
      terminal.stdout.write(completion(invocation.completion));
      return EXIT.ok;
    }
    if ("version" in invocation) {
      terminal.stdout.write(`${await version()}\n`);
      return EXIT.ok;
    }
    const { run } = invocation;
    const { command } = run;
    if (command === "preflight") {
      return await preflight(run, terminal);
    }
    return await (run.bulk === undefined ? new Session(command, run, terminal).run() : new Bulk(run, run.bulk, terminal).run());
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      const text = `entra-mfa-reset: ${thrown.message}\n${thrown.help}`;
      terminal.stderr.write(`${paragraphs(text, views(terminal).err.columns).join("\n")}\n`);
      return EXIT.usage;
    }
    throw thrown;
  }
}

async function version(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

class Session {
  readonly #command: UserCommand;
  readonly #arguments: Arguments;
  readonly #terminal: Terminal;
  readonly #out: view.View;
  readonly #err: view.View;
  readonly #live: LiveLine;
  readonly #steps: Steps;
  readonly #backups = new Map<string, Backup>();
  #sandbox: SandboxTenant | undefined;
  #events: EventFile | undefined;
  #code: number = EXIT.ok;
  #listed = false;
  #unnoted = false;

  constructor(command: UserCommand, given: Arguments, terminal: Terminal) {
    this.#command = command;
    this.#arguments = given;
    this.#terminal = terminal;
    ({ out: this.#out, err: this.#err } = views(terminal));
    this.#live = new LiveLine(terminal, terminal.stderr);
    this.#steps = new Steps(this.#live, this.#err);
    if (terminal.interrupts !== undefined) {
      terminal.interrupts.say = (text) => this.#say(text);
    }
  }

  async run(): Promise<number> {
    const { command, yes } = this.#arguments;
    const writes = this.#command !== "status" && this.#command !== "plan";
    if (writes && !yes && this.#terminal.stdin.isTTY !== true) {
      throw new UsageError(`${command} asks before it writes, and there is no terminal to ask on.`, "Add --yes if that is meant.");
    }
    await this.#readBackups();
    this.#events = await EventFile.open(this.#arguments.events);
    try {
      await this.#all(writes && !yes);
    } finally {
      await this.#events?.close();
    }
    return this.#code;
  }

  async #all(asks: boolean): Promise<void> {
    const results: Result[] = [];
    const client = await this.#attempt(() => Promise.resolve(this.#client()));
    if ("error" in client) {
      return this.#complain(client.error);
    }
    const users = asks ? await this.#ask(client.ok, results) : this.#arguments.users;
    for (const user of users) {
      if (!(await this.#isNoted())) {
        break;
      }
      await this.#add(results, await this.#one(client.ok, user));
    }
    await this.#isNoted();
    this.#finish(results);
  }

  #say(text: string): void {
    this.#live.print(text);
  }

  /** Whether the audit trail is on disk. Without it nobody else is touched. */
  async #isNoted(): Promise<boolean> {
    try {
      await this.#events?.settled();
      return true;
    } catch (error) {
      if (!this.#unnoted) {
        this.#unnoted = true;
        this.#worsen(EXIT.less);
        this.#say(`The file of --events cannot be written: ${codeOf(error)}. No more users are begun.`);
      }
      return false;
    }
  }

  /** Of each user one: whoever has none, or more, stops all before anything is sent. */
  async #readBackups(): Promise<void> {
    const { backupFile, users } = this.#arguments;
    if (backupFile === undefined) {
      return;
    }
    const file = await Backups.read(backupFile, this.#terminal.stdin, (text) => this.#say(this.#err.style.warn(text)));
    for (const user of users) {
      this.#backups.set(user, file.of(user, users.length === 1));
    }
  }

  #client(): MfaResetClient {
    const { env, signal } = this.#terminal;
    const { client, sandbox } = connect(this.#arguments, env, { signal, onEvent: (event: Event) => this.#progress(event) });
    this.#sandbox = sandbox;
    return client;
  }

  /** Shows what would be done to whom, and asks. Gives the users to go on with; the others' results are pushed. */
  async #ask(client: MfaResetClient, results: Result[]): Promise<string[]> {
    const planned: string[] = [];
    for (const user of this.#arguments.users) {
      const backup = this.#backups.get(user);
      if (backup !== undefined) {
        planned.push(user);
        this.#say(view.backup(user, backup, this.#err));
        continue;
      }
      this.#steps.begin(user);
      const plan = await this.#attempt(() => client.plan(this.#preview(user)));
      if ("error" in plan) {
        await this.#add(results, { user, error: plan.error });
        continue;
      }
      const { outcome, error } = plan.ok;
      if (outcome === "refused" && error !== undefined) {
        this.#worsen(exitOf(plan.ok));
        await this.#add(results, { user, error });
        continue;
      }
      planned.push(user);
      this.#say(view.report(plan.ok, this.#err));
    }
    if (planned.length === 0) {
      return [];
    }
    const who = planned.length === 1 ? planned.join() : `${planned.length} users`;
    const { stdin, stderr, signal } = this.#terminal;
    this.#terminal.interrupts?.enter("asking");
    if (await confirm(`${QUESTIONS[this.#command]} ${who}?`, stdin, stderr, signal)) {
      return planned;
    }
    this.#say("Nothing was changed.");
    this.#worsen(EXIT.less);
    return [];
  }

  /** A plan of what the command is about to do. */
  #preview(user: string): ResetRequest {
    const command = this.#command;
    const { request, pass } = this.#arguments;
    switch (command) {
      case "revoke-sessions":
        return { user, methods: "none", revokeSessions: true };
      case "issue-pass": {
        const { allowPrivileged, reason: _, ...options } = pass;
        const temporaryAccessPass = Object.keys(options).length > 0 ? options : true;
        return { user, methods: "none", temporaryAccessPass, ...(allowPrivileged !== undefined && { allowPrivileged }) };
      }
      default:
        return { user, ...request };
    }
  }

  async #one(client: MfaResetClient, user: string): Promise<Result> {
    const command = this.#command;
    const { request, pass } = this.#arguments;
    const { reason } = request;
    this.#terminal.interrupts?.enter(command === "status" || command === "plan" ? "reading" : "writing");
    this.#steps.begin(user);
    const attempt = await this.#attempt((): Promise<Status | Report> => {
      switch (command) {
        case "status":
          return client.status(user);
        case "plan":
          return client.plan({ user, ...request });
        case "reset":
          return client.reset({ user, ...request });
        case "revoke-sessions":
          return client.revokeSessions(user, reason === undefined ? {} : { reason });
        case "issue-pass":
          return client.issueTemporaryAccessPass(user, pass);
        case "restore":
          return client.restore({ ...request, user, backup: this.#backups.get(user) ?? {} });
      }
    });
    if ("ok" in attempt) {
      this.#worsen(exitOf(attempt.ok));
    }
    return { user, ...attempt };
  }

  async #attempt<T>(work: () => Promise<T>): Promise<{ ok: T } | { error: ErrorInfo }> {
    try {
      return { ok: await work() };
    } catch (thrown) {
      const error = thrown instanceof MfaResetError ? thrown : internal("The command stopped unexpectedly.", thrown);
      this.#worsen(exitOfError(error.code));
      return { error: error.toJSON() };
    }
  }

  #worsen(code: number): void {
    this.#code = Math.max(this.#code, code);
  }

  #progress(step: Event): void {
    this.#events?.add(step);
    this.#steps.add(step);
  }

  /** Tables and lines appear as users finish. */
  async #add(results: Result[], result: Result): Promise<void> {
    results.push(result);
    this.#live.clear();
    const { stdout } = this.#terminal;
    const { output } = this.#arguments;
    if ("error" in result) {
      await this.#complain(result.error, result.user);
    }
    if (output === "ndjson") {
      stdout.write(`${JSON.stringify(document(result))}\n`);
    } else if (output === "table" && "ok" in result) {
      const { ok } = result;
      stdout.write(`${"outcome" in ok ? view.report(ok, this.#out) : view.status(ok, this.#out)}\n`);
    }
  }

  /** One JSON document waits for all. */
  #finish(results: readonly Result[]): void {
    if (this.#arguments.output === "json" && results.length > 0) {
      const documents = results.map(document);
      const whole = this.#arguments.users.length > 1 ? documents : documents[0];
      this.#terminal.stdout.write(`${JSON.stringify(whole, undefined, 2)}\n`);
    }
  }

  async #complain(error: ErrorInfo, user?: string): Promise<void> {
    this.#live.clear();
    this.#say(view.error(error, this.#err, user).join("\n"));
    if (error.code === "userNotFound" && this.#sandbox !== undefined && !this.#listed) {
      this.#listed = true;
      const { users } = await this.#sandbox.state();
      const names = users.map(({ userPrincipalName }) => `  ${userPrincipalName}`);
      this.#say(paragraphs(["The sandbox has these users:", ...names].join("\n"), this.#err.columns).join("\n"));
    }
  }
}

/** The report itself, or who it is about and why there is none. */
function document(result: Result): object {
  return "ok" in result ? result.ok : { user: result.user, error: result.error };
}

const QUESTIONS: Record<UserCommand, string> = {
  status: "Show",
  plan: "Plan",
  reset: "Reset",
  "revoke-sessions": "Revoke the sessions of",
  "issue-pass": "Issue a pass to",
  restore: "Put this back for",
};
