// Locks between processes: advisory locks on files, which the system frees when the holder dies, however it dies.

/** A lock that is held. */
export interface Lock {
  /** Frees the lock. */
  free(): Promise<void>;
  /** Frees the lock and removes its file: for things that are gone. */
  remove(): Promise<void>;
}

async function open(file: string): Promise<Deno.FsFile> {
  return await Deno.open(file, { create: true, read: true, write: true, mode: 0o600 });
}

/** Whether the open file is still the one of that name: its last holder may have removed it before we locked it. */
async function isCurrent(file: string, handle: Deno.FsFile): Promise<boolean> {
  try {
    return (await Deno.stat(file)).ino === (await handle.stat()).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function held(file: string, handle: Deno.FsFile): Lock {
  const free = async () => {
    await handle.unlock();
    handle.close();
  };
  return {
    free,
    async remove() {
      await Deno.remove(file);
      await free();
    },
  };
}

/** Takes a lock that only one may hold, or gives undefined while somebody else holds it. */
export async function tryLock(file: string): Promise<Lock | undefined> {
  for (;;) {
    const handle = await open(file);
    const locked = await handle.tryLock(true);
    if (locked && await isCurrent(file, handle)) return held(file, handle);
    handle.close();
    if (!locked) return undefined;
  }
}

/** Runs `work` under a lock on a file that is never removed; `shared` ones exclude only the exclusive one. */
export async function withLock<T>(
  file: string,
  kind: "shared" | "exclusive",
  work: () => Promise<T>,
): Promise<T> {
  const handle = await open(file);
  try {
    await handle.lock(kind === "exclusive");
    return await work();
  } finally {
    handle.close();
  }
}
