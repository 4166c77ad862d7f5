// Tables fit their terminal, and a name from a directory cannot command it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { style } from "../dist/cli/style.js";
import { plain, table, width, wrap } from "../dist/cli/table.js";
import { report } from "../dist/cli/view.js";

const COLUMNS = [{ title: "KIND" }, { title: "LABEL", shrinks: true }, { title: "EMPTY" }, { title: "REASON", shrinks: true }];
const same = (text) => text;

test("a table never outgrows its terminal", () => {
  const rows = [
    ["windowsHelloForBusiness", "A laptop with quite a long name indeed", "", "it stays because nobody asked for it to go"],
    ["fido2", "averyveryveryveryveryverylongwordwithoutanyblanks", "", ""],
    ["phone", "名前の長い電話", "", "x"],
  ];
  for (const total of [200, 80, 60, 50]) {
    const lines = table(COLUMNS, rows, total, same);
    assert.ok(lines.every((line) => width(line) <= total), lines.join("\n"));
    const words = rows.flat().join(" ").split(/\s+/).join("");
    const shown = lines.slice(1).join("").replace(/\s+/g, "");
    assert.equal([...shown].sort().join(""), [...words].sort().join(""), "nothing is lost");
    assert.ok(!lines[0].includes("EMPTY"));
  }
});

test("width counts what a terminal shows", () => {
  assert.equal(width("abc"), 3);
  assert.equal(width("名前"), 4);
  assert.equal(width("e\u0301"), 1);
  assert.equal(width("👩‍👩‍👧"), 2);
  assert.equal(width("\u001b[31mred\u001b[39m"), 3);
});

test("wrap breaks at blanks and keeps every word", () => {
  assert.deepEqual(wrap("one two three", 7), ["one two", "three"]);
  assert.deepEqual(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
  assert.deepEqual(wrap("", 4), [""]);
});

test("escape sequences from a directory are shown, not obeyed", () => {
  const evil = "\u001b]0;owned\u0007\u001b[2J\u202eevil\r\n";
  assert.ok(!/[\u0000-\u001f\u007f-\u009f\u202e]/.test(plain(evil)));
  const user = { id: evil, userPrincipalName: evil, displayName: evil, userType: evil };
  const error = { code: "forbidden", message: evil, help: evil, retryable: false, graph: { status: 403, code: evil, requestId: evil, date: evil } };
  const done = {
    user,
    outcome: "partial",
    methods: [{ id: evil, kind: "phone", label: evil, action: "delete", outcome: "failed", reason: evil, error }],
    signInPreference: { before: evil, after: evil, outcome: "failed", error },
    sessions: { outcome: "skipped", reason: evil },
    temporaryAccessPass: { outcome: "issued", pass: evil, isUsable: false, methodUsabilityReason: evil, startDateTime: evil },
    verification: { outcome: "pending", remaining: [evil], added: [{ id: evil, kind: "phone", label: evil }] },
    guard: { isProtected: true, roles: [{ id: evil, displayName: evil, scope: evil, via: "assignment" }], groups: [{ id: evil, displayName: evil, relation: "member" }], isManagementRestricted: true, isCaller: true, isListed: true, unreadable: [{ what: evil, permission: evil }] },
    residuals: [{ code: "appPasswords", message: evil }],
    error,
    graph: { httpRequests: 1, calls: 1, throttled: 0, retried: 0, clientRequestIds: [] },
    startedAt: evil,
    finishedAt: evil,
  };
  const shown = report(done, { style: style(false), columns: 80 });
  assert.deepEqual(shown.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/g), null);
  assert.ok(shown.includes("owned"));
});
