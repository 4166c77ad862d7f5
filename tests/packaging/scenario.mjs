// What is done in every runtime. It is served, bundled and required as it stands, so it imports nothing.

export const ADELE = "adele.vance@contoso.com";
export const ADMIN = "admin@contoso.com";
export const MANY = ["joni.sherman@contoso.com", "o'brien@contoso.com"];

/**
 * A user of a sandbox, then users of the tenant at `graphUrl`; then what must be refused. The answer is plain data.
 */
export async function play({ MfaResetClient, MfaResetError, SandboxTenant }, { graphUrl, accessToken }) {
  const sandbox = new SandboxTenant();
  const inside = new MfaResetClient({ accessToken: sandbox.accessToken }, { fetch: sandbox.fetch });
  const simulated = await inside.reset({ user: ADELE });

  const client = new MfaResetClient({ accessToken }, { graphUrl });
  const steps = [];
  const onEvent = ({ step }) => steps.push(step);
  const one = await client.reset({ user: ADELE, temporaryAccessPass: true, reason: "INC-1042" }, { onEvent });
  const many = [];
  for await (const report of client.resetMany(MANY)) {
    many.push([report.user.userPrincipalName, report.outcome]);
  }
  const code = (error) => (error instanceof MfaResetError ? error.code : `a foreign error: ${error}`);
  const stranger = new MfaResetClient({ accessToken: `${accessToken}x` }, { graphUrl });
  return {
    sandbox: [simulated.outcome, (await sandbox.state()).violations.length],
    one: [one.outcome, one.reason, typeof one.temporaryAccessPass?.pass, steps.at(-1)],
    many: many.sort(),
    administrator: await client.reset({ user: ADMIN }).catch(code),
    unauthenticated: await stranger.reset({ user: ADELE }).catch(code),
  };
}
