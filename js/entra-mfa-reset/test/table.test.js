// Tables fit their terminal, and a name from a directory cannot command it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { style } from "../dist/cli/style.js";
import { table } from "../dist/cli/table.js";
import { plain, shorten, width, wrap } from "../dist/cli/text.js";
import { report } from "../dist/cli/view.js";

const COLUMNS = [{ title: "KIND" }, { title: "LABEL", shrinks: true }, { title: "EMPTY" }, { title: "REASON", shrinks: true }];
const same = (text) => text;

const ROWS = [
  ["windowsHelloForBusiness", "A laptop with quite a long name indeed", "", "it stays because nobody asked for it to go"],
  ["fido2", "averyveryveryveryverylongword", "", ""],
  ["phone", "名前の 長い 電話", "", "x"],
];

test("a table never outgrows its terminal, loses nothing and breaks no word", () => {
  for (const total of [Infinity, 200, 90, 80, 60, 50, 40]) {
    const lines = table(COLUMNS, ROWS, total, same);
    assert.ok(lines.every((line) => width(line) <= total), lines.join("\n"));
    const shown = new Set(lines.join(" ").split(/\s+/));
    assert.deepEqual(ROWS.flat().join(" ").split(/\s+/).filter((word) => word !== "" && !shown.has(word)), [], lines.join("\n"));
    assert.ok(!lines.join("\n").includes("EMPTY"));
  }
});

test("columns stand beside each other as long as their longest words do, and below each other then", () => {
  const least = "windowsHelloForBusiness".length + 2 + "averyveryveryveryverylongword".length + 2 + "because".length;
  assert.match(table(COLUMNS, ROWS, least, same)[0], /^KIND +LABEL +REASON$/);
  assert.deepEqual(table(COLUMNS, ROWS, least - 1, same).slice(0, 3), [
    "windowsHelloForBusiness",
    "  LABEL   A laptop with quite a long name indeed",
    "  REASON  it stays because nobody asked for it to go",
  ]);
});

test("of all widths those that give the fewest lines are taken", () => {
  const rows = [["a", "one two three four", "", "short"], ["b", "one two three four", "", "a reason of many more words than there is room for"]];
  // The label whole: 2 lines more for the reason are fewer than 1 more in both rows and 1 more again.
  const lines = table(COLUMNS, rows, "KIND".length + 2 + "one two three four".length + 2 + "a reason of many".length, same);
  assert.equal(lines.filter((line) => line.includes("one two three four")).length, 2, lines.join("\n"));
});

test("width counts what a terminal shows", () => {
  assert.equal(width("abc"), 3);
  assert.equal(width("名前"), 4);
  assert.equal(width("e\u0301"), 1);
  assert.equal(width("👩‍👩‍👧"), 2);
  assert.equal(width("☎️"), 2);
  assert.equal(width("🇨🇭"), 2);
  assert.equal(width("ｆｕｌｌ"), 8);
  assert.equal(width("\u200b\ufeff"), 0);
  assert.equal(width("\u001b[31mred\u001b[39m"), 3);
});

test("wrap breaks at blanks and keeps every word", () => {
  assert.deepEqual(wrap("one two three", 7), ["one two", "three"]);
  assert.deepEqual(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
  assert.deepEqual(wrap("", 4), [""]);
  assert.deepEqual(wrap("adele.vance@contoso.com", 14), ["adele.vance@", "contoso.com"], "a word that is too long, where its parts join");
  assert.deepEqual(wrap("電話電話", 4), ["電話", "電話"]);
});

test("what is cut off is marked", () => {
  assert.equal(shorten("delete phone", 12), "delete phone");
  assert.equal(shorten("delete phone", 8), "delete …");
  assert.equal(width(shorten("電話電話", 6)), 5);
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
