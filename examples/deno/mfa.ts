// One user's reset, or what it would do. The permissions in deno.json are all that it needs: two hosts, and variables by name.
import { MfaResetClient, MfaResetError, type ErrorCode, type MfaResetCredential, type Report } from "entra-mfa-reset";

const USAGE = `usage: deno task mfa plan USER
       deno task mfa reset USER TICKET [MINUTES]

  USER     object id or user principal name
  TICKET   why; it stands in the report
  MINUTES  issue a Temporary Access Pass that works so long
`;
/** The command's own: 0 complete or planned, 1 anything less, 2 usage, 3 refused by a guard, 4 not signed in or not permitted. */
const EXIT: Partial<Record<ErrorCode, number>> = {
  invalidInput: 2,
  protectedUser: 3,
  managementRestricted: 3,
  unauthenticated: 4,
  forbidden: 4,
};

class UsageError extends Error {}

function credential(): MfaResetCredential {
  const accessToken = Deno.env.get("ENTRA_ACCESS_TOKEN");
  if (accessToken) {
    return { accessToken };
  }
  const [tenantId, clientId, clientSecret] = ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"].map((name) => Deno.env.get(`AZURE_${name}`));
  if (!tenantId || !clientId || !clientSecret) {
    const help = "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or ENTRA_ACCESS_TOKEN.";
    throw new MfaResetError({ code: "unauthenticated", message: "No credential is complete.", help, retryable: false });
  }
  return { tenantId, clientId, clientSecret };
}

function connect(signal: AbortSignal): MfaResetClient {
  const graphUrl = Deno.env.get("GRAPH_URL");
  const authorityHost = Deno.env.get("AZURE_AUTHORITY_HOST");
  const protect = (Deno.env.get("PROTECT") ?? "").split(",").map((name) => name.trim()).filter(Boolean);
  return new MfaResetClient(credential(), {
    protect,
    signal,
    ...(graphUrl && { graphUrl }),
    ...(authorityHost && { authorityHost }),
  });
}

async function main([operation, user, reason, pass, ...more]: string[]): Promise<number> {
  const minutes = Number(pass);
  if (!user || more.length > 0 || (pass !== undefined && !Number.isInteger(minutes))) {
    throw new UsageError("That is not how it is called.");
  }
  // Ctrl-C starts nothing more and settles what is under way; the report says where it ended.
  const controller = new AbortController();
  Deno.addSignalListener("SIGINT", () => controller.abort());
  const client = connect(controller.signal);
  const report = await run();
  console.log(JSON.stringify(report, undefined, 2));
  if (report.outcome === "refused" && report.error) {
    return EXIT[report.error.code] ?? 1;
  }
  return report.outcome === "complete" || report.outcome === "planned" ? 0 : 1;

  function run(): Promise<Report> {
    if (operation === "plan" && reason === undefined) {
      return client.plan({ user });
    }
    if (operation === "reset" && reason) {
      return client.reset({ user, reason, ...(pass && { temporaryAccessPass: { lifetimeInMinutes: minutes } }) });
    }
    throw new UsageError("Name a user, and for a reset the ticket.");
  }
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof MfaResetError) {
    console.error(`${error.code}: ${error.message}\n${error.help}`);
    Deno.exit(EXIT[error.code] ?? 1);
  }
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    Deno.exit(2);
  }
  throw error;
}
