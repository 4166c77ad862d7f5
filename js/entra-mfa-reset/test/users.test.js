// Where many users come from.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { users } from "../dist/cli/users.js";
import { ADELE } from "./support.js";

const ALEX = "alex.wilber@contoso.com";
const ID = "0a000001-5c1e-4f3a-9b7d-000000000001";

let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-users-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a text is read as; a bad part of it as its place and its message. */
async function read(content, { name = "users.csv", format, pieces } = {}) {
  const notes = [];
  const bytes = Buffer.from(content);
  const chunks = pieces === undefined ? [bytes] : Array.from({ length: Math.ceil(bytes.length / pieces) }, (_, at) => bytes.subarray(at * pieces, (at + 1) * pieces));
  let source = { from: "-", stdin: Readable.from(chunks, { objectMode: false }) };
  if (pieces === undefined) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    source = { from: path };
  }
  const found = [];
  for await (const entry of users({ ...source, format, note: (text) => notes.push(text) })) {
    found.push("target" in entry ? entry.target : `${entry.bad.where}: ${entry.bad.message}`);
  }
  return { found, notes };
}

describe("CSV", () => {
  const both = [ADELE, ALEX];
  const cases = [
    ["one column", `userPrincipalName\n${ADELE}\n${ALEX}\n`],
    ["no end of the last line", `userPrincipalName\n${ADELE}\n${ALEX}`],
    ["another column first", `displayName,userPrincipalName\nAdele,${ADELE}\nAlex,${ALEX}\n`],
    ["a header in other letters", `Display Name,USERPRINCIPALNAME\nAdele,${ADELE}\nAlex,${ALEX}\n`],
    ["a byte order mark", `\ufeffuserPrincipalName,x\n${ADELE},1\n${ALEX},2\n`],
    ["UTF-16, as Excel's Unicode text", Buffer.from(`\ufeffuserPrincipalName\tx\r\n${ADELE}\t1\r\n${ALEX}\t2\r\n`, "utf16le")],
    ["Windows' line ends", `userPrincipalName,x\r\n${ADELE},1\r\n${ALEX},2\r\n`],
    ["old Excel for Mac's line ends", `userPrincipalName,x\r${ADELE},1\r${ALEX},2\r`],
    ["semicolons", `displayName;userPrincipalName;limit\r\n"Vance, Adele";${ADELE};1,5\r\n"Wilber, Alex";${ALEX};2,5\r\n`],
    ["quotes, blanks and empty lines", `userPrincipalName , note\n\n"${ADELE}" ,"said ""no"""\n   \n,\n ${ALEX},\n\n`],
    ["a quoted field over lines", `userPrincipalName,note\n${ADELE},"one\ntwo, ${ADELE}\nthree"\n${ALEX},\n`],
    ["a quote in the middle of a field", `userPrincipalName,note\n${ADELE},5" wide\n${ALEX},\n`],
    ["no header", `${ADELE}\n${ALEX}\n`],
  ];
  for (const [name, content] of cases) {
    test(name, async () => {
      assert.deepEqual(await read(content), { found: both, notes: [] });
      // As it may come through a pipe.
      assert.deepEqual(await read(content, { pieces: 3, format: "csv" }), { found: both, notes: [] });
    });
  }

  test("the column id, and the name before the id", async () => {
    assert.deepEqual((await read(`ID,displayName\n${ID},Adele\n`)).found, [ID]);
    assert.deepEqual((await read(`id,userPrincipalName\n${ID},${ADELE}\n${ID},\n`)).found, [ADELE, ID]);
  });

  test("columns that nobody knows: the first one, and a word about it", async () => {
    const { found, notes } = await read(`Name;Manager\n${ADELE};${ALEX}\n`);
    assert.deepEqual(found, [ADELE]);
    assert.match(notes.join(), /users\.csv: no column is named userPrincipalName or id.*first one, "Name"/);
    const headless = await read(`${ADELE},${ALEX}\n`);
    assert.deepEqual(headless.found, [ADELE]);
    assert.match(headless.notes.join(), /first one\.$/);
  });

  test("a bad line is named, and takes no other with it", async () => {
    const content = `userPrincipalName,note\n${ADELE},1\n,nobody\n"${ADELE}"x,2\n"never closed,3\n${ALEX},4\n${ALEX},"5"\n`;
    const { found } = await read(content);
    assert.deepEqual(found, [
      ADELE,
      "users.csv, line 3: The line names no user.",
      "users.csv, line 4: The quotes of the line do not match.",
      "users.csv, line 5: The quotes of the line do not match.",
      ALEX,
      ALEX,
    ]);
  });

  test("a quote that is never closed costs one line of thousands", async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => `user${at}@contoso.com,x`);
    rows[1000] = '"user1000@contoso.com,x';
    const { found } = await read(`userPrincipalName,note\n${rows.join("\n")}\n`);
    assert.equal(found.length, 3000);
    assert.deepEqual(found.filter((user) => !user.startsWith("user") || user.includes("line")), ["users.csv, line 1002: The quotes of the line do not match."]);
  });

  test("letters of another encoding are no user", async () => {
    const { found } = await read(Buffer.from("userPrincipalName\ns\xf8ren@contoso.com\nsøren@contoso.com\n".replace("sø", "s\xf8"), "latin1"));
    assert.deepEqual(found, ["users.csv, line 2: The line is not in UTF-8.", "users.csv, line 3: The line is not in UTF-8."]);
    assert.deepEqual((await read("userPrincipalName\nsøren@contoso.com\n", { pieces: 1 })).found, ["søren@contoso.com"]);
  });
});

