// Shows what the launcher recorded, as a phone would, and follows what comes.
//
// It asks for the messages after the last one that it has, and the answer waits until there is one. An answer without any means
// that nothing came for a while, or that the messages were deleted: then it lists them anew, which also finds whatever it missed.
// Texts of messages are only ever text, never markup.
"use strict";

/** The most messages that are shown. */
const MOST = 200;
/** How long an answer waits for a message, in seconds. */
const WAIT = 25;
/** How long the page waits for a launcher that does not answer, in milliseconds. */
const PAUSE = 2000;
const PLATFORMS = { android: "Android", ios: "iOS", web: "Web" };

const byId = (id) => document.getElementById(id);
const list = byId("messages");
/** The messages that are shown, by number, in their order. */
const shown = new Map();
/** What is known of each device: a promise of `{type, name}`, or of null. */
const devices = new Map();
let last = 0;
let clock = { now: Date.now(), read: performance.now() };
let tick;

const ask = async (path, options) => {
  const answer = await fetch(path, options);
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const text = await answer.text();
  let told = text;
  try {
    const body = JSON.parse(text);
    told = body.message ?? body.errors[0].detail;
  } catch {
    // The text itself says it.
  }
  throw new Error(told || `The launcher answered ${answer.status}.`);
};
const post = (path, body) => ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

const made = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const time = (date) => date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Shows the stack's clock, once a minute. */
const showClock = () => {
  const now = new Date(clock.now + performance.now() - clock.read);
  byId("now").textContent = time(now);
  byId("now").dateTime = now.toISOString();
  byId("date").textContent = now.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
  clearTimeout(tick);
  tick = setTimeout(showClock, 60_000 - (now.getTime() % 60_000));
};
const words = (seconds) => {
  const units = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const parts = units.map(([unit, length], place) => {
    const count = Math.floor((place ? seconds % units[place - 1][1] : seconds) / length);
    return count && `${count} ${unit}${count === 1 ? "" : "s"}`;
  });
  return parts.filter(Boolean).join(" ");
};
const setClock = ({ now, ahead }) => {
  clock = { now: Date.parse(now), read: performance.now() };
  byId("ahead").hidden = !ahead;
  byId("ahead").textContent = `${words(ahead)} ahead`;
  showClock();
};

const copy = async (text, button) => {
  // Only a page of this machine has the clipboard; one that is served to another has the old way.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    const field = document.body.appendChild(made("textarea", { value: text }));
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = "Copied";
  byId("copied").textContent = `Copied ${text}`;
  setTimeout(() => (button.textContent = "Copy code"), PAUSE);
};

/** Buttons that show one of several parts of a message, which are objects. */
const parts = (named, first) => {
  const text = made("pre", { hidden: true, tabIndex: 0 });
  const buttons = Object.entries(named).map(([name, part]) => {
    const button = made("button", { type: "button", textContent: name, ariaPressed: "false" });
    button.classList.toggle("own", name === first);
    button.addEventListener("click", () => {
      const opens = button.ariaPressed === "false";
      buttons.forEach((one) => (one.ariaPressed = "false"));
      button.ariaPressed = String(opens);
      text.hidden = !opens;
      text.textContent = JSON.stringify(part, null, 2);
    });
    return button;
  });
  return made("div", { className: "parts" }, made("p", { className: "row" }, ...buttons), text);
};

const card = (template, message) => {
  const item = byId(template).content.firstElementChild.cloneNode(true);
  const part = (selector) => item.querySelector(selector);
  const at = new Date(message.at);
  part(".to").textContent = message.to;
  part("time").textContent = time(at);
  part("time").dateTime = message.at;
  part("time").title = at.toString();
  item.dataset.to = message.to;
  return { item, part };
};

const textCard = (message) => {
  const { item, part } = card("text", message);
  const text = message.text ?? "";
  part(".body").textContent = text;
  const code = message.code ?? text.match(/(?<!\d)\d{6}(?!\d)/)?.[0];
  if (code) {
    part(".code").hidden = false;
    part("output").textContent = code;
    part("button").addEventListener("click", (event) => copy(code, event.target));
  }
  if (message.attributes) item.append(parts({ Attributes: message.attributes }));
  return item;
};

/** What is known of a device, asked once. */
const device = (to) => {
  if (!devices.has(to)) devices.set(to, ask(`/_local/device?registration_id=${encodeURIComponent(to)}`).catch(() => null));
  return devices.get(to);
};

/** Shows an address. A picture stays where it is until its link is followed: this page asks no other host for anything. */
const showAddress = (part, address) => {
  if (!address) return;
  const opens = { href: address, textContent: address, target: "_blank", rel: "noopener noreferrer" };
  part.append(address.startsWith("https://") ? made("a", opens) : address);
  part.hidden = false;
};

