// pgTAP as plain SQL, out of the archive in which the npm package @electric-sql/pglite-pgtap carries it.
import { basename, join } from "node:path";

const BLOCK = 512;

/** The archive, below node_modules. */
const ARCHIVE = "@electric-sql/pglite-pgtap/dist/pgtap.tar.gz";

/** Regular files of a tar archive. Names over 100 bytes (pax headers) are not needed here. */
function* filesOf(tar: Uint8Array): Generator<{ name: string; bytes: Uint8Array }> {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12).trim(), 8);
    const start = at + BLOCK;
    if (text(at + 156, 1) === "0") yield { name: text(at, 100), bytes: tar.subarray(start, start + size) };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/**
 * Puts pgTAP's control and installation files into an extension folder. `trusted` lets the role postgres, which
 * is no superuser, create it, as hosted allows.
 */
export async function installPgtap(nodeModules: string, extensionFolder: string): Promise<void> {
  const archive = await Deno.open(join(nodeModules, ARCHIVE));
  const tar = await new Response(archive.readable.pipeThrough(new DecompressionStream("gzip"))).bytes();
  const put = async (file: string, bytes: Uint8Array) => {
    await Deno.writeFile(join(extensionFolder, file), bytes);
    await Deno.chmod(join(extensionFolder, file), 0o644);
  };
  for (const { name, bytes } of filesOf(tar)) {
    const file = basename(name);
    if (file === "pgtap.control") {
      const control = new TextDecoder().decode(bytes).trimEnd();
      await put(file, new TextEncoder().encode(`${control}\ntrusted = true\n`));
    } else if (/^pgtap--[0-9.]+\.sql$/.test(file)) {
      await put(file, bytes);
    }
  }
}
