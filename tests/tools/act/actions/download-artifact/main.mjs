// What the tests can see of the real action: which artifacts it takes, and where their files land. Note the rule of the
// real one: each artifact gets a folder of its own only if there is more than one of them, and no `merge-multiple`.

import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const input = (name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
const fail = (message) => {
  console.log(`::error::Unable to download artifact(s): ${message}`);
  process.exit(1);
};

const store = process.env.DTPC_ARTIFACTS;
if (!store) fail("DTPC_ARTIFACTS is not set: tests/support/act.rs sets it");

const present = existsSync(store) ? readdirSync(store).sort() : [];
const name = input("name");
const ids = input("artifact-ids").split(",").map((id) => id.trim()).filter(Boolean);
if (name && ids.length > 0) fail("Inputs 'name' and 'artifact-ids' cannot be used together.");

/** A pattern over the names of artifacts, which hold no slash. */
function matcher(pattern) {
  const source = pattern.replace(/\*+|\?|\[[^\]]*\]|\{[^}]*\}|[.+^${}()|\\]/g, (part) => {
    if (part.startsWith("*")) return ".*";
    if (part === "?") return ".";
    if (part.startsWith("[")) return part;
    if (part.length > 1) return `(?:${part.slice(1, -1).split(",").map((word) => word.replace(/\W/g, "\\$&")).join("|")})`;
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

let chosen = present;
if (name) {
  if (!present.includes(name)) fail(`Artifact '${name}' not found`);
  chosen = [name];
} else if (ids.length > 0) {
  chosen = present.filter((each) => ids.includes(each));
  if (chosen.length === 0) fail("None of the provided artifact IDs were found");
} else if (input("pattern")) {
  const pattern = matcher(input("pattern"));
  chosen = present.filter((each) => pattern.test(each));
}

const path = resolve((input("path") || process.env.GITHUB_WORKSPACE || ".").replace(/^~/, homedir()));
const together = name || chosen.length === 1 || input("merge-multiple") === "true";
for (const each of chosen) {
  const target = together ? path : join(path, each);
  mkdirSync(target, { recursive: true });
  cpSync(join(store, each), target, { recursive: true });
}
console.log(`download-artifact: ${chosen.length} downloaded: ${chosen.join(", ")}`);
appendFileSync(process.env.GITHUB_OUTPUT, `download-path=${path}\n`);
