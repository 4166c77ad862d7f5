import type { ErrorInfo, GuardReport } from "entra-mfa-reset";
import { problem } from "../problem.js";
import { Notice } from "./notice.js";

const VIA = { assignment: "", membership: " through a group", eligibility: ", which the user can activate" };
const RELATION = { member: "Member", owner: "Owner", eligibleMember: "May become a member", eligibleOwner: "May become an owner" };

/** Why this user may not be reset. There is no way around it on this page. */
export function Guard({ guard, error }: { guard: GuardReport; error: ErrorInfo | undefined }) {
  const { title, text } = problem(error ?? { code: "protectedUser", message: "", help: "", retryable: false });
  const reasons = [
    ...guard.roles.map(({ id, displayName, via, scope }) => `Holds the role ${displayName ?? id}${VIA[via]}${scope === undefined || scope === "/" ? "" : ` (for ${scope})`}`),
    ...guard.groups.map(({ id, displayName, relation }) => `${RELATION[relation]} of the group ${displayName ?? id}, which may hold roles`),
    ...(guard.isManagementRestricted ? ["In a restricted management administrative unit"] : []),
    ...(guard.isCaller ? ["This is your own account"] : []),
    ...(guard.isListed ? ["On this page's list of protected users"] : []),
  ];
  return (
    <Notice tone="warn" title={title} alert>
      <p>{text}</p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
