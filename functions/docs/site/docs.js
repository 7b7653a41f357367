// Shows the document. Everything comes from this host: no fonts, no telemetry, no other service.
"use strict";

(async () => {
  const samples = ["Sample APIs", "pet", "store", "user"];

  // The reference keeps tokens in the local storage: here they end with the tab. This runs before its program.
  const lasting = window.localStorage;
  const storage = (name) => (name.startsWith("scalar-reference-auth") ? sessionStorage : lasting);
  Object.defineProperty(window, "localStorage", {
    value: {
      getItem: (name) => storage(name).getItem(name),
      setItem: (name, value) => storage(name).setItem(name, value),
      removeItem: (name) => storage(name).removeItem(name),
    },
  });

  const reference = document.getElementById("reference");
  const notice = document.getElementById("notice");
  const say = (text) => {
    notice.textContent = text;
    notice.hidden = !text;
  };
  const ready = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  const json = async (path, body) => {
    const answer = await fetch(path, body && { method: "POST", body: new URLSearchParams(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };

  /** Logs a phone in at the launcher, which sends its text messages to no phone but lists them. */
  const logIn = async (phone) => {
    const last = (await json("/_local/messages")).at(-1)?.number ?? 0;
    const { challenge } = await json("/api/send-otp/", { phone });
    const codeOf = (message) => message.code ?? message.text?.match(/(?<!\d)\d{6}(?!\d)/)?.[0];
    const message = (await json(`/_local/messages?after=${last}`)).find(codeOf);
    if (!message) throw new Error("no code was sent");
    const { access } = await json("/api/customer/authenticate/", { phone: message.to, challenge, otp: codeOf(message) });
    const bearer = { type: "http", "x-scalar-secret-token": access, "x-scalar-secret-username": "", "x-scalar-secret-password": "" };
    sessionStorage.setItem("scalar-reference-auth-api-1", JSON.stringify({ secrets: { bearer }, selected: {} }));
    location.reload();
  };
  const testNumber = () => `+120255501${String(Math.floor(Math.random() * 100)).padStart(2, "0")}`;
  /** Offers a log-in of any phone where the launcher serves this page. */
  const offerLogIn = async () => {
    if (!["127.0.0.1", "localhost", "[::1]"].includes(location.hostname)) return;
    if ((await fetch("/_local/health")).status !== 204) return;
    const form = document.getElementById("log-in");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const phone = form.elements.phone.value.trim() || testNumber();
      logIn(phone).catch((error) => say(`The log-in failed: ${error.message}`));
    });
  };

  try {
    const [answer] = await Promise.all([fetch("/docs/reference.json"), ready]);
    if (!answer.ok) throw new Error(`/docs/reference.json: ${answer.status}`);
    // Samples and guides are written for the launcher; here they are for the stack that serves this page.
    const content = JSON.parse((await answer.text()).replaceAll("http://127.0.0.1:3000", location.origin));
    content.servers = content.servers.map((server) => ({ ...server, url: location.origin + server.url.replace(/\/$/, "") }));
    const slug = (tag) => tag.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
    const operations = Object.entries(content.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation, tag: operation.tags[0] })),
    );
    const folders = content.tags.map((tag) => tag.name);
    const order = ({ tag, operation }) => folders.indexOf(tag) * 1000 + operation["x-order"];
    operations.sort((one, other) => order(one) - order(other));
    const link = (words, one) =>
      one && `${words} [${one.operation.operationId}](#tag/${slug(one.tag)}/${one.method.toUpperCase()}${one.path})`;
    const places = new Map();
    operations.forEach((one, place) => {
      const { operation } = one;
      places.set(`${one.method} ${one.path}`, place);
      const state = operation["x-apidog-status"] === "released" ? "" : `*${operation["x-apidog-status"]}* · `;
      const ways = [link("Previous:", operations[place - 1]), link("Next:", operations[place + 1])].filter(Boolean).join(" · ");
      operation.description = `${state}**${operation.summary}**\n\n${operation.description}\n\n${ways}`;
    });
    // Operations are found by their ids, as in the code that is generated from the document.
    operations.forEach(({ operation }) => { operation.summary = operation.operationId; });
    const place = ({ method, path }) => places.get(`${method.toLowerCase()} ${path}`) ?? 0;

    /** Whether an operation takes a token of ours. */
    const needsToken = (request) => {
      const asked = `${request.method.toLowerCase()} ${new URL(request.url).pathname.replace(/^\/mock/, "")}`;
      const shape = (one) => `${one.method} ${one.path}`.replace("{registration_id}", ".+").replace(/{\w+}/g, "[^/]+");
      return operations.some((one) => one.operation.security && new RegExp(`^${shape(one)}?$`).test(asked));
    };
    /** Sends nothing without a token that is needed, and says so. */
    const send = (input, init) => {
      const request = new Request(input, init);
      const token = request.headers.get("Authorization")?.replace(/^Bearer\s*/, "");
      const isMissing = !token && needsToken(request);
      say(isMissing ? "Not sent: this operation needs a token. Enter the access token of a log-in under Authentication." : "");
      if (!isMissing) return fetch(request);
      return Promise.resolve(Response.json({ not_sent: notice.textContent }, { status: 401, statusText: "Not sent" }));
    };

    // The folders of the sample shop begin closed, unless an address leads into one.
    const open = new Set(samples.map(slug).filter((name) => !location.hash.startsWith(`#tag/${name}/`)));
    const closeSamples = new MutationObserver(() => {
      for (const name of open) {
        const toggle = document.querySelector(`[data-sidebar-id$="/tag/${name}"] button[aria-expanded="true"]`);
        if (toggle) {
          open.delete(name);
          toggle.click();
        }
      }
      if (open.size === 0) closeSamples.disconnect();
    });
    closeSamples.observe(document.body, { childList: true, subtree: true });

    window.Scalar.createApiReference("#reference", {
      content,
      agent: { disabled: true },
      mcp: { disabled: true },
      telemetry: false,
      withDefaultFonts: false,
      showDeveloperTools: "never",
      hideClientButton: true,
      hiddenClients: true,
      defaultOpenAllTags: true,
      defaultOpenFirstTag: true,
      hideModels: true,
      documentDownloadType: "none",
      persistAuth: true,
      customFetch: send,
      authentication: { preferredSecurityScheme: "bearer" },
      generateTagSlug: (tag) => slug(tag.name),
      operationsSorter: (one, other) => place(one) - place(other),
      metaData: { title: "Satchel API" },
    });
    await offerLogIn();
  } catch (error) {
    reference.className = "plain";
    reference.textContent = `The reference cannot be shown (${error.message}). The same is at /llms.txt and /openapi.json.`;
  }
})();
