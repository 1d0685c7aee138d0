// Who may import whom. `npm test -- --only imports` checks it; a path is from the project's root.
// Type imports count: they too decide in which order a reader has to read.

const TEST = "\\.test\\.tsx?$|^supabase/tests/";
const contract = "^client-contract/contract/";

/** Code under `from` imports nothing but what `to` matches. */
function only(name, comment, from, to) {
  return { name, comment, severity: "error", from, to: { pathNot: to } };
}

export default {
  forbidden: [
    only(
      "contract-stands-alone",
      "The contract is what everything else is built on, in any runtime. It imports zod, a SHA-256 and nothing of ours.",
      { path: contract, pathNot: TEST },
      [contract, "^node_modules/(zod|@noble/hashes)/"],
    ),
    only(
      "client-knows-the-contract",
      "The client runs wherever there is fetch. It imports the contract and zod.",
      { path: "^client-contract/client/", pathNot: TEST },
      ["^client-contract/client/", contract, "^node_modules/zod/"],
    ),
    // The device makes its own client instead of being given one: it has to check whose token goes along with every request,
    // and it tells failures apart by the client's error classes. An interface in the contract would repeat both. It imports
    // the client's public entry, so that it can do nothing that an app's own device could not.
    only(
      "device-uses-the-public-client",
      "The device imports the contract, the client's mod.ts, zod and ulid; it runs in any runtime.",
      {
        path: "^client-contract/device/",
        pathNot: [TEST, "^client-contract/device/node_(connection|sqlite|media)\\.ts$"],
      },
      [
        "^client-contract/device/",
        contract,
        "^client-contract/client/mod\\.ts$",
        "^node_modules/(zod|ulid)/",
      ],
    ),
    // A page must not load the device, which runs in the worker of one tab.
    only(
      "web-page-stays-small",
      "What a page loads imports its own folder; of the contract and the device it takes types.",
      { path: "^client-contract/web/(leader|mod|options|protocol|sync_state|web_device)\\.ts$" },
      [
        "^client-contract/web/(leader|options|protocol|sync_state|web_device)\\.ts$",
        "^client-contract/contract/hint\\.ts$",
        "^client-contract/device/(mod|storage|token)\\.ts$",
      ],
    ),
    only(
      "web-uses-the-public-device",
      "The device in browsers imports the device's and the client's mod.ts, and types of the contract.",
      { path: "^client-contract/web/", pathNot: [TEST, "^client-contract/web/vite\\.ts$"] },
      [
        "^client-contract/web/",
        contract,
        "^client-contract/(client|device)/mod\\.ts$",
        "^client-contract/device/(storage|token)\\.ts$",
      ],
    ),
    only(
      "kit-knows-the-contract",
      "The conformance kit judges any client. It imports the contract, zod and Node's modules; only its adapter of the device knows the device.",
      {
        path:
          "^client-contract/conformance/((adapter|requirements|server)/|(mod|play|report|requirement|run)\\.ts$)",
        pathNot: TEST,
      },
      [
        "^client-contract/conformance/",
        contract,
        "^node_modules/zod/",
        "^(node:)?(assert|assert/strict|child_process|fs/promises|http|os|path|process|readline|stream|zlib)$",
      ],
    ),
    only(
      "functions-are-deployed-alone",
      "An Edge Function is deployed with supabase/functions and its packages. It may import the contract, nothing else of ours.",
      { path: "^supabase/functions/" },
      ["^supabase/functions/", contract, "^node_modules/", "^(stream|zlib)$"],
    ),
    only(
      "console-knows-the-client",
      "The console is a page over the client's calls. It imports the client, the contract, and the packages that it is built with.",
      { path: "^console/", pathNot: "\\.test\\.tsx?$" },
      [
        "^console/",
        "^client-contract/client/",
        contract,
        "^node_modules/(preact|zod|@supabase/(auth-js|postgrest-js))/",
      ],
    ),
    {
      name: "local-knows-nothing-of-carrel",
      comment:
        "The local Supabase serves any project. It imports nothing of ours; its tests take the seed of all tests.",
      severity: "error",
      from: { path: "^scripts/local/" },
      to: {
        path: "^(client-contract|scripts|supabase|docs)/",
        pathNot: "^scripts/local/|^supabase/tests/properties/settings\\.ts$",
      },
    },
    {
      name: "testkit-is-for-tests",
      comment:
        "Only tests, benches, the demo, the conformance kit and the checks of the Dart engine, which play learners, import scripts/testkit.",
      severity: "error",
      from: { pathNot: [TEST, "^scripts/(testkit|bench|demo|check/dart)/", "^client-contract/conformance/"] },
      to: { path: "^scripts/testkit/" },
    },
    {
      name: "tests-are-not-imported",
      comment: "What several tests need belongs in scripts/testkit.",
      severity: "error",
      from: {},
      to: { path: "\\.test\\.tsx?$" },
    },
    {
      name: "no-circle",
      comment:
        "Files that import each other can only be read together. Move what both need into a third file.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "every-import-is-found",
      comment: "A path that leads nowhere would evade every other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(node:sqlite$|npm:|@std/)" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".mjs"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
    doNotFollow: { path: "^node_modules/" },
    exclude: { path: "^\\.carrel/|/dist/" },
  },
};
