// What counts as used: whatever these entries reach. `npm test -- --only exports` finds the rest.
import { readFileSync } from "node:fs";

const { scripts } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

export default {
  entry: [
    // The commands of package.json, and programs that they start.
    ...Object.values(scripts).flatMap((command) => command.match(/scripts\/\S+\.ts/g) ?? []),
    "scripts/check/*/main.ts",
    "scripts/local/contract/main.ts",
    "supabase/tests/walks/third_schema.ts",
    // What others import or deploy.
    "client-contract/{,contract/,client/,device/,web/,conformance/}mod.ts",
    "client-contract/web/{vite,worker,zod}.ts",
    // Adapters that the conformance runner starts.
    "client-contract/{conformance/adapters,examples/*}/*main.ts",
    "{supabase/functions,scripts/bench/functions,scripts/local/fixtures/supabase/functions}/*/index.ts",
    "docs/examples/*.ts",
    // The page, which vite builds.
    "console/main.tsx",
    "console/vite.config.mjs",
    // Pages and workers, which a browser loads.
    "{scripts/testkit/web/{bridge,page},client-contract/examples/web}/{main,worker}.ts",
    "client-contract/examples/web/vite.config.ts",
    "scripts/testkit/web/bridge/no_node.ts",
    "**/*.test.ts",
  ],
  project: ["**/*.{ts,tsx}"],
  include: ["files", "exports", "types", "duplicates"],
  // A type that an exported function's signature names stays exported: callers may need its name.
  ignoreExportsUsedInFile: { interface: true, type: true },
};
