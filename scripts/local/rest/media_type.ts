// Content negotiation: which of the accepted media types the answer has.
import { notImplemented, unacceptable } from "./errors.ts";

/** How the rows become a body. */
export interface Representation {
  /** An array, one object (or value), or the function's value as it is. */
  shape: "array" | "single" | "raw";
  /** Object keys whose value is null are left out. */
  stripNulls: boolean;
  /** Content-Type of the answer. */
  contentType: string;
}

const SINGLE = ["application/vnd.pgrst.object+json", "application/vnd.pgrst.object"];
const ARRAY = ["application/vnd.pgrst.array+json", "application/vnd.pgrst.array"];
const UNSUPPORTED = ["text/csv", "application/geo+json", "application/openapi+json"];

interface AcceptedType {
  name: string;
  stripNulls: boolean;
  quality: number;
}

function parseAccepted(entry: string): AcceptedType {
  const [name = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  return {
    name,
    stripNulls: parameters.includes("nulls=stripped"),
    quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0,
  };
}

function withCharset(mediaType: string): string {
  return /json|^text\//.test(mediaType) ? `${mediaType}; charset=utf-8` : mediaType;
}

/** `produced` is the media type a function declares by returning a domain of that name, if it does. */
function produce(accepted: AcceptedType, produced: string | null): Representation | undefined {
  const { name, stripNulls } = accepted;
  if (SINGLE.includes(name)) {
    const suffix = stripNulls ? "; nulls=stripped" : "";
    return {
      shape: "single",
      stripNulls,
      contentType: `application/vnd.pgrst.object+json${suffix}; charset=utf-8`,
    };
  }
  if (ARRAY.includes(name) && stripNulls) {
    const contentType = "application/vnd.pgrst.array+json; nulls=stripped; charset=utf-8";
    return { shape: "array", stripNulls, contentType };
  }
  if (produced === "*/*") return { shape: "raw", stripNulls: false, contentType: "application/octet-stream" };
  if (produced !== null && name === produced) {
    return { shape: "raw", stripNulls: false, contentType: withCharset(produced) };
  }
  if (name === "*/*" || name === "application/json" || ARRAY.includes(name)) {
    return { shape: "array", stripNulls: false, contentType: "application/json; charset=utf-8" };
  }
  if (UNSUPPORTED.includes(name)) {
    throw notImplemented(`This stand-in answers with JSON and does not produce ${name}.`);
  }
  return undefined;
}

/** Picks the first accepted type, by quality and then order, that can be produced; throws 406. */
export function negotiate(accept: string | null, produced: string | null = null): Representation {
  const accepted = (accept ?? "*/*").split(",").map(parseAccepted);
  // Array.prototype.sort is stable: equal quality keeps the order of the header.
  accepted.sort((a, b) => b.quality - a.quality);
  for (const type of accepted) {
    const representation = produce(type, produced);
    if (representation) return representation;
  }
  throw unacceptable(accepted.map((type) => type.name));
}
