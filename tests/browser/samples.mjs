// The request samples of the document, run for real against a launcher, in each language that this machine has.
//
//   node tests/browser/samples.mjs http://127.0.0.1:PORT REFRESH_TOKEN FOLDER
//
// Of refresh_token_create, which sends a form, and of every operation that sends files. A sample runs as it stands, but for the launcher's
// address and the token, which only a log-in gives. It prints status and body; curl prints the body alone.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const [base, token, folder] = process.argv.slice(2);
const work = path.resolve(folder, "samples");
mkdirSync(work, { recursive: true });
writeFileSync(path.join(work, "sample.txt"), "the content of a file");

/** How a language runs a file, and what has to be there for it. */
const LANGUAGES = {
  Shell: { file: "sample.sh", run: ["bash", "sample.sh"], needs: ["curl", "--version"] },
  JavaScript: { file: "sample.mjs", run: ["node", "sample.mjs"], needs: ["node", "--version"] },
  Java: { file: "Sample.java", run: ["java", "Sample.java"], needs: ["javac", "-version"] },
  Swift: { file: "sample.swift", run: ["swift", "sample.swift"], needs: ["swift", "--version"] },
};

const document = await (await fetch(`${base}/openapi.json`)).json();
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
const sendsFiles = (operation) => operation["x-codeSamples"][0].source.includes("--form ");
const tried = operations.filter((operation) => operation.operationId === "refresh_token_create" || sendsFiles(operation));
assert.ok(tried.length >= 2, "a form and a file are tried");

for (const operation of tried) {
  const success = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
  for (const { lang, source } of operation["x-codeSamples"]) {
    const { file, run, needs } = LANGUAGES[lang];
    if (spawnSync(needs[0], needs.slice(1)).status !== 0) {
      console.log(`  ${operation.operationId} in ${lang}: not tried, ${needs[0]} is not here`);
      continue;
    }
    const example = operation.requestBody.content["application/json"]?.example?.refresh ?? "no token";
    const program = source.replaceAll("http://127.0.0.1:3000", base).replaceAll(example, token);
    writeFileSync(path.join(work, file), program);
    const ran = spawnSync(run[0], run.slice(1), { cwd: work, encoding: "utf8", timeout: 60_000 });
    assert.equal(ran.status, 0, `${operation.operationId} in ${lang}:\n${program}\n${ran.stdout}${ran.stderr}`);
    const printed = ran.stdout.trim();
    if (lang !== "Shell") assert.ok(success.includes(printed.split(" ")[0]), `${operation.operationId} in ${lang}: ${printed}`);
    const body = JSON.parse(printed.slice(printed.indexOf("{")));
    assert.equal(body.errors, undefined, `${operation.operationId} in ${lang}: ${printed}`);
    if (operation.operationId === "refresh_token_create") assert.ok(body.access && body.refresh, printed);
    console.log(`  ${operation.operationId} in ${lang}: ${printed.slice(0, 40).replace(/\s+/g, " ")}…`);
  }
}
