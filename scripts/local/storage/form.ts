// Forms as storage-js sends them. Deno's own `formData()` drops parts whose name is empty, and that is the name that
// storage-js gives the file.

/** One part of a form. */
export interface Part {
  name: string;
  /** Undefined for a part that is no file. */
  filename: string | undefined;
  /** Undefined where the part does not say. */
  type: string | undefined;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The boundary that a content type names; undefined where there is none. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** The parts of a complete form; undefined where it is none. */
export function parseForm(bytes: Uint8Array<ArrayBuffer>, boundary: string): Part[] | undefined {
  // One character for each byte, so that places in the text are places in the bytes.
  const text = new TextDecoder("latin1").decode(bytes);
  const delimiter = `--${boundary}`;
  if (!text.startsWith(delimiter)) return undefined;
  const parts: Part[] = [];
  for (let at = delimiter.length;;) {
    if (text.startsWith("--", at)) return parts;
    const end = text.indexOf(`\r\n${delimiter}`, at);
    const blank = text.indexOf("\r\n\r\n", at);
    if (!text.startsWith("\r\n", at) || end < 0 || blank < 0 || blank > end) return undefined;
    const head = new TextDecoder().decode(bytes.subarray(at, blank));
    const disposition = /^content-disposition:\s*form-data(.*)$/im.exec(head)?.[1] ?? "";
    parts.push({
      name: /;\s*name="([^"]*)"/i.exec(disposition)?.[1] ?? "",
      filename: /;\s*filename="([^"]*)"/i.exec(disposition)?.[1],
      type: /^content-type:\s*(\S.*?)\s*$/im.exec(head)?.[1],
      bytes: bytes.slice(blank + 4, end),
    });
    at = end + 2 + delimiter.length;
  }
}
