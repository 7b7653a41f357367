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
    const places = new Map();
    for (const [path, item] of Object.entries(content.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        places.set(`${method} ${path}`, operation["x-order"]);
        // Operations are found by their ids, as in the code that is generated from the document.
        const state = operation["x-apidog-status"] === "released" ? "" : `*${operation["x-apidog-status"]}* · `;
        operation.description = `${state}**${operation.summary}**\n\n${operation.description}`;
        operation.summary = operation.operationId;
      }
    }
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
      persistAuth: true,
      operationsSorter: (one, other) => place(one) - place(other),
      metaData: { title: "Satchel API" },
    });
  } catch (error) {
    reference.className = "plain";
    reference.textContent = `The reference cannot be shown (${error.message}). The same is at /llms.txt and /openapi.json.`;
  }
})();
