// Reload on change while somebody works on the functions.
import { debounce } from "@std/async/debounce";

/** Editors write a file in several steps, and a checkout writes many. */
const QUIET_MS = 150;
const RELEVANT = /(\.(ts|tsx|js|mjs|json|sql)|\/\.env)$/;

/** Calls `onChange` with the changed paths once a folder is quiet again. */
export function watchFolders(folders: readonly string[], onChange: (paths: string[]) => void): Disposable {
  const watcher = Deno.watchFs([...folders], { recursive: true });
  const changed = new Set<string>();
  const report = debounce(
    () => {
      onChange([...changed]);
      changed.clear();
    },
    QUIET_MS,
    {},
  );

  (async () => {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      for (const path of paths) if (RELEVANT.test(path)) changed.add(path);
      if (changed.size > 0) report();
    }
  })();
  return {
    [Symbol.dispose]() {
      report.clear();
      watcher.close();
    },
  };
}
