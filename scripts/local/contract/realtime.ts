// What an app expects of Supabase Realtime: broadcasts on public and private channels, and from the database. The
// same tests run against the local stand-in and against any hosted project.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { rawSocket } from "./realtime_client.ts";
import { realtimeBench, type RealtimeTarget, SILENCE_MS } from "./realtime_bench.ts";

export type { RealtimeTarget };

/** Registers the contract's tests. */
export function realtimeContract(target: RealtimeTarget): void {
  const { notices, sql, device, topicOf, secret, join, refusal, send, test } = realtimeBench(target);

  test("a private channel admits whom the policies on realtime.messages admit", async () => {
    const [ada, bea] = [await target.signIn(), await target.signIn()];
    const topic = topicOf(ada.userId);
    await using adasDevice = device(ada.token);
    await using beasDevice = device(bea.token);
    await using nobodysDevice = device(null);
    await using server = device(null, { key: target.secretKey });
    await join(adasDevice, topic, secret);
    await join(server, topic, secret);
    const expected = `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;
    assert.equal(await refusal(beasDevice, topic), expected);
    assert.equal(await refusal(nobodysDevice, topic), expected);
  });

  test("200 messages of the database arrive once each, in the order of their commits", async () => {
    const { token, userId } = await target.signIn();
    await using reader = device(token);
    const topic = topicOf(userId);
    const { inbox } = await join(reader, topic, secret);
    await sql`select realtime.send(jsonb_build_object('n', n), 'note', ${topic}) from generate_series(0, 99) n`;
    for (let n = 100; n < 200; n++) await send(topic, { n });
    await inbox.hold(200);
    assert.deepEqual(inbox.payloads().map(({ n }) => n), Array.from({ length: 200 }, (_, n) => n));
    const [first] = inbox.messages;
    assert.equal(first?.event, "note");
    assert.equal(first?.payload.id, first?.meta?.id, "the message's id is in its payload");
  });

  test("what is rolled back is never heard", async () => {
    const { token, userId } = await target.signIn();
    await using reader = device(token);
    const topic = topicOf(userId);
    const { inbox } = await join(reader, topic, secret);
    await sql.begin(async (tx) => {
      await tx`select realtime.send('{"n": 1}', 'note', ${topic})`;
      throw new Error("undone");
    }).catch(() => {});
    await send(topic, { n: 2 });
    await inbox.hold(1);
    assert.deepEqual(inbox.payloads().map(({ n }) => n), [2]);
  });

  test("private messages reach private channels alone, public ones public channels alone", async () => {
    const { token, userId } = await target.signIn();
    const topic = topicOf(userId);
    await using member = device(token);
    await using passerby = device(null);
    const inside = await join(member, topic, secret);
    const outside = await join(passerby, topic);
    await send(topic, { n: "private" }, true);
    await send(topic, { n: "public" }, false);
    await Promise.all([inside.inbox.hold(1), outside.inbox.hold(1)]);
    await delay(SILENCE_MS);
    assert.deepEqual(inside.inbox.payloads().map(({ n }) => n), ["private"]);
    assert.deepEqual(outside.inbox.payloads().map(({ n }) => n), ["public"]);
  });

  test("realtime.send that fails is a warning, and the transaction commits", async () => {
    notices.length = 0;
    const [row] = await sql`select realtime.send('[1]', 'note', 'contract:array'), 1 as answer`;
    assert.equal(row?.answer, 1);
    assert.match(notices.join(), /ErrorSendingBroadcastMessage/);
  });

  for (const vsn of ["2.0.0", "1.0.0"]) {
    test(`clients hear one another, and themselves only on request (protocol ${vsn})`, async () => {
      const topic = `contract:public:${crypto.randomUUID()}`;
      await using sender = device(null, { vsn });
      await using listener = device(null);
      const own = await join(sender, topic, { self: true, ack: true });
      const other = await join(listener, topic);
      const payload = { text: "ä 🦉", n: 1.5 };
      assert.equal(await own.channel.send({ type: "broadcast", event: "chat", payload }), "ok");
      await Promise.all([own.inbox.hold(1), other.inbox.hold(1)]);
      assert.deepEqual([own.inbox.payloads(), other.inbox.payloads()], [[payload], [payload]]);
      await other.channel.send({ type: "broadcast", event: "chat", payload: { n: 2 } });
      await own.inbox.hold(2);
      await send(topic, { n: 3 }, false);
      await Promise.all([own.inbox.hold(3), other.inbox.hold(2)]);
      assert.deepEqual(
        other.inbox.payloads().map(({ n }) => n),
        [1.5, 3],
        "without self nothing of one's own",
      );
    });
  }

  test("bytes arrive as bytes", async () => {
    const topic = `contract:public:${crypto.randomUUID()}`;
    await using sender = device(null);
    await using listener = device(null);
    const { channel } = await join(sender, topic);
    const { inbox } = await join(listener, topic);
    await channel.send({ type: "broadcast", event: "raw", payload: new Uint8Array([0, 255, 7]).buffer });
    await inbox.hold(1);
    assert.deepEqual(inbox.bytes(), [[0, 255, 7]]);
  });

  test("who may read but not write is ignored, and stays", async () => {
    const { token, userId } = await target.signIn();
    await using sender = device(token);
    await using listener = device(token);
    for (const [kind, heard] of [["readable", []], ["writable", [1]]] as const) {
      const topic = topicOf(userId, kind);
      const { channel } = await join(sender, topic, secret);
      const { inbox } = await join(listener, topic, secret);
      await channel.send({ type: "broadcast", event: "chat", payload: { n: 1 } });
      await inbox.hold(heard.length);
      await delay(SILENCE_MS);
      assert.deepEqual(inbox.payloads().map(({ n }) => n), heard, kind);
      assert.equal(channel.state, "joined");
    }
  });

  test("a renewed token keeps the channel, one without the right to read ends it", async () => {
    const [ada, bea] = [await target.signIn(), await target.signIn()];
    await using reader = device(ada.token);
    const topic = topicOf(ada.userId);
    const { channel, inbox } = await join(reader, topic, secret);
    if (target.tokenLasting) await reader.use(await target.tokenLasting(ada.userId, 600));
    await send(topic, { n: 1 });
    await inbox.hold(1);
    assert.equal(channel.state, "joined");
    await reader.use(bea.token);
    await inbox.closed();
    assert.match(inbox.lastSystem(), /permission/);
    await send(topic, { n: 2 });
    await delay(SILENCE_MS);
    assert.equal(inbox.messages.length, 1);
  });

  const withoutTokens = !target.tokenLasting;
  const tokenLasting = (userId: string, seconds: number) =>
    target.tokenLasting?.(userId, seconds) ?? Promise.resolve("");

  test("a join with an expired token is refused", async () => {
    const { userId } = await target.signIn();
    await using reader = device(await tokenLasting(userId, -60));
    assert.match(
      await refusal(reader, topicOf(userId)),
      /^InvalidJWT\w+: Token has expired \d+ seconds ago$/,
    );
  }, withoutTokens);

  test("a channel ends with its token, unless it gets a new one", async () => {
    const { token, userId } = await target.signIn();
    const topic = topicOf(userId);
    // A slow machine gets a longer token, to join with while it is good.
    for (let seconds = 2, isInTime = false; !isInTime; seconds *= 4) {
      await using ending = device(await tokenLasting(userId, seconds));
      await using renewed = device(await tokenLasting(userId, seconds));
      const began = performance.now();
      try {
        const { inbox } = await join(ending, topic, secret);
        const { channel } = await join(renewed, topic, secret);
        await renewed.use(token);
        isInTime = performance.now() - began < (seconds - 1) * 1000;
        await inbox.closed();
        assert.match(inbox.lastSystem(), /Token has expired \d+ seconds ago/);
        await delay(1_000);
        assert.equal(channel.state, "joined");
      } catch (error) {
        if (isInTime || performance.now() - began < (seconds - 1) * 1000 || seconds > 60) throw error;
      }
    }
  }, withoutTokens);

  test("a forged token is refused", async () => {
    const { token, userId } = await target.signIn();
    const [header, claims] = token.split(".");
    await using forged = device(`${header}.${claims}.${"A".repeat(86)}`);
    await using malformed = device("not a token");
    assert.match(await refusal(forged, topicOf(userId)), /^JwtSignatureError: /);
    assert.match(await refusal(malformed, topicOf(userId)), /^MalformedJWT: /);
  });

  test("after leaving nothing is heard, after coming back everything", async () => {
    const { token, userId } = await target.signIn();
    await using reader = device(token);
    const topic = topicOf(userId);
    const before = await join(reader, topic, secret);
    assert.equal(await reader.client.removeChannel(before.channel), "ok");
    await send(topic, { n: 1 });
    await delay(SILENCE_MS);
    const after = await join(reader, topic, secret);
    await send(topic, { n: 2 });
    await after.inbox.hold(1);
    assert.deepEqual([before.inbox.messages.length, after.inbox.payloads().map(({ n }) => n)], [0, [2]]);
  });

  test("a device that reconnects is heard of again", async () => {
    const { token, userId } = await target.signIn();
    await using reader = device(token);
    const topic = topicOf(userId);
    const { inbox } = await join(reader, topic, secret);
    await reader.client.realtime.disconnect();
    while (reader.client.realtime.connectionState() !== "closed") await delay(10);
    reader.client.realtime.connect();
    await inbox.joinedAgain();
    await send(topic, { n: 1 });
    await inbox.hold(1);
  });

  test("replay brings the newest messages of a private topic, and none twice", async () => {
    const { token, userId } = await target.signIn();
    await using reader = device(token);
    const topic = topicOf(userId);
    const since = Date.now() - 60_000;
    await using witness = device(token);
    const live = await join(witness, topic, secret);
    for (let n = 0; n < 30; n++) await send(topic, { n });
    await live.inbox.hold(30);
    const { channel, inbox } = await join(reader, topic, { isPrivate: true, replay: { since, limit: 99 } });
    await send(topic, { n: 30 });
    await inbox.hold(26);
    assert.deepEqual(inbox.payloads().map(({ n }) => n), Array.from({ length: 26 }, (_, n) => n + 5));
    assert.equal(inbox.messages[0]?.meta?.replayed, true);
    assert.equal(inbox.messages[25]?.meta?.replayed, undefined);
    await reader.client.removeChannel(channel);
    const future = await join(reader, topic, { isPrivate: true, replay: { since: Date.now() + 60_000 } });
    await delay(SILENCE_MS);
    assert.equal(future.inbox.messages.length, 0);
  });

  test("broadcasts over HTTP are delivered, private ones by the same policies", async () => {
    const { token, userId } = await target.signIn();
    const [writable, readable] = [topicOf(userId), topicOf(userId, "readable")];
    await using reader = device(token);
    await using sender = device(token);
    const heard = await join(reader, writable, secret);
    const silent = await join(reader, readable, secret);
    await sender.client.realtime.setAuth();
    const unjoined = sender.client.channel(writable, { config: { private: true } });
    assert.deepEqual(await unjoined.httpSend("note", { n: 1 }), { success: true });
    await sender.client.removeChannel(unjoined);
    const forbidden = sender.client.channel(readable, { config: { private: true } });
    await assert.rejects(forbidden.httpSend("note", { n: 1 }), /Unauthorized/);
    await sender.client.removeChannel(forbidden);
    const post = (body: string, key = target.publishableKey, bearer = token) =>
      fetch(`${target.url}/realtime/v1/api/broadcast`, {
        method: "POST",
        headers: { apikey: key, authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        body,
      });
    const messages = [writable, readable].map((topic) => ({
      topic,
      event: "note",
      payload: { n: 2 },
      private: true,
    }));
    const batch = await post(JSON.stringify({ messages }));
    assert.deepEqual([batch.status, await batch.text()], [202, ""]);
    await heard.inbox.hold(2);
    await delay(SILENCE_MS);
    assert.deepEqual(heard.inbox.payloads().map(({ n }) => n), [1, 2]);
    assert.deepEqual(silent.inbox.messages, []);
    const incomplete = await post(JSON.stringify({ messages: [{ topic: "t" }] }));
    await incomplete.body?.cancel();
    assert.equal(incomplete.status, 422);
  });

  test("heartbeats are answered, and a topic that was not joined is an error", async () => {
    await using socket = await rawSocket(target);
    assert.deepEqual(await socket.ask([null, "1", "phoenix", "heartbeat", {}]), {
      status: "ok",
      response: {},
    });
    const stray = await socket.ask(["2", "3", "realtime:never-joined", "broadcast", {
      type: "broadcast",
      event: "e",
    }]);
    assert.deepEqual(stray, { status: "error", response: { reason: "unmatched topic" } });
    const nameless = await socket.ask(["4", "5", "realtime:", "phx_join", { config: {} }]);
    assert.equal(nameless.status, "error");
    assert.match(String(nameless.response.reason), /^TopicNameRequired: /);
  });
}
