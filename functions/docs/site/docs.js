// Shows the document. Everything comes from this host: no fonts, no telemetry, no other service.
"use strict";

(async () => {
  const reference = document.getElementById("reference");
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
    // The samples are written for the launcher; here they are for the stack that serves this page.
    const text = (await answer.text()).replaceAll("http://127.0.0.1:3000", location.origin);
    const content = JSON.parse(text);
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
      authentication: { preferredSecurityScheme: "bearer" },
      generateTagSlug: (tag) => slug(tag.name),
      operationsSorter: (one, other) => place(one) - place(other),
      metaData: { title: "Satchel API" },
    });
  } catch (error) {
    reference.className = "plain";
    reference.textContent = `The reference cannot be shown (${error.message}). The same is at /llms.txt and /openapi.json.`;
  }
})();
