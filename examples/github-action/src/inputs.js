import * as core from "@actions/core";
import { MfaResetError } from "entra-mfa-reset/inline";

const PRESETS = ["reRegister", "contactDetails", "all", "none"];

/** What the workflow asks for, and nothing that a workflow should not ask for. */
export function inputs(env) {
  const planOnly = core.getBooleanInput("plan-only");
  const plan = core.getInput("plan");
  const user = core.getInput("user", { required: true });
  // Whoever presses "Re-run" an hour later would remove the phone that the user has registered since.
  if (Number(env.GITHUB_RUN_ATTEMPT ?? 1) > 1 && !planOnly && !plan) {
    throw invalid("This is a re-run, and nothing says what was planned.", "Start a new run, or hand over the plan of an earlier job.");
  }
  const methods = list("methods");
  const keep = list("keep");
  const request = {
    user,
    methods: methods.length === 1 && PRESETS.includes(methods[0]) ? methods[0] : methods,
    reason: `${core.getInput("reason", { required: true })} (${origin(env)})`,
    ...(keep.length > 0 && { keep }),
    ...pass(core.getInput("temporary-access-pass")),
    ...(plan && planned(plan, user)),
  };
  return {
    request,
    planOnly,
    showPass: core.getBooleanInput("show-pass"),
    tenantId: core.getInput("tenant-id", { required: true }),
    clientId: core.getInput("client-id", { required: true }),
    protect: list("protect"),
  };
}

function list(name) {
  return core.getInput(name).split(",").map((text) => text.trim()).filter(Boolean);
}

function pass(minutes) {
  if (minutes === "") {
    return {};
  }
  if (!/^\d+$/.test(minutes)) {
    throw invalid("temporary-access-pass is no number of minutes.", "Give a whole number, or leave it empty.");
  }
  return { temporaryAccessPass: { lifetimeInMinutes: Number(minutes), isUsableOnce: true } };
}

/** Who started which run, so that report and events lead back to it. */
function origin({ GITHUB_ACTOR: actor, GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run }) {
  return `${actor}, ${server}/${repository}/actions/runs/${run}`;
}

function planned(plan, user) {
  let about;
  let methods;
  try {
    ({ user: about, methods } = JSON.parse(plan));
    methods = methods.map(({ id, kind, label, action, createdDateTime }) => {
      return { id, kind, label, action, ...(createdDateTime && { createdDateTime }) };
    });
  } catch {
    throw invalid("The plan is no report.", "Give it the output `report` of a step with plan-only.");
  }
  const names = [about.id, about.userPrincipalName].map((name) => name?.toLowerCase());
  if (!names.includes(user.toLowerCase())) {
    throw invalid("The plan is another user's.", "Give plan and user of the same run.");
  }
  return { user: about.id, planned: methods };
}

function invalid(message, help) {
  return new MfaResetError({ code: "invalidInput", message, help, retryable: false });
}
