// The package's main entry: contract and client. The reference device is an entry of its own (device/mod.ts).
export * from "./client/mod.ts";
export * from "./contract/mod.ts";
