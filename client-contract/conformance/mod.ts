// The conformance kit: requirements with cases, a scripted server, a runner, and reports.
export { byCommand, type Host, inProcess } from "./adapter/host.ts";
export { type Adapter, CAPABILITIES, type Capability, type Command, type Dump } from "./adapter/protocol.ts";
export { serveAdapter } from "./adapter/serve.ts";
export { type Case, casesOf, type Requirement, type Theme } from "./requirement.ts";
export { countVerdicts, isConformant, jsonReport, junitReport, textReport } from "./report.ts";
export { type CaseResult, type Expected, run, type Verdict } from "./run.ts";
export { THEMES } from "./requirements/mod.ts";
export { type Probe, runServer, SERVER_THEMES, type Target } from "./deployment/mod.ts";
