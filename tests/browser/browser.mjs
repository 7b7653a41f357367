// A browser whose pages ask no other host for anything and log no error.
//
// Wants playwright-core in NODE_PATH's place (.ci/run installs it into target/ci-tools) and Debian's chromium.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve("target/ci-tools/browser/package.json"));
const { chromium } = require("playwright-core");

export const step = (words) => console.log(`  ${words}`);

/** Starts the browser. Names of hosts lead nowhere, but for those of `hosts`, which lead to this machine. */
export const start = async (base, hosts = []) => {
  const rules = [...hosts.map((host) => `MAP ${host} 127.0.0.1`), "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"];
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", `--host-resolver-rules=${rules.join(", ")}`],
  });
  const strangers = [];
  const errors = [];

  /** A page that watches what it asks for and what goes wrong on it. */
  const open = async (options) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const isOurs = (url) => url.startsWith(`${base}/`) || url.startsWith("data:") || url.startsWith(`blob:${base}`);
    page.on("request", (request) => isOurs(request.url()) || strangers.push(request.url()));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    return page;
  };

  /** Fails if a page asked another host, or if anything went wrong on one but what the test provoked. */
  const check = (provoked = []) => {
    assert.deepEqual(strangers, [], "requests to other hosts");
    const expected = (error) => provoked.findIndex((words) => error.includes(words));
    const others = errors.filter((error) => expected(error) < 0 || !provoked.splice(expected(error), 1));
    assert.deepEqual(others, [], "errors in the console");
  };
  return { browser, open, check };
};
