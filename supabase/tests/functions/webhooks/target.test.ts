// Which URLs a webhook may go to: never into the network that the dispatcher runs in.
import assert from "node:assert/strict";
import fc from "fast-check";
import { addressBytes, isLoopback, isPublic } from "../../../functions/webhooks/address.ts";
import { RefusedTarget, targetOf } from "../../../functions/webhooks/target.ts";
import { settings } from "../../properties/settings.ts";

const never = () => Promise.reject(new Error("nothing was to be resolved"));
const rules = (...addresses: string[]) => ({
  resolve: () => Promise.resolve(addresses),
  allowLoopback: false,
});
const refused = (url: string, ...addresses: string[]) =>
  assert.rejects(targetOf(url, true, rules(...addresses)), RefusedTarget, url);

const PRIVATE = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.255",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.168.1.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.9",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::a00:1",
  "fc00::1",
  "fd12::1",
  "fe80::1",
  "ff02::1",
  "2001:db8::1",
  "2001::1",
  "2002:7f00:1::1",
  "3fff::1",
  "100::1",
];
const PUBLIC = [
  "8.8.8.8",
  "1.1.1.1",
  "100.63.255.255",
  "172.32.0.1",
  "223.255.255.255",
  "2606:4700::1111",
  "2a00::1",
];

Deno.test("S2: private, loopback, link-local and reserved addresses are not public", () => {
  assert.deepEqual(PRIVATE.filter(isPublic), []);
  assert.deepEqual(PUBLIC.filter((address) => !isPublic(address)), []);
  const nonsense = [
    "",
    "x",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1::2::3",
    ":::",
    "1:2:3:4:5:6:7:8:9",
    "g::",
  ];
  assert.deepEqual(nonsense.filter((text) => isPublic(text) || addressBytes(text) !== null), []);
  assert.deepEqual(["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1"].filter((a) => !isLoopback(a)), []);
  assert.deepEqual(["128.0.0.1", "::2", "x"].filter(isLoopback), []);
});

Deno.test("S2: every notation of an address has the same bytes", () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const bytes = addressBytes(text);
      assert.equal(bytes?.length, 16, text);
      const written = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      assert.deepEqual(addressBytes(written), bytes, `${text} is ${written}`);
    }),
    settings(500),
  );
});

Deno.test("S2: URLs with private addresses are refused", async () => {
  for (const address of PRIVATE) {
    await refused(`https://${address.includes(":") ? `[${address}]` : address}/`);
  }
  // Forms that a URL parser makes addresses of.
  for (const host of ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1."]) {
    await refused(`https://${host}/`);
  }
  for (
    const host of [
      "localhost",
      "a.localhost",
      "metadata.google.internal",
      "printer.local",
      "intranet",
      "LOCALHOST.",
    ]
  ) {
    await refused(`https://${host}/`, "8.8.8.8");
  }
  await refused("http://one.example/", "8.8.8.8");
  await refused("https://user:word@one.example/", "8.8.8.8");
});

Deno.test("S2: a name with a private address is refused, and others are connected at the checked address", async () => {
  await refused("https://one.example/", "8.8.8.8", "169.254.169.254");
  await refused("https://one.example/", "::ffff:10.0.0.1");
  const target = await targetOf("https://one.example:8443/a?b", false, rules("8.8.8.8", "2606:4700::1111"));
  assert.deepEqual(
    [target.hostname, target.port, target.addresses],
    ["one.example", 8443, ["8.8.8.8", "2606:4700::1111"]],
  );
});

Deno.test("S2: loopback addresses are only for local endpoints, and only if the environment allows them", async () => {
  const allowed = { resolve: never, allowLoopback: true };
  assert.deepEqual((await targetOf("http://127.0.0.1:9000/", true, allowed)).addresses, ["127.0.0.1"]);
  assert.deepEqual((await targetOf("http://localhost:9000/", true, allowed)).addresses, ["127.0.0.1"]);
  await assert.rejects(targetOf("http://127.0.0.1:9000/", false, allowed), RefusedTarget);
  await assert.rejects(
    targetOf("http://127.0.0.1:9000/", true, { ...allowed, allowLoopback: false }),
    RefusedTarget,
  );
  await assert.rejects(targetOf("http://10.0.0.1/", true, allowed), RefusedTarget);
});
