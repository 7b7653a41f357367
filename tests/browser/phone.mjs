// The launcher's page /_local/ in a browser, while messages are sent through the API.
//
//   node tests/browser/phone.mjs http://127.0.0.1:PORT FOLDER
//
// Leaves screenshots in FOLDER. Fails for any request to another host and for any error in the console.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { start, step } from "./browser.mjs";

const [base, folder] = process.argv.slice(2);
/** A name that an attacker could let lead to this machine. */
const REBOUND = "rebound.example";
const PHONE = "+12025550131";
const { browser, open, check } = await start(base, [REBOUND]);

const post = async (path, body, headers) => {
  const answer = await fetch(base + path, { method: "POST", headers, body: new URLSearchParams(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
};
const notify = async (message) => {
  const answer = await fetch(`${base}/_local/notify`, { method: "POST", body: JSON.stringify(message) });
  assert.equal(answer.status, 202, await answer.text());
};
const cards = (page) => page.getByRole("listitem");
const card = (page, text) => cards(page).filter({ hasText: text });
const noMessages = (page) => page.getByText("No messages yet").waitFor();
const noSidewaysScroll = async (page) => {
  const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
  assert.ok(scroll <= width, `the page is ${scroll} wide on ${width}`);
};
const shot = async (page, name, options) => {
  await page.waitForTimeout(400); // cards have come to rest
  await page.screenshot({ path: `${folder}/local-${name}.png`, ...options });
};

try {
  const page = await open({ colorScheme: "light", viewport: { width: 1280, height: 900 }, permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(`${base}/_local/`);
  await noMessages(page);
  await page.evaluate(() => (window.isSamePage = true));

  step("a code comes without a reload, and is copied");
  const { challenge } = await post("/api/send-otp/", { phone: PHONE });
  const text = card(page, PHONE);
  const shown = text.locator(".code output");
  await shown.waitFor();
  const [message] = await (await fetch(`${base}/_local/messages`)).json();
  const otp = await shown.innerText();
  assert.ok(message.text.includes(otp) && /^\d{6}$/.test(otp), otp);
  await text.getByRole("button", { name: "Copy code" }).click();
  await text.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), otp);
  await text.getByRole("button", { name: "Attributes" }).click();
  await text.getByText("Transactional").waitFor();
  await text.getByRole("button", { name: "Attributes" }).click();

  step("a push comes as the device's platform shows it");
  const { access } = await post("/api/customer/authenticate/", { phone: PHONE, challenge, otp });
  const bearer = { Authorization: `Bearer ${access}` };
  await post("/api/devices/", { registration_id: "iphone:1", type: "ios", name: "Amal's iPhone" }, bearer);
  await post("/api/devices/", { registration_id: "pixel:1", type: "android" }, bearer);
  await notify({
    id: "order-1", to: { phone: PHONE }, type: "order", title: "Your order is on its way", body: "It arrives today between 14 and 15 o'clock.",
    image_url: "https://pictures.example.com/order/7.png", link: "https://shop.example.com/orders/7", data: { order: 7 },
  });
  const push = card(page, "iphone:1");
  await push.getByRole("heading", { name: "Your order is on its way" }).waitFor();
  await push.getByText("It arrives today").waitFor();
  await push.getByText("iOS · Amal's iPhone").waitFor();
  await push.getByLabel("Badge 1").waitFor();
  const links = await push.getByRole("link").evaluateAll((all) => all.map((link) => link.href));
  assert.deepEqual(links, ["https://pictures.example.com/order/7.png", "https://shop.example.com/orders/7"]);
  await push.getByRole("button", { name: "iOS" }).click();
  const ios = JSON.parse(await push.locator("pre").innerText());
  assert.deepEqual([ios.payload.aps.alert.title, ios.payload.order], ["Your order is on its way", "7"]);
  await shot(page, "details");
  await push.getByRole("button", { name: "Android" }).click();
  const android = JSON.parse(await push.locator("pre").innerText());
  assert.deepEqual([android.notification.title, android.data.order], ["Your order is on its way", "7"]);
  await push.getByRole("button", { name: "Android" }).click();
  await card(page, "pixel:1").waitFor();

  step("a silent push is a row of data");
  await notify({ id: "sync-1", to: { phone: PHONE }, silent: true, data: { changed: "orders" } });
  const silentPush = card(page, "pixel:1").filter({ hasText: "Data, not shown by the phone" });
  await silentPush.getByText("orders", { exact: true }).waitFor();
  await card(page, "iphone:1").filter({ hasText: "Data, not shown by the phone" }).waitFor();

  step("only the messages of one phone or device, chosen with the keyboard");
  assert.equal(await cards(page).count(), 5);
  await page.getByRole("radio", { name: "All" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("radio", { name: PHONE }).isChecked(), true);
  assert.equal(await cards(page).filter({ visible: true }).count(), 1);
  await page.keyboard.press("ArrowLeft");

  step("its own forms send a code and a notification, and move the clock");
  await page.getByRole("textbox", { name: "Phone" }).fill("+447400123456");
  await page.getByRole("button", { name: "Send a code" }).click();
  await card(page, "+447400123456").waitFor();
  await page.getByRole("combobox", { name: "To" }).fill(PHONE);
  await page.getByRole("textbox", { name: "Title" }).fill("Typed on the page");
  await page.getByRole("button", { name: "Publish" }).click();
  await card(page, "Typed on the page").first().waitFor();
  await page.getByRole("textbox", { name: "JSON" }).fill('{"ttl": -1}');
  await page.getByRole("button", { name: "Publish" }).click();
  await page.locator("#publish output", { hasText: "of another type" }).waitFor();
  await page.getByRole("button", { name: "+ 15 minutes" }).click();
  await page.getByText("15 minutes ahead").waitFor();
  await page.getByRole("textbox", { name: "JSON" }).fill('{"type": "order", "data": {"order": 7}}');
  await page.locator("#publish output").evaluate((output) => (output.textContent = ""));
  await shot(page, "light");

  step("what texts say is never markup");
  const crafted = await open({ colorScheme: "dark", viewport: { width: 1280, height: 900 } });
  const markup = '<img src="https://example.com/x.png" onerror="alert(1)">';
  const silent = { data: { order: "7", [markup]: markup } };
  const messages = [
    { number: 1, at: "2026-11-28T20:14:00Z", kind: "sms", to: PHONE, text: markup },
    { number: 2, at: "2026-11-28T20:14:30Z", kind: "push", to: "pixel:1", message: silent, received: { android: silent, ios: {}, web: silent } },
    {
      number: 3, at: "2026-11-28T20:15:00Z", kind: "push", to: markup, message: { notification: { title: markup } },
      received: { android: { notification: { title: markup, body: markup, image: "javascript:alert(1)" } }, ios: {}, web: {} },
    },
  ];
  await crafted.route("**/_local/messages?*", (route) =>
    new URL(route.request().url()).searchParams.has("wait") ? undefined : route.fulfill({ json: messages }));
  await crafted.route("**/_local/device?*", (route) => route.fulfill({ json: { type: "android", name: markup } }));
  await crafted.goto(`${base}/_local/`);
  await cards(crafted).nth(2).waitFor(); // they come one by one, each after what is known of its device
  await card(crafted, "Data, not shown by the phone").waitFor();
  assert.equal(await cards(crafted).count(), 3);
  assert.equal(await crafted.locator("#phone img, #phone a:visible").count(), 0);
  const written = await crafted.evaluate(() => {
    try {
      document.body.insertAdjacentHTML("beforeend", "<b></b>");
      return true;
    } catch {
      return false;
    }
  });
  assert.equal(written, false, "the policy admits markup from texts");
  await shot(crafted, "markup");
  await crafted.context().close();

  step("it fits a phone");
  const small = await open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  await small.goto(`${base}/_local/`);
  await card(small, "Your order is on its way").first().waitFor();
  await noSidewaysScroll(small);
  await shot(small, "phone");
  await small.emulateMedia({ colorScheme: "dark" });
  await shot(small, "dark");
  await card(small, "iphone:1").first().getByRole("button", { name: "iOS" }).click();
  await noSidewaysScroll(small);

  step("messages are cleared by the button on one page, and by that on the other page too");
  await page.getByRole("button", { name: "Clear" }).click();
  await noMessages(page);
  await noMessages(small);
  assert.equal(await cards(small).count(), 0);
  assert.deepEqual(await (await fetch(`${base}/_local/messages`)).json(), []);
  await post("/api/send-otp/", { phone: PHONE });
  await card(page, PHONE).waitFor();
  assert.equal(await page.evaluate(() => window.isSamePage), true, "it was loaded again");

  step("a program asks for what is new, and waits for it");
  const listed = async (query) => (await fetch(`${base}/_local/messages?${query}`)).json();
  const [{ number }] = await listed("after=0");
  assert.deepEqual(await listed(`after=${number}`), []);
  const awaited = listed(`after=${number}&wait=20`);
  await post("/api/send-otp/", { phone: PHONE });
  assert.deepEqual((await awaited).map((one) => [one.number, one.to]), [[number + 1, PHONE]]);
  assert.equal((await listed(`after=${number + 99}`)).length, 2, "a number of an earlier run");
  const status = async (path, method) => (await fetch(`${base}/_local/${path}`, { method })).status;
  assert.deepEqual(
    await Promise.all([status("messages?after=x"), status("messages", "PUT"), status("device?registration_id=none"), status("device"), status("none")]),
    [400, 405, 404, 400, 404],
  );

  step("a message that waits for its time is cancelled, and cancelling it again changes nothing");
  const later = new Date(Date.now() + 86_400_000).toISOString();
  await notify({ id: "later-1", to: { phone: PHONE }, title: "Tomorrow", send_at: later });
  const cancel = async (id) => {
    const hash = createHash("sha256").update(id).digest("base64url");
    return (await fetch(`${base}/_local/cancel/${hash}`, { method: "POST" })).json();
  };
  const isTaken = async () => (await cancel("later-1")) === "cancelled";
  const deadline = Date.now() + 20_000;
  while (!(await isTaken())) {
    assert.ok(Date.now() < deadline, "the notifier did not take the message from the queue");
    await page.waitForTimeout(100);
  }
  assert.deepEqual([await cancel("later-1"), await cancel("never-sent")], ["cancelled", "unknown"]);

  step("pages of others get nothing");
  const strange = await (await browser.newContext()).newPage();
  const port = new URL(base).port;
  assert.equal((await strange.goto(`http://${REBOUND}:${port}/_local/messages`)).status(), 403);
  // A page without a policy of its own, so that nothing but the launcher refuses.
  await strange.goto(`http://${REBOUND}:${port}/nothing`);
  const reached = await strange.evaluate(async (base) => {
    const attempts = [
      fetch(`${base}/_local/messages`),
      fetch(`${base}/_local/messages`, { method: "DELETE" }),
      fetch(`${base}/_local/clock`, { method: "POST", mode: "no-cors", body: '{"advance": 60}' }),
      fetch("/_local/messages"),
      fetch("/_local/notify", { method: "POST", body: "{}" }),
    ];
    const answers = await Promise.allSettled(attempts);
    return answers.map(({ value }) => value?.status ?? "unread");
  }, base);
  assert.deepEqual(reached, ["unread", "unread", 0, 403, 403]);
  assert.equal((await (await fetch(`${base}/_local/clock`)).json()).ahead, 900);
  assert.equal((await listed("after=0")).length, 2);
  check(["400 (Bad Request)", "requires 'TrustedHTML'"]);
  console.log(`  no request to another host, no other error in the console; screenshots in ${folder}`);
} finally {
  await browser.close();
}
