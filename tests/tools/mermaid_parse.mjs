// Parses every Mermaid diagram in the Markdown files given, with Mermaid itself.
//
//     node mermaid_parse.mjs [--require] FILE...
//
// Prints one line for each diagram that does not parse, `FILE:LINE: message`, with the line of the opening fence.
// Exit code 0: all parse. 1: one or more do not, or --require is given and a file holds no diagram. 2: a wrong call.
//
// It runs away from its packages: NODE_PATH says where they are (tests/support/tools.rs sets it).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const resolve = createRequire(import.meta.url).resolve;
const load = (name) => import(pathToFileURL(resolve(name)).href);

/**
 * The blocks fenced as ```mermaid, as CommonMark has them: a fence is three or more backticks or tildes, indented by
 * at most three spaces beyond its container, and ends with one of the same kind at least as long. Containers (lists,
 * quotes) are not followed exactly: any prefix of blanks and `>` is taken as the container's and removed.
 */
function diagrams(text) {
  const found = [];
  let open = null;
  text.split(/\r?\n/).forEach((line, index) => {
    if (open) {
      const close = /^[\s>]*(`{3,}|~{3,})\s*$/.exec(line);
      if (close && close[1][0] === open.mark[0] && close[1].length >= open.mark.length) {
        if (open.language === "mermaid") found.push(open);
        open = null;
      } else {
        open.lines.push(line.startsWith(open.prefix) ? line.slice(open.prefix.length) : line.trimStart());
      }
      return;
    }
    const fence = /^([\s>]*)(?:(?:[-*+]|\d+[.)])\s+)?(`{3,}|~{3,})\s*([^\s`{]*)[^`]*$/.exec(line);
    if (fence) {
      open = { prefix: fence[1], mark: fence[2], language: fence[3].toLowerCase(), line: index + 1, lines: [] };
    }
  });
  // CommonMark closes an open block at the end of the document.
  if (open?.language === "mermaid") found.push(open);
  return found;
}

const files = process.argv.slice(2).filter((argument) => argument !== "--require");
const required = process.argv.includes("--require");
if (files.length === 0) {
  console.error("usage: mermaid_parse.mjs [--require] FILE...");
  process.exit(2);
}

// Mermaid wants a browser's document as soon as it is loaded.
const { JSDOM } = await load("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
for (const name of ["window", "document", "navigator", "Element", "Node", "DOMParser", "SVGElement"]) {
  const value = name === "window" ? window : window[name];
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
const { default: mermaid } = await load("mermaid");
mermaid.initialize({ startOnLoad: false });

let failed = false;
const bad = (file, line, message) => {
  failed = true;
  console.log(`${file}:${line}: ${message.replace(/\s*\n\s*/g, " | ").trim()}`);
};
for (const file of files) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exit(2);
  }
  const blocks = diagrams(text);
  if (required && blocks.length === 0) bad(file, 1, "holds no mermaid block");
  for (const block of blocks) {
    try {
      await mermaid.parse(block.lines.join("\n"));
    } catch (error) {
      bad(file, block.line, error.message ?? String(error));
    }
  }
}
// jsdom keeps the process alive otherwise.
process.exitCode = failed ? 1 : 0;
window.close();