describe("NDJSON", () => {
  test("requests and users", async () => {
    const request = { user: ADELE, methods: ["phone"], reason: "INC-1042" };
    const { found } = await read(`${JSON.stringify(request)}\r\n\r\n"${ALEX}"\n`, { name: "users.ndjson" });
    assert.deepEqual(found, [request, ALEX]);
  });

  test("a bad line is named, and takes no other with it", async () => {
    const lines = ["{", "5", "null", "[]", "{}", '{"user":5}', '" "', '{"user":"x@contoso.com","allowPrivileged":true}', `{"user":"${ADELE}","methods":"${"x".repeat(200_000)}"}`, `"${ALEX}"`];
    const { found } = await read(lines.join("\n"), { name: "users.jsonl" });
    assert.equal(found.length, lines.length);
    assert.ok(found.slice(0, -1).every((bad, at) => bad.startsWith(`users.jsonl, line ${at + 1}: `)), found.join("\n"));
    assert.match(found[7], /allowPrivileged, which counts only as a flag/);
    assert.match(found[8], /too long/);
    assert.equal(found.at(-1), ALEX);
  });
});

describe("the form is known", () => {
  const forms = [
    [`{"user":"${ADELE}"}\n`, [{ user: ADELE }]],
    [`\n\n{"user":"${ADELE}"}\n`, [{ user: ADELE }]],
    [`userPrincipalName\n${ADELE}\n`, [ADELE]],
    [`id;userPrincipalName\n${ID};${ADELE}\n`, [ADELE]],
    [`${ADELE}\n\n  ${ALEX}  \n`, [ADELE, ALEX]],
    [`"${ADELE}"\n`, [ADELE]],
    ["", []],
    ["\ufeff", []],
    ["x", ["x"]],
  ];
  for (const [content, expected] of forms) {
    test(`from the text ${JSON.stringify(content.slice(0, 30))}`, async () => {
      assert.deepEqual((await read(content, { pieces: 2 })).found, expected);
      assert.deepEqual((await read(content, { name: "users.txt" })).found, expected);
    });
  }

  test("or said", async () => {
    assert.deepEqual((await read(`${ADELE},x\n`, { format: "lines" })).found, [`${ADELE},x`]);
    assert.deepEqual((await read(`"${ADELE}"\n`, { format: "ndjson" })).found, [ADELE]);
    assert.deepEqual((await read(`{"user":"${ADELE}"}`, { name: "users.JSONL" })).found, [{ user: ADELE }]);
  });

  test("a file that is not there is said so", async () => {
    const source = users({ from: join(folder, "none.csv"), note: assert.fail });
    await assert.rejects(source.next(), { name: "UsageError", message: /none\.csv cannot be read \(ENOENT\)/ });
  });
});

test("a file is read only as far as its users are taken", async () => {
  let read = 0;
  async function* endless() {
    for (;;) {
      read += 1;
      yield Buffer.from(`${ADELE}\n`.repeat(1000));
    }
  }
  const source = users({ from: "-", format: undefined, stdin: endless(), note: assert.fail });
  for (let at = 0; at < 1500; at += 1) {
    await source.next();
  }
  await source.return();
  assert.ok(read <= 3, `${read} chunks`);
});
