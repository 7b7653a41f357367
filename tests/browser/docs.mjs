// The documentation in a browser, by real clicks, against a running launcher.
//
//   node tests/browser/docs.mjs http://127.0.0.1:PORT FOLDER
//
// Leaves screenshots in FOLDER. Fails for any request to another host and for any error in the console.

import assert from "node:assert/strict";
import { start, step } from "./browser.mjs";

const [base, folder] = process.argv.slice(2);
/** The most bytes that the reference page may take, packed: what it took before it had guides for apps. */
const MOST_BYTES = 974_401;
/** The folders that begin closed. */
const CLOSED = ["Sample APIs", "pet", "store", "user"];

const { browser, open, check } = await start(base);

const inSidebar = (page, id) => page.locator("aside a", { hasText: new RegExp(`^${id}HTTP`) });
const section = (page, method, route) => page.locator(`section[id$="/${method}${route}"]`);
const loaded = async (page) => {
  await page.goto(`${base}/docs/`);
  await inSidebar(page, "refresh_token_create").waitFor();
};

/** What stands in the sidebar, without the groups' own headings. */
const sidebar = (page) =>
  page.locator("aside").evaluate((aside) => {
    const texts = [...aside.querySelectorAll("a")].map((link) => link.textContent.trim());
    return texts.map((text) => text.replace(/HTTP Method:.*$/s, "").trim());
  });

/** Sends an operation by its "Test Request", with another body where one is given. */
const send = async (page, id, method, route, { body, token } = {}) => {
  await inSidebar(page, id).click();
  await section(page, method, route).locator("button", { hasText: "Test Request" }).click();
  const client = page.getByRole("dialog").last();
  if (token) {
    await client.getByRole("textbox", { name: "Token" }).first().click();
    await page.keyboard.insertText(token);
  }
  if (body) {
    const editor = client.locator(".cm-content[contenteditable=true]").last();
    await editor.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(JSON.stringify(body));
  }
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url() === base + route && response.request().method() === method),
    client.locator("button", { hasText: /^Send/ }).locator("visible=true").first().click(),
  ]);
  const shown = await answer.text();
  await client.getByText(String(answer.status()), { exact: false }).first().waitFor();
  return { client, status: answer.status(), json: shown ? JSON.parse(shown) : null, headers: answer.request().allHeaders() };
};

const close = async (page, client) => {
  await client.locator("button", { hasText: "Close Client" }).first().evaluate((button) => button.click());
  await client.waitFor({ state: "hidden" });
};

