import assert from "node:assert/strict";
import { redactorFor } from "./redact.ts";

const redact = redactorFor({
  isLocal: false,
  database: "postgres://postgres.abcdefghijklmnopqrst:p%40ss%2Fw@aws-0-eu.pooler.supabase.com:6543/postgres",
  url: "https://abcdefghijklmnopqrst.supabase.co",
});

Deno.test("O4: the report of the doctor has no secret, host or address, in whatever form a message has it", () => {
  const texts: readonly (readonly [text: string, shown: string])[] = [
    ["login with p@ss/w at abcdefghijklmnopqrst", "login with <secret> at <secret>"],
    ['"password": "two words"', '"password": <secret>'],
    ["PGPASSWORD=hunter2 psql", "PGPASSWORD=<secret> psql"],
    ["alter role edge password 'hunter2'", "alter role edge password <secret>"],
    ['pw: "hunter2"', "pw: <secret>"],
    ["host db.firma.de refused", "host <host> refused"],
    ["from ::1 and fe80::1 and 10.0.0.1", "from <host> and <host> and <host>"],
    ["Key (email)=(jane@firma.de) exists", "Key (email)=(<email>) exists"],
    ["AWS refused AKIAIOSFODNN7EXAMPLE", "AWS refused <key>"],
    ["call +49 (170) 123-45 67 or +4917012345", "call <phone> or <phone>"],
    ...["home", "Users"].map((folder) =>
      [`open /${folder}/jane/x.ts`, `open /${folder}/<user>/x.ts`] as const
    ),
    // What a report is for stays.
    [
      "12:30:45 in learner.event_2026_11, see docs/doctor.md#jobs",
      "12:30:45 in learner.event_2026_11, see docs/doctor.md#jobs",
    ],
    ["offset +02:00, 1 +2 of 3", "offset +02:00, 1 +2 of 3"],
    [
      "'carrel.seal'::text did not use the token that was sent",
      "'carrel.seal'::text did not use the token that was sent",
    ],
  ];
  for (const [text, shown] of texts) assert.equal(redact(text), shown);
});