const pushCard = (message, known) => {
  const { item, part } = card("push", message);
  const { android = {}, ios = {}, web = {} } = message.received;
  const platform = { android, ios, web }[known?.type] ?? android;
  const title = (known?.type === "ios" && ios.payload?.aps?.alert) || platform.notification || {};
  const badge = ios.payload?.aps?.badge;
  if (known) part(".app").textContent = [PLATFORMS[known.type], known.name].filter(Boolean).join(" · ");
  part(".title").textContent = title.title ?? "";
  part(".body").textContent = title.body ?? "";
  if (badge !== undefined) {
    part(".badge").hidden = false;
    part(".badge").textContent = badge;
    part(".badge").ariaLabel = `Badge ${badge}`;
    part(".badge").role = "img";
  }
  showAddress(part(".picture"), platform.notification?.image ?? message.message.notification?.image);
  showAddress(part(".link"), web.fcm_options?.link);
  if (!message.message.notification) {
    item.classList.add("silent");
    part(".title").textContent = "Data, not shown by the phone";
    part(".body").remove();
    const data = Object.entries(android.data ?? {});
    part(".data").append(...data.flatMap(([name, value]) => [made("dt", { textContent: name }), made("dd", { textContent: value })]));
    part(".data").hidden = data.length === 0;
  }
  const all = { Android: android, iOS: ios, Web: web };
  item.append(parts(message.attributes ? { ...all, Attributes: message.attributes } : all, PLATFORMS[known?.type]));
  return item;
};

const filter = () => document.querySelector("#filter input:checked").value;
const applyFilter = () => {
  const to = filter();
  for (const item of list.children) item.hidden = Boolean(to) && item.dataset.to !== to;
};

/** A choice for each phone and device of which a message is shown. */
const showRecipients = () => {
  const wanted = new Map([...shown.values()].map(({ message }) => [message.to, message]));
  for (const label of [...byId("filter").querySelectorAll("label")].slice(1)) {
    const input = label.querySelector("input");
    if (wanted.delete(input.value)) continue;
    if (input.checked) document.querySelector("#filter input").checked = true;
    label.remove();
  }
  for (const to of wanted.keys()) {
    const input = made("input", { type: "radio", name: "to", value: to });
    byId("filter").append(made("label", { title: to }, input, made("span", { textContent: to })));
  }
  const phones = [...shown.values()].map(({ message }) => message).filter((message) => message.kind !== "push");
  byId("phones").replaceChildren(...[...new Set(phones.map(({ to }) => to))].map((value) => made("option", { value })));
};

const showState = (text) => {
  byId("state").textContent = text ?? (shown.size ? "" : "No messages yet. Request a code, or publish a notification.");
  byId("clear").disabled = shown.size === 0;
};

const add = async (messages) => {
  for (const message of messages.slice(-MOST)) {
    const item = message.kind === "push" ? pushCard(message, await device(message.to)) : textCard(message);
    // Another listing can have been faster.
    if (shown.has(message.number)) continue;
    list.prepend(item);
    shown.set(message.number, { message, item });
    last = message.number;
  }
  for (const [number, { item }] of [...shown].slice(0, -MOST)) {
    item.remove();
    shown.delete(number);
  }
  showRecipients();
  applyFilter();
};

/** Lists the messages anew; changes nothing where they are the ones that are shown. */
const reload = async () => {
  const messages = (await ask(`/_local/messages?after=${Math.max(0, last - MOST)}`)).slice(-MOST);
  const name = (message) => `${message.number} ${message.at}`;
  const old = [...shown.values()].map(({ message }) => name(message));
  if (messages.map(name).join() === old.join()) return;
  shown.clear();
  list.replaceChildren();
  await add(messages);
};

const follow = async () => {
  let isLost = true;
  for (;;) {
    try {
      const newer = isLost ? [] : await ask(`/_local/messages?after=${last}&wait=${WAIT}`);
      if (newer[0]?.number > last) await add(newer);
      else await reload();
      setClock(await ask("/_local/clock"));
      isLost = false;
      showState();
    } catch {
      isLost = true;
      showState("The launcher does not answer. Is it running?");
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
};

/** Does something with a form's fields, and says in it what came of it. */
const onSubmit = (id, act) => {
  const form = byId(id);
  const say = (text, isError) => {
    form.querySelector("output").textContent = text;
    form.classList.toggle("failed", isError);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      say(await act(Object.fromEntries(new FormData(form)), event.submitter), false);
    } catch (error) {
      say(error.message, true);
    }
  });
};

onSubmit("request", async ({ phone }) => {
  await post("/api/send-otp/", { phone });
  return "";
});
onSubmit("publish", async ({ to, title, body, more }) => {
  const told = Object.fromEntries(Object.entries({ title, body }).filter(([, text]) => text));
  const id = `phone-page-${Date.now()}`;
  const phone = to.trim();
  await post("/_local/notify", { id, to: phone ? { phone } : { all: true }, ...told, ...JSON.parse(more || "{}") });
  return "Published. Active devices get a push.";
});
onSubmit("advance", async (_, button) => {
  setClock(await post("/_local/clock", { advance: Number(button.value) }));
  return "";
});
byId("clear").addEventListener("click", async () => {
  try {
    await ask("/_local/messages", { method: "DELETE" });
    await reload();
    showState();
  } catch (error) {
    showState(error.message);
  }
});
byId("filter").addEventListener("change", applyFilter);
follow();
