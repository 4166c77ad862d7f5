import { open } from "node:fs/promises";

/**
 * Where passes go, since they must not go through the engine: a file of this worker, readable by its owner alone, one
 * JSON line a pass. Of two lines for one user the later counts, since each pass replaces the one before.
 */
export async function passesIn(path) {
  const file = await open(path, "a", 0o600);
  return {
    async keep(run, { user, temporaryAccessPass: given }) {
      if (given?.pass === undefined) {
        return;
      }
      const { id, pass, startDateTime, lifetimeInMinutes, isUsableOnce } = given;
      const line = { run, user: user.id, userPrincipalName: user.userPrincipalName, id, pass, startDateTime };
      await file.appendFile(`${JSON.stringify({ ...line, lifetimeInMinutes, isUsableOnce })}\n`);
      await file.datasync();
    },
  };
}
