// Shows the document. Everything comes from this host: no fonts, no telemetry, no other service.
"use strict";

(async () => {
  const reference = document.getElementById("reference");
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
    // The samples are written for the launcher; here they are for the stack that serves this page.
    const text = (await answer.text()).replaceAll("http://127.0.0.1:3000", location.origin);
    const order = ({ operation }) => operation?.["x-order"] ?? 0;
    window.Scalar.createApiReference("#reference", {
      content: JSON.parse(text),
      servers: [{ url: location.origin, description: "This stack" }],
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
      tagsSorter: undefined,
      operationsSorter: (a, b) => order(a) - order(b),
      metaData: { title: "Satchel API" },
    });
  } catch (error) {
    reference.className = "plain";
    reference.textContent = `The reference cannot be shown (${error.message}). The same is at /llms.txt and /openapi.json.`;
  }
})();
