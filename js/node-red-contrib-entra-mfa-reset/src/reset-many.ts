import type { MfaResetClient, Outcome, Report, ResetRequest } from "entra-mfa-reset";
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from "node-red";
import { type Failure, failure, invalidInput } from "./failure.js";
import { Feed } from "./feed.js";
import { Light } from "./light.js";
import { type RequestConfig, type Target, evaluate, reasonOf, settingsOf, targetOf } from "./request.js";
import { Runs } from "./runs.js";
import { type TenantNode, tenantOf } from "./tenant.js";

interface ResetManyConfig extends NodeDef, RequestConfig {
  tenant: string;
  action: "reset" | "plan";
}

type Done = (error?: Error) => void;

/** A message of its own for one user, until that user's report is out. */
interface Waiting {
  msg: NodeMessageInFlow;
  done: Done;
}

/** One run, from its first user to its summary. */
interface Run {
  users: Iterable<Target> | AsyncIterable<Target>;
  request: Omit<ResetRequest, "user">;
  /** What the report of this user is sent in. */
  take(report: Report): Waiting | undefined;
  /** What the summary is sent in. */
  last(): NodeMessageInFlow;
  /** Ends every message that is still waiting. */
  end(error?: Failure): void;
  /** How many users were given, but have no report. */
  notBegun(reports: number): number;
}

/** Users that come one by one, until a message says that they are complete. */
class Stream implements Run {
  readonly users = new Feed<Target>();
  readonly request: Omit<ResetRequest, "user">;
  readonly #waiting = new Map<string, Waiting[]>();
  #broken: Failure | undefined;
  #last: NodeMessageInFlow = { _msgid: "" };
  #given = 0;
  #messages = 0;

  constructor(request: Omit<ResetRequest, "user">) {
    this.request = request;
  }

  get given(): number {
    return this.#given;
  }

  /** Why it was over before its last message. */
  get broken(): Failure | undefined {
    return this.#broken;
  }

