// Writing to tables: insert, upsert, update, delete.
import assert from "node:assert/strict";
import { answered, refused, type RestBench, test } from "./rest_bench.ts";

const RETURN = { prefer: "return=representation" };

/** Registers the tests of writing; each works on notes of a user of its own. */
export function writeContract(bench: RestBench): void {
  /** Requests of a new user. */
  async function writer() {
    const { token } = await bench.target.signIn();
    return {
      client: bench.client(token),
      send: (method: string, query = "", body?: unknown, headers: Record<string, string> = {}) =>
        bench.send(method, `/contract_note?${query}`, {
          token,
          headers,
          body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
        }),
    };
  }

  test("POST inserts one row or many, and returns nothing unless asked", async () => {
    const { send, client } = await writer();
    const silent = await send("POST", "", { slug: "a" });
    answered(silent, 201, "");
    assert.equal(silent.headers.get("content-type"), null);
    const many = await send("POST", "select=slug,stars&order=slug.desc", [{ slug: "b", stars: 2 }, {
      slug: "c",
      stars: 3,
    }], {
      prefer: "return=representation, count=exact",
    });
    answered(many, 201, [{ slug: "c", stars: 3 }, { slug: "b", stars: 2 }]);
    assert.equal(many.headers.get("content-range"), "*/2");
    assert.equal(many.headers.get("preference-applied"), "return=representation, count=exact");
    const { data } = await client.from("contract_note").insert({ slug: "d", stars: 4 }).select("stars")
      .single();
    assert.deepEqual(data, { stars: 4 });
    answered(await send("POST", "", [], RETURN), 201, "[]");
    answered(
      await send("GET", "select=slug&order=slug"),
      200,
      ["a", "b", "c", "d"].map((slug) => ({ slug })),
    );
  });

  test("missing keys are null, or the default where asked; columns= chooses keys", async () => {
    const { send, client } = await writer();
    const rows = [{ slug: "a", stars: 5 }, { slug: "b" }];
    const columns = "columns=slug,stars&select=slug,stars";
    answered(await send("POST", columns, rows, RETURN), 201, [{ slug: "a", stars: 5 }, {
      slug: "b",
      stars: null,
    }]);
    refused(await send("POST", "", rows), 400, "PGRST102");
    const inserted = await client.from("contract_note")
      .insert([{ slug: "c", stars: 5 }, { slug: "d" }], { defaultToNull: false }).select("slug, stars");
    assert.deepEqual(inserted.data, [{ slug: "c", stars: 5 }, { slug: "d", stars: 1 }]);
    const ignored = await send("POST", "columns=slug&select=stars", { slug: "e", stars: 5 }, RETURN);
    answered(ignored, 201, [{ stars: 1 }]);
  });

  test("upserts merge or ignore duplicates", async () => {
    const { send, client } = await writer();
    await send("POST", "", [{ slug: "a", stars: 1 }, { slug: "b", stars: 1 }]);
    const query = "on_conflict=owner,slug&select=slug,stars";
    const merge = { prefer: "resolution=merge-duplicates, return=representation" };
    const merged = await send("POST", query, [{ slug: "a", stars: 2 }, { slug: "c", stars: 2 }], merge);
    answered(merged, 201, [{ slug: "a", stars: 2 }, { slug: "c", stars: 2 }]);
    assert.equal(
      merged.headers.get("preference-applied"),
      "resolution=merge-duplicates, return=representation",
    );
    answered(await send("POST", query, { slug: "a", stars: 3 }, merge), 200, [{ slug: "a", stars: 3 }]);
    const ignore = { prefer: "resolution=ignore-duplicates, return=representation" };
    const ignored = await send("POST", query, [{ slug: "a", stars: 4 }, { slug: "d", stars: 4 }], ignore);
    answered(ignored, 201, [{ slug: "d", stars: 4 }]);
    const { data: row } = await client.from("contract_note").select("id").eq("slug", "b").single();
    const upserted = await client.from("contract_note").upsert({ id: row?.id, slug: "b", stars: 5 }).select(
      "stars",
    );
    assert.deepEqual(upserted.data, [{ stars: 5 }], "by primary key unless told otherwise");
    const unknownKey = await send("POST", "on_conflict=stars", { slug: "z" }, merge);
    refused(unknownKey, 400, "42P10");
  });

  test("PATCH changes what its filters find", async () => {
    const { send, client } = await writer();
    await send("POST", "", [{ slug: "a", stars: 1 }, { slug: "b", stars: 1 }, { slug: "c", stars: 1 }]);
    const silent = await send("PATCH", "slug=eq.a", { stars: 2 }, { prefer: "count=exact" });
    answered(silent, 204, "");
    assert.equal(silent.headers.get("content-range"), "0-0/1");
    const some = await send("PATCH", "or=(slug.eq.b,slug.eq.c)&select=slug,stars&order=slug.desc", {
      stars: 3,
    }, RETURN);
    answered(some, 200, [{ slug: "c", stars: 3 }, { slug: "b", stars: 3 }]);
    answered(await send("PATCH", "slug=eq.zz", { stars: 3 }, RETURN), 200, "[]");
    answered(await send("PATCH", "slug=eq.a", {}), 204, "");
    const updated = await client.from("contract_note").update({ stars: 0 }, { count: "exact" }).eq(
      "stars",
      3,
    );
    assert.deepEqual([updated.status, updated.count], [204, 2]);
    const strict = { prefer: "handling=strict, max-affected=2" };
    refused(await send("PATCH", "stars=gte.0", { stars: 4 }, strict), 400, "PGRST124");
    answered(await send("GET", "select=stars&order=slug"), 200, [{ stars: 2 }, { stars: 0 }, { stars: 0 }]);
  });

  test("DELETE removes what its filters find", async () => {
    const { send, client } = await writer();
    await send("POST", "", [{ slug: "a" }, { slug: "b" }, { slug: "c" }]);
    answered(await send("DELETE", "slug=eq.a&select=slug", undefined, RETURN), 200, [{ slug: "a" }]);
    assert.equal((await client.from("contract_note").delete().eq("slug", "b")).status, 204);
    answered(await send("GET", "select=slug"), 200, [{ slug: "c" }]);
  });

  test("a whole table is neither updated nor deleted", async () => {
    const { send } = await writer();
    await send("POST", "", { slug: "a" });
    const update = refused(await send("PATCH", "", { stars: 2 }), 400, "21000");
    assert.equal(update.message, "UPDATE requires a WHERE clause");
    const remove = refused(await send("DELETE"), 400, "21000");
    assert.equal(remove.message, "DELETE requires a WHERE clause");
    answered(await send("GET", "select=stars"), 200, [{ stars: 1 }]);
  });

  test("broken constraints name themselves, and leave nothing", async () => {
    const { send } = await writer();
    await send("POST", "", { slug: "a" });
    const duplicate = refused(await send("POST", "", [{ slug: "new" }, { slug: "a" }]), 409, "23505");
    assert.match(duplicate.message ?? "", /contract_note_owner_slug_key/);
    refused(await send("POST", "", { slug: "b", country: "zz" }), 409, "23503");
    refused(await send("POST", "", { slug: "b", stars: 6 }), 400, "23514");
    refused(await send("POST", "", { slug: null }), 400, "23502");
    refused(await send("POST", "", { slug: "b", stars: "many" }), 400, "22P02");
    refused(await send("POST", "", { slug: "b\0" }), 400, "22P05");
    refused(await send("PATCH", "slug=eq.a", { stars: 9 }), 400, "23514");
    answered(await send("GET", "select=slug"), 200, [{ slug: "a" }]);
  });

  test("unknown columns and bodies that are no rows are refused", async () => {
    const { send } = await writer();
    const unknown = refused(await send("POST", "", { slug: "a", nonsense: 1 }), 400, "PGRST204");
    assert.equal(
      unknown.message,
      "Could not find the 'nonsense' column of 'contract_note' in the schema cache",
    );
    refused(await send("PATCH", "slug=eq.a", { '"; drop table contract_note; --': 1 }), 400, "PGRST204");
    refused(await send("POST", "columns=nonsense", { slug: "a" }), 400, "PGRST204");
    refused(await send("PATCH", "nonsense=eq.a", { stars: 1 }), 400, "42703");
    refused(await send("DELETE", "nonsense=eq.a"), 400, "42703");
    refused(await send("POST", "select=nonsense", { slug: "a" }, RETURN), 400, "42703");
    refused(await send("POST", "", '{"slug":'), 400, "PGRST102");
    refused(await send("POST", "", ""), 400, "PGRST102");
    refused(await send("POST", "", [1, 2]), 400, "PGRST102");
    answered(await send("GET"), 200, "[]");
  });
}
