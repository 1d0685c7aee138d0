// The types of media files, told by their first bytes: a file's name says nothing for sure.

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

const isMp4 = (bytes: Uint8Array) => ascii(bytes, 4, 8) === "ftyp";
const isRiff = (form: string) => (bytes: Uint8Array) =>
  ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === form;
const begins = (...first: number[]) => (bytes: Uint8Array) =>
  first.every((byte, place) => bytes[place] === byte);

/** By type, whether a file begins as one of it. The bucket `media` takes these types, and no others. */
export const MEDIA_TYPES: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  "image/png": begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  "image/jpeg": begins(0xff, 0xd8, 0xff),
  "image/gif": (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6)),
  "image/webp": isRiff("WEBP"),
  // A frame, or a tag before the first one.
  "audio/mpeg": (bytes) =>
    ascii(bytes, 0, 3) === "ID3" || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0),
  "audio/ogg": (bytes) => ascii(bytes, 0, 4) === "OggS",
  "audio/wav": isRiff("WAVE"),
  "audio/mp4": isMp4,
  "video/mp4": isMp4,
  "video/webm": begins(0x1a, 0x45, 0xdf, 0xa3),
  "application/pdf": (bytes) => ascii(bytes, 0, 5) === "%PDF-",
};

/** Most bytes of a file, as the bucket takes them. */
export const MAX_MEDIA_BYTES = 20 * 1024 * 1024;