  push(target: Target, message: Waiting): void {
    const name = target.user.toLowerCase();
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), message]);
    this.#given += 1;
    this.users.push(target);
  }

  /** Notes a message, and closes the stream with its last one. */
  note(msg: NodeMessageInFlow): boolean {
    this.#last = msg;
    this.#messages += 1;
    const { complete, parts } = msg;
    const isLast = Boolean(complete) || (parts?.count !== undefined && this.#messages >= parts.count);
    if (isLast) {
      this.users.close();
    }
    return isLast;
  }

  take({ user, error }: Report): Waiting | undefined {
    for (const name of [user.userPrincipalName, user.id]) {
      const messages = name === undefined ? undefined : this.#waiting.get(name.toLowerCase());
      // Who is named twice is done for the first message, and told of in the second, which is the sooner of the two.
      const found = error?.code === "duplicateUser" ? messages?.pop() : messages?.shift();
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }

  last(): NodeMessageInFlow {
    return this.#last;
  }

  end(error?: Failure): void {
    this.#broken = error;
    for (const { done } of [...this.#waiting.values()].flat()) {
      done(error);
    }
    this.#waiting.clear();
  }

  notBegun(reports: number): number {
    return this.#given - reports;
  }
}

/** Users that come in one message. */
class Batch implements Run {
  readonly users: Target[];
  readonly request: Omit<ResetRequest, "user">;
  readonly #message: Waiting;
  readonly #id: string;
  #index = 0;

  constructor(request: Omit<ResetRequest, "user">, users: Target[], message: Waiting, id: string) {
    this.request = request;
    this.users = users;
    this.#message = message;
    this.#id = id;
  }

  take(): Waiting {
    const { msg } = this.#message;
    const parts = { id: this.#id, type: "array", len: 1, count: this.users.length, index: this.#index };
    this.#index += 1;
    // As Node-RED's Split does it, so that a Join puts the reports together and keeps what was there before.
    const before = msg.parts === undefined ? {} : { parts: msg.parts };
    return { msg: { ...msg, parts: { ...parts, ...before } }, done: () => undefined };
  }

  last(): NodeMessageInFlow {
    return this.#message.msg;
  }

  end(error?: Failure): void {
    this.#message.done(error);
  }

  notBegun(reports: number): number {
    return this.users.length - reports;
  }
}

/** Many users: a message with a list, or a message for each user. One message goes out for each report. */
export function registerResetMany(RED: NodeAPI): void {
  function ResetMany(this: Node, config: ResetManyConfig): void {
    RED.nodes.createNode(this, config);
    let isSandbox = false;
    const light = new Light(RED, this, () => isSandbox);
    const runs = new Runs(this, () => light.clear());
    const streams = new Map<string, Stream>();

    const play = async (tenant: TenantNode, run: Run, signal: AbortSignal): Promise<void> => {
      const outcomes: Partial<Record<Outcome, number>> = {};
      let reports = 0;
      let error: Failure | undefined;
      const simulation = isSandbox && { simulation: true };
      try {
        light.counting(0, 0);
        for await (const report of many(config, await tenant.client(), run, signal)) {
          reports += 1;
          outcomes[report.outcome] = (outcomes[report.outcome] ?? 0) + 1;
          light.counting(reports, reports - (outcomes.complete ?? 0) - (outcomes.planned ?? 0));
          if (runs.isClosing) {
            const user = report.user.userPrincipalName ?? report.user.id ?? "";
            this.warn(RED._("entra-mfa-reset.closed.report", { user, outcome: report.outcome }));
          }
          const { msg, done } = run.take(report) ?? { msg: run.last(), done: () => undefined };
          // Reports come in the order in which users finish, so that none of them is the last of the messages.
          const { complete: _, ...rest } = RED.util.cloneMessage(msg);
          this.send([{ ...rest, payload: report, ...simulation }, null]);
          done();
        }
      } catch (thrown) {
        error = failure(thrown);
      }
      const notBegun = run.notBegun(reports);
      const summary = { users: reports, outcomes, notBegun, ...(error && { error: { code: error.code, message: error.message } }) };
      if (error === undefined) {
        light.endedMany(outcomes);
      } else {
        light.failed(error.code);
      }
      if (runs.isClosing) {
        this.warn(RED._("entra-mfa-reset.closed.many", { reports, notBegun }));
      }
      const { parts: _, complete: __, ...rest } = RED.util.cloneMessage(run.last());
      this.send([null, { ...rest, payload: summary, ...simulation }]);
      run.end(error);
    };

    const begin = async (msg: NodeMessageInFlow, done: Done, signal: AbortSignal): Promise<void> => {
      const tenant = tenantOf(RED, config.tenant);
      isSandbox = tenant.isSandbox;
      const most = tenant.maxUsers();
      const request = settingsOf(config);
      let problem: unknown;
      const remember = (thrown: unknown): undefined => {
        problem = thrown;
      };
      const value = await evaluate(RED, this, config.user, config.userType, msg).catch(remember);
      if (Array.isArray(value)) {
        if (value.length > most) {
          throw tooMany(most, `The message has ${value.length} users`);
        }
        const users = value.map((each) => targetOf(each, config));
        const reason = await reasonOf(RED, this, config, msg);
        await play(tenant, new Batch({ ...request, ...reason }, users, { msg, done }, RED.util.generateId()), signal);
        return;
      }
      let target: Target | undefined;
      const isEndAlone = Boolean(msg["complete"]) && (value === undefined || value === null || value === "");
      if (problem === undefined && !isEndAlone) {
        const reason = await reasonOf(RED, this, config, msg).catch(remember);
        try {
          target = { ...reason, ...targetOf(value, config) };
        } catch (thrown) {
          problem ??= thrown;
        }
      }
      const id = msg.parts?.id ?? "";
      const known = streams.get(id);
      // Of a sequence it counts all the same, or the sequence would never end.
      if (problem !== undefined && known === undefined && msg.parts === undefined) {
        throw problem;
      }
      const stream = known ?? new Stream(request);
      streams.set(id, stream);
      const forget = (): void => {
        if (streams.get(id) === stream) {
          streams.delete(id);
        }
      };
      problem ??= stream.broken;
      const isFull = stream.given >= most;
      if (problem === undefined && target !== undefined && !isFull) {
        stream.push(target, { msg, done });
      }
      if (stream.note(msg)) {
        forget();
      }
      if (known === undefined) {
        runs.start(async (ending) => {
          await play(tenant, stream, ending);
          // The rest of a sequence meets the same end: as a run of its own it would wait for those that came before.
          if (stream.broken === undefined || msg.parts?.count === undefined) {
            forget();
          }
        });
      }
      if (problem !== undefined) {
        throw problem;
      }
      if (target === undefined) {
        done();
      } else if (isFull) {
        throw tooMany(most, `This run has ${stream.given} users already`);
      }
    };

    this.on("input", (msg, _send, done) => {
      runs.start(async (signal) => {
        try {
          await begin(msg, done, signal);
        } catch (thrown) {
          const error = failure(thrown);
          light.failed(error.code);
          done(error);
        }
      });
    });
  }
  RED.nodes.registerType("entra-mfa-reset-many", ResetMany);
}

function many(config: ResetManyConfig, client: MfaResetClient, { users, request }: Run, signal: AbortSignal): AsyncGenerator<Report, void> {
  // What a message says of one user counts before what the node says of all.
  return config.action === "plan" ? client.planMany(users, request, { signal }) : client.resetMany(users, request, { signal });
}

function tooMany(most: number, what: string): Failure {
  return invalidInput(`${what}, and the tenant takes ${most} in one run. Raise its greatest number of users if that is meant.`);
}
