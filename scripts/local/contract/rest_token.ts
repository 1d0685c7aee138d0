// Who a request speaks for, and tokens that are worth nothing.
import assert from "node:assert/strict";
import { generateKeyPair, SignJWT } from "jose";
import { answered, refused, type RestBench, test } from "./rest_bench.ts";

/** A token of the right form that nobody's key has signed. */
async function forgedToken(): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  return await new SignJWT({ role: "service_role", sub: crypto.randomUUID() })
    .setProtectedHeader({ alg: "ES256", typ: "JWT" }).setIssuedAt().setExpirationTime("1h").sign(privateKey);
}

/** Registers the tests of tokens and roles. */
export function tokenContract(bench: RestBench): void {
  const { target } = bench;

  test("keys and tokens decide the role, and functions see the request", async () => {
    const { token, userId } = await target.signIn();
    const headers = { "x-contract": "seen", cookie: "contract=yes; other=no" };
    const asUser = await bench.send("POST", "/rpc/contract_session", { token, headers });
    answered(asUser, 200, {
      role: "authenticated",
      uid: userId,
      claim_role: "authenticated",
      method: "POST",
      path: "/rpc/contract_session",
      header: "seen",
      cookie: "yes",
      // Declared stable: held to it by POST too.
      read_only: "on",
    });
    const asAnyone = JSON.parse((await bench.send("GET", "/rpc/contract_session")).text);
    assert.deepEqual([asAnyone.role, asAnyone.uid, asAnyone.method], ["anon", null, "GET"]);
    const asService = JSON.parse(
      (await bench.send("POST", "/rpc/contract_session", { key: target.secretKey })).text,
    );
    assert.equal(asService.role, "service_role");
  });

  test("nothing of one request is left for the next", async () => {
    const { token } = await target.signIn();
    await bench.send("POST", "/rpc/contract_answer", {
      token,
      body: '{"p_status":"299","p_headers":"[{\\"x-left\\":\\"over\\"}]"}',
    });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => bench.send("POST", "/rpc/contract_session")),
    );
    for (const answer of answers) {
      answered(answer, 200);
      assert.equal(answer.headers.get("x-left"), null);
      assert.equal(JSON.parse(answer.text).uid, null);
    }
  });

  test("a forged token is refused", async () => {
    const answer = await bench.send("POST", "/rpc/contract_nothing", { token: await forgedToken() });
    assert.equal(answer.status, 401, answer.text);
    // Where the gateway looks at the token first, the answer is its own.
    if (answer.text.includes("PGRST")) {
      refused(answer, 401, "PGRST301");
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer error="invalid_token"/);
    }
  });

  const { tokenLasting } = target;
  if (tokenLasting) {
    test("an expired token is refused", async () => {
      const token = await tokenLasting((await target.signIn()).userId, -3600);
      const answer = await bench.send("GET", "/contract_country", { token });
      // PostgREST 12 says PGRST301.
      const { code, message } = JSON.parse(answer.text);
      assert.match(code, /^PGRST30[13]$/);
      refused(answer, 401, code);
      assert.equal(message, "JWT expired");
      assert.equal(
        answer.headers.get("www-authenticate"),
        'Bearer error="invalid_token", error_description="JWT expired"',
      );
    });
  }

  test("a missing right is 401 for anon and 403 for users", async () => {
    const { token } = await target.signIn();
    const asAnyone = await bench.send("GET", "/contract_note");
    refused(asAnyone, 401, "42501");
    assert.equal(asAnyone.headers.get("www-authenticate"), "Bearer");
    refused(await bench.send("POST", "/rpc/contract_secret"), 401, "42501");
    refused(
      await bench.send("POST", "/contract_country", { token, body: '{"code":"xx","name":"X"}' }),
      403,
      "42501",
    );
    refused(await bench.send("GET", "/contract_note", { key: target.secretKey }), 403, "42501");
    answered(await bench.send("POST", "/rpc/contract_secret", { token }), 200, '"for users"');
  });

  test("users see and change their own rows alone", async () => {
    const [ada, bob] = [await target.signIn(), await target.signIn()];
    const slug = crypto.randomUUID();
    const own = bench.client(ada.token);
    assert.equal((await own.from("contract_note").insert({ slug })).error, null);
    assert.equal((await own.from("contract_note").select("owner").single()).data?.owner, ada.userId);
    const other = bench.client(bob.token);
    assert.deepEqual((await other.from("contract_note").select()).data, []);
    assert.deepEqual(
      (await other.from("contract_note").update({ stars: 5 }).eq("slug", slug).select()).data,
      [],
    );
    assert.deepEqual((await other.from("contract_note").delete().eq("slug", slug).select()).data, []);
    const stolen = await other.from("contract_note").insert({ slug: "mine", owner: ada.userId });
    assert.deepEqual([stolen.status, stolen.error?.code], [403, "42501"]);
    assert.equal((await own.from("contract_note").select().eq("slug", slug)).data?.length, 1);
  });
}
