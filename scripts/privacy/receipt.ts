// Receipts of erasures: the operator's signature, and the check that anybody can make.
import { z } from "zod";
import { UserError } from "../command/command.ts";

/** A text that is JSON of this form. What is no JSON is invalid, and throws nothing. */
const jsonOf = <T extends z.ZodType>(form: T) =>
  z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "This is no JSON." });
      return z.NEVER;
    }
  }).pipe(form);

const Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** What the server says about an erasure; the text of `receipt` in a file. */
const ReceiptText = jsonOf(z.object({
  format: z.literal("carrel.erasure-receipt/1"),
  history: z.string(),
  subject: Hex.describe("SHA-256 of the salt and the learner's id"),
  reason: z.enum(["requested", "account_deleted"]),
  requested_at: z.string(),
  requested_by: z.string(),
  erased_at: z.string(),
  rows: z.int(),
  tables: z.record(z.string(), z.int()),
}));

/** A receipt as a file. The salt is for the learner: leave it out of a copy for anybody else. */
export const ReceiptFile = z.object({
  receipt: z.string(),
  digest: Hex,
  salt: Hex.optional(),
  signature: z.string().optional(),
});
/** The text of such a file. */
export const ReceiptFileText = jsonOf(ReceiptFile);
export type ReceiptFile = z.infer<typeof ReceiptFile>;

/** A check of a receipt and its outcome; `unchecked` where what it takes is missing. */
export interface Check {
  name: "digest" | "sum" | "signature" | "subject";
  outcome: "valid" | "invalid" | "unchecked";
  text: string;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const sha256 = async (bytes: Uint8Array<ArrayBuffer>) => hex(await crypto.subtle.digest("SHA-256", bytes));

/** A new pair of keys as base64: PKCS #8, and the 32 bytes of the public key. */
export async function makeKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("no pair of keys");
  return {
    privateKey: base64(await crypto.subtle.exportKey("pkcs8", pair.privateKey)),
    publicKey: base64(await crypto.subtle.exportKey("raw", pair.publicKey)),
  };
}

/** The receipt with the operator's signature over its exact text. Throws `UserError` for what is no key. */
export async function signReceipt(file: ReceiptFile, privateKey: string): Promise<ReceiptFile> {
  try {
    const key = await crypto.subtle.importKey("pkcs8", fromBase64(privateKey.trim()), "Ed25519", false, [
      "sign",
    ]);
    return { ...file, signature: base64(await crypto.subtle.sign("Ed25519", key, bytesOf(file.receipt))) };
  } catch (error) {
    throw new UserError("--key takes a file that `npm run privacy -- keys` has made.", { cause: error });
  }
}

async function isSigned(receipt: string, signature: string, publicKey: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", fromBase64(publicKey.trim()), "Ed25519", false, [
      "verify",
    ]);
    return await crypto.subtle.verify("Ed25519", key, fromBase64(signature), bytesOf(receipt));
  } catch {
    return false;
  }
}

/** Checks a receipt without a database. */
export async function verifyReceipt(
  { receipt, digest, salt, signature }: ReceiptFile,
  { publicKey, learner }: { publicKey?: string | undefined; learner?: string | undefined },
): Promise<Check[]> {
  const text = ReceiptText.safeParse(receipt);
  if (!text.success) throw new UserError("This is no receipt of an erasure.");
  const { rows, tables, subject } = text.data;
  const outcome = (isValid: boolean) => isValid ? "valid" as const : "invalid" as const;
  const sum = Object.values(tables).reduce((total, count) => total + count, 0);
  return [
    {
      name: "digest",
      outcome: outcome(await sha256(bytesOf(receipt)) === digest),
      text: "The digest is that of the text.",
    },
    { name: "sum", outcome: outcome(sum === rows), text: `The tables add up to ${rows} rows.` },
    publicKey === undefined
      ? {
        name: "signature",
        outcome: "unchecked",
        text: "The operator's signature: needs --public-key.",
      }
      : {
        name: "signature",
        // Whoever has a key expects a signature: one that was taken out of the file is no better than a wrong one.
        outcome: outcome(signature !== undefined && await isSigned(receipt, signature, publicKey)),
        text: "The operator has signed this text.",
      },
    learner === undefined || salt === undefined
      ? {
        name: "subject",
        outcome: "unchecked",
        text: "Whom it is about: needs the salt in the file and --learner.",
      }
      : {
        name: "subject",
        outcome: outcome(
          await sha256(new Uint8Array([...fromHex(salt), ...bytesOf(learner.toLowerCase())])) === subject,
        ),
        text: "It is about this learner.",
      },
  ];
}
