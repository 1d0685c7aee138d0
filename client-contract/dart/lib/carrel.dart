/// The models and laws of Carrel, the Supabase backend for offline-first
/// learning apps: messages, events, rows and errors as types, and the rules by
/// which a device merges, grades, hashes and retries.
library;

export 'src/adoption.gen.dart';
export 'src/backoff.dart';
export 'src/batch.gen.dart';
export 'src/changes.gen.dart';
export 'src/content.gen.dart';
export 'src/device_list.gen.dart';
export 'src/error_facts.dart';
export 'src/errors.gen.dart';
export 'src/event.gen.dart';
export 'src/grade.dart';
export 'src/hash_tree.dart';
export 'src/hint.gen.dart';
export 'src/instant.dart';
export 'src/json_reader.dart' show CarrelFormatException;
export 'src/jsonb.dart';
export 'src/limits.gen.dart';
export 'src/manifest.gen.dart';
export 'src/model.dart' show CarrelModel;
export 'src/normalise.dart';
export 'src/practice.dart';
export 'src/problem.gen.dart';
export 'src/progress.dart';
export 'src/results.dart';
export 'src/scalars.gen.dart';
export 'src/sha256.dart';
export 'src/steering.gen.dart';
export 'src/ulid.dart';
export 'src/verdict.dart';
