// What can go wrong between a client and the server. A fault strikes one request; `ScriptedServer.fault` says which.
import type { ErrorCode } from "../../contract/errors.ts";
import { Refusal, type RefusalParts, refusalReply } from "./refusal.ts";
import type { Reply } from "./reply.ts";

/** A fault. `work` is what the server would do; it may be called any number of times, or never. */
export interface Fault {
  name: string;
  strike(work: () => Promise<Reply>): Promise<Reply>;
}

const NOTHING: Reply = { status: 0, headers: {}, body: "", delivery: "nothing" };
const textOf = (body: string | Uint8Array) =>
  typeof body === "string" ? body : new TextDecoder().decode(body);

/** The request never arrives. */
export const requestLost: Fault = { name: "request_lost", strike: () => Promise.resolve(NOTHING) };

/** The server does its work, and the reply never arrives. */
export const replyLost: Fault = {
  name: "reply_lost",
  async strike(work) {
    await work();
    return NOTHING;
  },
};

/** The connection breaks in the middle of the reply. */
export const replyBroken: Fault = {
  name: "reply_broken",
  strike: async (work) => ({ ...await work(), delivery: "half" }),
};

/** The reply ends too early, and HTTP shows nothing of it. */
export const replyCut: Fault = {
  name: "reply_cut",
  async strike(work) {
    const { body, ...reply } = await work();
    return { ...reply, body: body.slice(0, Math.floor(body.length / 2)) };
  },
};

/** The request arrives twice, and the second reply comes back. */
export const repeated: Fault = {
  name: "repeated",
  async strike(work) {
    await work();
    return await work();
  },
};

/** The reply comes in small pieces. */
export const slowBody: Fault = {
  name: "slow_body",
  strike: async (work) => ({ ...await work(), delivery: "slow" }),
};

/** The server refuses with a code of the registry. */
export const refused = (code: ErrorCode, parts: RefusalParts = {}): Fault => ({
  name: code,
  strike: () => Promise.resolve(refusalReply(new Refusal(code, parts))),
});

/** Something before the server answers: a status and a page for people. */
export const bareStatus = (status: number, headers: Record<string, string> = {}): Fault => ({
  name: `status_${status}`,
  strike: () =>
    Promise.resolve({
      status,
      headers: { "content-type": "text/html", ...headers },
      body: `<html><body>${status}</body></html>`,
      delivery: "whole",
    }),
});

/** The reply's text is changed on its way. */
export const edited = (name: string, edit: (text: string) => string): Fault => ({
  name,
  async strike(work) {
    const reply = await work();
    return { ...reply, body: edit(textOf(reply.body)) };
  },
});

/** The JSON of the reply is changed on its way. */
export const editedJson = (name: string, edit: (value: Record<string, unknown>) => unknown): Fault =>
  edited(name, (text) => JSON.stringify(edit(JSON.parse(text))));

/** Faults after which nobody knows whether the request was carried out. */
export const UNSURE: readonly Fault[] = [requestLost, replyLost, replyBroken];
