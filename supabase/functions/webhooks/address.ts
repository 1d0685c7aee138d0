// Decides which IP addresses are public. Private, loopback, link-local (cloud metadata) and reserved ones are not.

type Range = readonly [base: string, prefix: number];

/** IPv4 that is not public: https://www.iana.org/assignments/iana-ipv4-special-registry. */
const RESERVED_V4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** Public IPv6 addresses are in 2000::/3, except those that contain an IPv4 address or are for documentation. */
const GLOBAL_V6: Range = ["2000::", 3];
const RESERVED_V6: readonly Range[] = [["2001::", 23], ["2001:db8::", 32], ["2002::", 16], ["3fff::", 20]];

function bytesOfV4(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function bytesOfV6(text: string): number[] | null {
  // The last 32 bits may be written as IPv4.
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = tail && bytesOfV4(tail[2] ?? "");
  if (tail && !v4) return null;
  const plain = v4
    ? `${tail?.[1]}${v4.map((b) => b.toString(16).padStart(2, "0")).join("").replace(/^.{4}/, "$&:")}`
    : text;
  const halves = plain.split("::");
  if (halves.length > 2) return null;
  const [head = [], rest = []] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...rest];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
}

/** The bytes of an IPv4 (4) or IPv6 (16) address; null if the text is no address. */
export function addressBytes(text: string): number[] | null {
  return text.includes(":") ? bytesOfV6(text) : bytesOfV4(text);
}

function within(bytes: readonly number[], [base, prefix]: Range): boolean {
  const other = addressBytes(base) ?? [];
  if (other.length !== bytes.length) return false;
  return bytes.every((byte, i) => {
    const bits = Math.min(Math.max(prefix - 8 * i, 0), 8);
    const mask = 256 - 2 ** (8 - bits);
    return (byte & mask) === ((other[i] ?? 0) & mask);
  });
}

/** Whether an address is reachable from the whole internet. False for a text that is no address. */
export function isPublic(address: string): boolean {
  const bytes = addressBytes(address);
  if (!bytes) return false;
  if (bytes.length === 4) return !RESERVED_V4.some((range) => within(bytes, range));
  return within(bytes, GLOBAL_V6) && !RESERVED_V6.some((range) => within(bytes, range));
}

/** Whether an address is the machine itself. */
export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address);
  if (!bytes) return false;
  return bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
