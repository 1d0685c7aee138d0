// Queries of the app's own, which can't write.
import type { DeviceStorage, SqlValue, StorageStatement } from "../device/mod.ts";

/** Runs queries on the device's connection. SQLite itself refuses to write. */
export function readOnlyQuery(storage: DeviceStorage): (sql: string, ...parameters: SqlValue[]) => unknown[] {
  const statements = new Map<string, StorageStatement>();
  return (sql, ...parameters) => {
    storage.exec("pragma query_only = on");
    try {
      const statement = statements.get(sql) ?? storage.prepare(sql);
      statements.set(sql, statement);
      return statement.all(...parameters);
    } finally {
      storage.exec("pragma query_only = off");
    }
  };
}
