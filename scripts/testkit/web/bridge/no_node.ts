// In the place of Node's modules, which one subject of the vectors needs: it opens a database in memory.

/** Can't be called in a browser. */
export function createHash(): never {
  throw new Error("there is no node:crypto");
}

/** Can't be opened in a browser. */
export class DatabaseSync {
  constructor() {
    throw new Error("there is no node:sqlite");
  }
}
