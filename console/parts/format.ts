// Values as people read them.

const PLACE = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const DAY = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "numeric",
  timeZone: "UTC",
});
const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/** A time in the reader's zone, which it names: `30 Nov 2026, 18:05 CET`. */
export const timeText = (at: string): string => PLACE.format(new Date(at));
/** A date without a zone: `30 Nov 2026`. */
export const dayText = (date: string): string => DAY.format(new Date(`${date}T00:00:00Z`));
/** A number with separators; nothing for null. */
export const numberText = (value: number | null): string => value === null ? "–" : NUMBER.format(value);
/** A share as whole percents. */
export const shareText = (share: number | null): string =>
  share === null ? "–" : `${Math.round(share * 100)} %`;
/** A count with its noun. */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${NUMBER.format(count)} ${count === 1 ? one : many}`;
/** A name of the contract in words: `repeated_failure` is `repeated failure`. */
export const inWords = (name: string): string => name.replaceAll("_", " ");
