// The Dart package's tests as one kernel: compiling is most of what they cost, so it is done once, and again only when a source has changed.
import { createHash } from "node:crypto";
import { run } from "../process.ts";
import { projectFiles, readProjectFile, root } from "../project.ts";
import type { Dart } from "./find.ts";

export const PACKAGE = "client-contract/dart";
const BUILD = `${root}/.carrel/dart-tests`;
const DOUBLES = ["crypto", "drift", "test"];

/** Compiled tests, or why they can't be compiled. */
export type Kernel = { path: string; errors: "" } | { path: undefined; errors: string };

/** The package's sources, and a hash of all of them. */
async function readSources({ version }: Dart): Promise<{ tests: string[]; hash: string }> {
  const files = (await projectFiles(PACKAGE)).filter((path) => path.endsWith(".dart"));
  const hash = createHash("sha256").update(version);
  for (const path of files) hash.update(`\n${path}\n${await readProjectFile(path)}`);
  return {
    tests: files.filter((path) => path.endsWith("_test.dart")),
    hash: hash.digest("hex").slice(0, 16),
  };
}

const packageAt = (name: string, folder: string) => ({
  name,
  rootUri: `file://${root}/${folder}`,
  packageUri: "lib/",
  languageVersion: "3.5",
});

/** The argument with which the kernel is the conformance adapter. */
export const ADAPTER = "adapter";

/** Declares the tests of all files, runs them, and then answers lines of subjects until its input ends. One kernel holds the adapter too. */
const mainOf = (tests: string[]) =>
  `import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

${tests.map((path, n) => `import 'file://${root}/${path}' as t${n};`).join("\n")}
import 'file://${root}/${PACKAGE}/test/adapter/main.dart' as adapter;
import 'file://${root}/${PACKAGE}/test/subjects.dart';

Future<void> main(List<String> arguments) async {
  if (arguments.contains('${ADAPTER}')) return adapter.main();
${tests.map((_, n) => `  t${n}.main();`).join("\n")}
  await runTests((name, failure) {
    print(jsonEncode({'name': name, 'failure': failure?.toString()}));
  });
  print('{}');
  final lines = stdin.transform(utf8.decoder).transform(const LineSplitter());
  await for (final line in lines) {
    final {'subject': subject as String, 'inputs': inputs as List<Object?>} =
        jsonDecode(line) as Json;
    print(
      jsonEncode([
        for (final input in inputs) answer(subject, input! as Json),
      ]),
    );
  }
}

Json answer(String subject, Json input) {
  try {
    return {'output': subjects[subject]!(input)};
  } catch (error) {
    return {'error': '$error'};
  }
}
`;

/** Compiles the tests, unless that was done before. */
export async function compileTests(dart: Dart): Promise<Kernel> {
  const { tests, hash } = await readSources(dart);
  const path = `${BUILD}/${hash}.dill`;
  try {
    await Deno.stat(path);
    return { path, errors: "" };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.remove(BUILD, { recursive: true }).catch(() => {});
  await Deno.mkdir(BUILD, { recursive: true });
  const packages = [
    packageAt("carrel", PACKAGE),
    ...DOUBLES.map((name) => packageAt(name, `${PACKAGE}/test/doubles/${name}`)),
  ];
  await Deno.writeTextFile(`${BUILD}/packages.json`, JSON.stringify({ configVersion: 2, packages }));
  await Deno.writeTextFile(`${BUILD}/main.dart`, mainOf(tests));
  const unfinished = `${path}.part`;
  const args = [`--packages=${BUILD}/packages.json`, "--snapshot-kind=kernel", `--snapshot=${unfinished}`];
  const { code, stdout, stderr } = await run(dart.program, [...args, `${BUILD}/main.dart`]);
  if (code !== 0) return { path: undefined, errors: (stdout + stderr).replaceAll(`${root}/`, "") };
  await Deno.rename(unfinished, path);
  return { path, errors: "" };
}
