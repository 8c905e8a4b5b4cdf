import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// An import from another file of the program is a getter that V8 looks up each time it is used: nothing of what every packet
// goes through may come from elsewhere. Only the parser of Socket.IO's polls, a library's, does.
test("what every packet goes through is one file of the program", () => {
  const chunks = readdirSync("dist/chunks");
  const own = chunks.find((name) => name.startsWith("packets-"));
  const code = readFileSync(`dist/chunks/${own}`, "latin1");
  const others = [...code.matchAll(/require\("\.\/([a-z-]+)-[\w-]{8}\.js"\)/g)].map(([, name]) => name);
  expect(others.sort()).toEqual(["esm", "rolldown-runtime"]);
  expect(code).not.toMatch(/\blimits\d*\.[a-z]/);
});
