// Values beside a good one: parts of it replaced, left out or added, for properties about validators.
import fc from "fast-check";

/** A part of a value, as the names and places that lead to it. */
type Path = readonly (string | number)[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function pathsOf(value: unknown, path: Path = []): Path[] {
  const below = Array.isArray(value)
    ? value.flatMap((item, place) => pathsOf(item, [...path, place]))
    : isObject(value)
    ? Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]))
    : [];
  return [path, ...below];
}

/** The value with another part at a path; `undefined` leaves a field out. */
function withPart(value: unknown, [first, ...rest]: Path, part: unknown): unknown {
  if (first === undefined) return part;
  if (Array.isArray(value)) {
    return value.map((item, place) => place === first ? withPart(item, rest, part ?? null) : item);
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === first ? withPart(item, rest, part) : item,
  ]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

const partAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((part, step) => {
    if (Array.isArray(part) && typeof step === "number") return part[step];
    return isObject(part) ? part[step] : undefined;
  }, value);

/** Values near a part, at which a rule is likely to change its verdict. */
function near(part: unknown): unknown[] {
  if (typeof part === "number") return [part + 1, part - 1, -part, part + 0.5, part * 1e6, 0, 2147483648];
  if (typeof part === "string") return [part.toUpperCase(), `${part}0`, part.slice(1), "", part.repeat(40)];
  if (Array.isArray(part)) return [[], [...part, ...part], [...part, null], Array(1001).fill(part[0] ?? "x")];
  if (isObject(part)) return [{ ...part, unknown_field: 1 }, {}];
  return [];
}

/** A good value with up to three parts changed. */
export function variantOf(good: unknown): fc.Arbitrary<unknown> {
  const change = fc.tuple(
    fc.constantFrom(...pathsOf(good)),
    fc.nat(),
    fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.jsonValue({ maxDepth: 1 })),
    fc.nat(3),
  );
  return fc.array(change, { maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((value, [path, choice, other, how]) => {
      const values = near(partAt(value, path));
      const part = how === 0
        ? undefined
        : how === 1 || values.length === 0
        ? other
        : values[choice % values.length];
      return path.length === 0 && part === undefined ? value : withPart(value, path, part);
    }, good)
  );
}
