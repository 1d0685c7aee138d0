// Gives a stopped cluster the identity of one that pg_upgrade has made: another system identifier, and nothing else is new.
import { join } from "node:path";

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C, with which PostgreSQL protects its control file. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Where the control file's checksum stands: it is that of all bytes before it. */
function checksumOffset(bytes: Uint8Array, view: DataView): number {
  for (let offset = 200; offset < 400; offset += 4) {
    if (view.getUint32(offset, true) === crc32c(bytes.subarray(0, offset))) return offset;
  }
  throw new Error("The control file has no checksum where it is looked for.");
}

/** Offset of the identifier in the long header that opens a WAL segment, and the flag of such a header. */
const SEGMENT_IDENTIFIER = 24;
const LONG_HEADER = 0x0002;

/** Changes the system identifier in the control file and in the WAL. No server may run on the folder. */
export async function changeSystemIdentifier(dataFolder: string): Promise<void> {
  const file = join(dataFolder, "global", "pg_control");
  const bytes = await Deno.readFile(file);
  const view = new DataView(bytes.buffer);
  const offset = checksumOffset(bytes, view);
  const identifier = view.getBigUint64(0, true) + 1n;
  view.setBigUint64(0, identifier, true);
  view.setUint32(offset, crc32c(bytes.subarray(0, offset)), true);
  await Deno.writeFile(file, bytes);

  const wal = join(dataFolder, "pg_wal");
  for await (const { name } of Deno.readDir(wal)) {
    if (!/^[0-9A-F]{24}$/.test(name)) continue;
    using segment = await Deno.open(join(wal, name), { read: true, write: true });
    const header = new DataView(new ArrayBuffer(32));
    await segment.read(new Uint8Array(header.buffer));
    if (!(header.getUint16(2, true) & LONG_HEADER)) continue;
    header.setBigUint64(SEGMENT_IDENTIFIER, identifier, true);
    await segment.seek(0, Deno.SeekMode.Start);
    await segment.write(new Uint8Array(header.buffer));
  }
}
