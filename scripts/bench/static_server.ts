// A static file server in a process of its own: argument 1 is the folder. Prints its port, then serves until killed.
const [folder = "."] = Deno.args;
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  const name = new URL(request.url).pathname.replaceAll(/[^a-z0-9.]/g, "");
  const file = await Deno.open(`${folder}/${name}`);
  return new Response(file.readable, {
    headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip" },
  });
});
console.log(server.addr.port);
