// What the tests can see of the real action: which files it takes, where they stand in the artifact, that a name can be
// used once in a run, and what happens when there is nothing to take.

import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

const input = (name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
const fail = (message) => {
  console.log(`::error::${message}`);
  process.exit(1);
};

const store = process.env.DTPC_ARTIFACTS;
if (!store) fail("DTPC_ARTIFACTS is not set: tests/support/act.rs sets it");

const name = input("name") || "artifact";
if (/[":<>|*?\r\n\\/]/.test(name)) fail(`The artifact name is not valid: ${name}`);
const missing = input("if-no-files-found") || "warn";
if (!["warn", "error", "ignore"].includes(missing)) fail(`Unrecognized if-no-files-found input: ${missing}`);
const hiddenToo = input("include-hidden-files") === "true";

const lines = input("path").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
if (lines.length === 0) fail("Input required and not supplied: path");

/** A glob as a regular expression over a path. It takes what lies below a matched folder too, as the action does. */
function matcher(glob) {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[.+^${}()|\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.startsWith("[") ? part : `\\${part}`;
  });
  return new RegExp(`^${source}(?:/.*)?$`);
}

/** The part of a pattern before its first wildcard: where the search starts. */
function start(pattern) {
  const parts = pattern.split(sep);
  const wild = parts.findIndex((part) => /[*?[]/.test(part));
  return wild < 0 ? pattern : parts.slice(0, wild).join(sep) || sep;
}

function files(path) {
  if (!existsSync(path) || (!hiddenToo && basename(path).startsWith("."))) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().flatMap((entry) => files(join(path, entry)));
}

const takers = lines.filter((line) => !line.startsWith("!")).map((line) => resolve(line));
const leavers = lines.filter((line) => line.startsWith("!")).map((line) => matcher(resolve(line.slice(1).trim())));
// A start below another one would only find the same files again.
const all = [...new Set(takers.map(start))];
const starts = all.filter((path) => !all.some((other) => other !== path && path.startsWith(other + sep)));
const taken = takers.map(matcher);
const found = [...new Set(starts.flatMap(files))]
  .filter((file) => taken.some((pattern) => pattern.test(file)) && !leavers.some((pattern) => pattern.test(file)));

if (found.length === 0) {
  const message = `No files were found with the provided path: ${input("path")}. No artifacts will be uploaded.`;
  if (missing === "error") fail(message);
  console.log(missing === "warn" ? `::warning::${message}` : message);
  process.exit(0);
}
if (input("archive") === "false" && found.length > 1) fail("When 'archive' is false, only a single file can be uploaded");

let root = starts[0];
if (starts.length > 1) {
  const split = starts.map((path) => path.split(sep));
  const same = split[0].findIndex((part, index) => split.some((other) => other[index] !== part));
  root = split[0].slice(0, same < 0 ? split[0].length : same).join(sep) || sep;
} else if (found.length === 1 && found[0] === root) {
  root = dirname(root);
}

const target = join(store, name);
if (input("overwrite") === "true") rmSync(target, { recursive: true, force: true });
mkdirSync(store, { recursive: true });
try {
  mkdirSync(target);
} catch {
  fail(`Failed to CreateArtifact: an artifact with this name already exists on the workflow run: ${name}`);
}
for (const file of found) {
  const copy = join(target, relative(root, file));
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(file, copy);
}
console.log(`upload-artifact: ${name}: ${found.map((file) => relative(root, file)).join(", ")}`);
appendFileSync(process.env.GITHUB_OUTPUT, `artifact-id=${name}\nartifact-url=${target}\nartifact-digest=none\n`);
