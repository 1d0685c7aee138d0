// A gateway before the local stack's own, for tests of what a differently set-up project answers.

/** Stands before the stack's gateway and answers some paths itself, as a project would that is set up differently. */
export function startProxy(apiUrl: string) {
  const answers = new Map<string, () => Response>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const own = answers.get(`${request.method} ${pathname}`);
    if (own) return own();
    const headers = new Headers(request.headers);
    headers.delete("host");
    return await fetch(`${apiUrl}${pathname}${search}`, {
      method: request.method,
      headers,
      body: request.body,
    });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, answers, stop: () => server.shutdown() };
}
