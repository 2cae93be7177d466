// Runs in the page before it: VS Code's API over a function that the test gives. Plain JavaScript, because it goes into the page as it is.
(() => {
  const revive = (value) => Array.isArray(value) ? value.map(revive) : typeof value !== 'object' || value === null ? value
    : 'bytes' in value ? new Uint8Array(value.bytes) : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
  window.acquireVsCodeApi = () => ({
    getState: () => undefined,
    setState: () => undefined,
    postMessage: ({ id, method, params }) => {
      if (method === undefined) return;
      window.__ask(method, params).then((result) => window.postMessage({ id, result: revive(result) }, '*'), (error) => window.postMessage({ id, error: { message: String(error) } }, '*'));
    },
  });
})();
