// Times of fields: the browser's field has local time without a zone, and the server takes UTC.

/** A field's value as UTC; undefined for an empty or impossible one. */
export function utcTime(local: string): string | undefined {
  const time = new Date(local);
  return local === "" || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** UTC as a field's value; empty for nothing or an impossible time. */
export function localTime(utc: string | undefined): string {
  const time = new Date(utc ?? "");
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