try {
  const document = await (await fetch(`${base}/openapi.json`)).json();
  const page = await open({ colorScheme: "light", viewport: { width: 1440, height: 900 } });

  step("the landing page leads to the reference");
  await page.goto(base);
  await page.screenshot({ path: `${folder}/landing.png` });
  await page.getByRole("link", { name: "Read the documentation" }).click();
  await inSidebar(page, "refresh_token_create").waitFor();
  await page.screenshot({ path: `${folder}/light.png` });

  step("the page is light, and fits a phone");
  const small = await open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  let bytes = 0;
  const sizes = [];
  small.on("requestfinished", (request) => sizes.push(request.sizes().then((one) => (bytes += one.responseBodySize))));
  await small.goto(`${base}/docs/`);
  await small.getByRole("heading", { name: "What this is" }).first().waitFor();
  await Promise.all(sizes);
  console.log(`    ${bytes} bytes in ${sizes.length} requests`);
  assert.ok(bytes < MOST_BYTES, `the page weighs ${bytes} bytes`);
  await small.screenshot({ path: `${folder}/phone.png` });
  const width = await small.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} wide on a phone`);

  step("all folders stand in the sidebar, in the source's order; those of the sample shop are closed");
  const shown = await sidebar(page);
  const wanted = document.tags.flatMap((tag) => {
    const all = Object.values(document.paths).flatMap((item) => Object.values(item));
    const own = all.filter((operation) => operation.tags[0] === tag.name);
    own.sort((one, other) => one["x-order"] - other["x-order"]);
    return [tag["x-displayName"], ...(CLOSED.includes(tag.name) ? [] : own.map((operation) => operation.operationId))];
  });
  const from = shown.indexOf(wanted[0]);
  assert.deepEqual(shown.slice(from, from + wanted.length), wanted);
  const headings = document["x-tagGroups"].map((group) => group.name);
  const text = await page.locator("aside").innerText();
  for (const heading of headings) assert.ok(text.includes(heading), `${heading} is no heading`);

  await page.locator('[data-sidebar-id$="/tag/pet"] button[aria-expanded]').click();
  await inSidebar(page, "uploadFile").waitFor();
  const linked = await open({ viewport: { width: 1440, height: 900 } });
  await linked.goto(`${base}/docs/#tag/store/GET/v2/store/inventory`);
  await inSidebar(linked, "getInventory").waitFor();
  await linked.close();

  step("the schemes of the sample shop are not offered elsewhere");
  assert.ok(!(await page.locator("body").innerText()).includes("petstore_auth"));

  step("the samples are in four languages");
  await inSidebar(page, "refresh_token_create").click();
  const refresh = section(page, "POST", "/api/refresh-token/");
  let language = "Shell";
  for (const [name, mark] of [
    ["JavaScript", "URLSearchParams"],
    ["Java", "HttpRequest.newBuilder"],
    ["Swift", "URLSession.shared"],
    ["Shell", "--data-urlencode"],
  ]) {
    await refresh.locator("button", { hasText: new RegExp(`^\\s*${language}\\s*$`) }).first().click();
    await page.getByRole("option", { name, exact: true }).click();
    await refresh.getByText(mark).first().waitFor();
    assert.ok((await refresh.innerText()).includes(`${base}/api/refresh-token/`), "a sample calls this stack");
    language = name;
  }
  await page.screenshot({ path: `${folder}/operation.png` });

  step("previous and next lead from operation to operation");
  await refresh.getByRole("link", { name: "logoutAllDevices" }).click();
  await page.waitForFunction(() => location.hash.endsWith("/POST/api/logout-all-devices/"));

  step("the search finds operations and guides by what people call them");
  const search = async (words) => {
    await page.locator("aside button", { hasText: "Search" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox").or(dialog.getByRole("textbox")).first().fill(words);
    return dialog.getByRole("option");
  };
  for (const [words, title] of [
    ["login", "Login step by step"],
    ["login", "AuthenticateCustomer"],
    ["mock", "The mock"],
    ["access token", "access token, refresh token"],
    ["paging", "Paging with typed clients"],
    ["avatar", "Avatars and other files"],
  ]) {
    await (await search(words)).filter({ hasText: title }).first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }
  const first = (await search("error codes")).first();
  assert.match(await first.innerText(), /Error codes/, "the page with all codes is the first hit");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await (await search("updateWallet")).filter({ hasText: "updateWallet" }).first().click();
  await page.waitForFunction(() => location.hash.includes("/api/wallet"));

  step("without a token nothing is sent, and the page says so");
  const requests = [];
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const sendOnly = async (id, method, route) => {
    await inSidebar(page, id).click();
    await section(page, method, route).locator("button", { hasText: "Test Request" }).click();
    const client = page.getByRole("dialog").last();
    await client.locator("button", { hasText: /^Send/ }).locator("visible=true").first().click();
    return client;
  };
  const unsent = await sendOnly("GetCustomerDetails", "GET", "/api/customer/");
  await page.getByRole("alert").filter({ hasText: "this operation needs a token" }).waitFor();
  assert.ok(!requests.includes("GET /api/customer/"), "it was sent");
  await close(page, unsent);

  step("what may be left out is not sent unasked");
  const list = await send(page, "getAppInfo", "GET", "/api/app-info/");
  assert.equal(list.status, 200);
  const sentHeaders = await list.headers;
  for (const name of ["x-app-platform", "x-app-version", "if-none-match"]) assert.equal(sentHeaders[name], undefined, name);
  await close(page, list.client);

  step("a log-in by Test Request, and a request with its token");
  const phone = "+12025550187";
  const sent = await send(page, "sendOTP", "POST", "/api/send-otp/", { body: { phone } });
  assert.equal(sent.status, 200, JSON.stringify(sent.json));
  await close(page, sent.client);
  const messages = await (await fetch(`${base}/_local/messages`)).json();
  const message = messages.findLast((one) => one.to === phone);
  const otp = message.text.match(/\d{6}/)[0];
  const body = { phone, challenge: sent.json.challenge, otp };
  const entered = await send(page, "AuthenticateCustomer", "POST", "/api/customer/authenticate/", { body });
  assert.equal(entered.status, 201, JSON.stringify(entered.json));
  assert.equal(entered.json.customer.phone, phone);
  await close(page, entered.client);
  const profile = await send(page, "GetCustomerDetails", "GET", "/api/customer/", { token: entered.json.access });
  assert.equal(profile.status, 200, JSON.stringify(profile.json));
  assert.equal(profile.json.phone, phone);
  await page.waitForTimeout(800);
  await page.screenshot({ path: `${folder}/try-it.png` });
  await close(page, profile.client);

  step("a token survives a reload, and ends with its tab");
  const token = (one) => one.getByRole("textbox", { name: "Token" }).first();
  const shownToken = (one) => token(one).evaluate((box) => box.value ?? box.textContent);
  await page.waitForFunction(() => Object.keys(sessionStorage).some((name) => name.startsWith("scalar-reference-auth")));
  await page.reload();
  await inSidebar(page, "refresh_token_create").waitFor();
  assert.equal(await shownToken(page), entered.json.access);
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.ok(!stored.includes(entered.json.access), "the token is in the local storage");

  step("one button logs a test number in at the launcher, or any phone that is typed");
  const fresh = await open({ viewport: { width: 1440, height: 900 } });
  await loaded(fresh);
  assert.ok(!(await shownToken(fresh)).startsWith("ey"));
  const [reloaded] = await Promise.all([
    fresh.waitForEvent("load"),
    fresh.getByRole("button", { name: "Log in" }).click(),
  ]);
  assert.ok(reloaded);
  await inSidebar(fresh, "refresh_token_create").waitFor();
  const own = await send(fresh, "GetCustomerDetails", "GET", "/api/customer/");
  assert.equal(own.status, 200, JSON.stringify(own.json));
  await close(fresh, own.client);
  await fresh.getByRole("textbox", { name: "Phone" }).fill("+44 7400 123456");
  await Promise.all([fresh.waitForEvent("load"), fresh.keyboard.press("Enter")]);
  await inSidebar(fresh, "refresh_token_create").waitFor();
  const typed = await send(fresh, "GetCustomerDetails", "GET", "/api/customer/");
  assert.equal(typed.json.phone, "+447400123456", JSON.stringify(typed.json));
  await close(fresh, typed.client);
  await fresh.getByRole("textbox", { name: "Phone" }).fill("12");
  await fresh.getByRole("button", { name: "Log in" }).click();
  await fresh.getByRole("alert").filter({ hasText: "The log-in failed" }).waitFor();
  await fresh.close();

  step("the helper text tells where the code is");
  assert.ok((await page.locator("main").first().innerText()).includes("/_local/messages"));

  step("dark by its switch");
  await page.locator("aside button[aria-pressed]").last().click();
  await page.waitForFunction(() => document.body.classList.contains("dark-mode"));
  await inSidebar(page, "devices_create").click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: `${folder}/dark.png` });
  check(["400 (Bad Request)"]);
  console.log(`  no request to another host, no other error in the console; screenshots in ${folder}`);
} finally {
  await browser.close();
}
