// Opens a device, fetches the content, answers a question, and sends the answer.
import 'package:carrel/engine.dart';
import 'package:carrel/ffi.dart';
import 'package:carrel/http.dart';

/// The device of a learner, in a file of its own.
Future<CarrelDevice> openDevice({
  required String file,
  required Uri project,
  required Uuid learner,
  required TokenProvider token,
}) => CarrelDevice.open(
  store: SqliteStore(openSqlite(file)),
  transport: HttpTransport(),
  url: project,
  learnerId: learner,
  token: token,
  options: const DeviceOptions(platform: 'android', appVersion: '4.2.0'),
);

/// Studies one question. Only the two syncs need a network.
Future<void> study(CarrelDevice device) async {
  await device.sync();
  final [domain, ...] = await device.domains();
  final [skill, ...] = await device.skills(domain.id);
  final [question, ...] = await device.questions(skill.id);
  print(question.row.prompt);

  final session = await device.startSession(skill.id);
  final graded = await device.answer(
    sessionId: session,
    question: question,
    answer: const SingleChoiceAnswer(choice: 1).toJson(),
    durationMs: 4200,
  );
  print(graded.isCorrect ? 'Right.' : 'Wrong.');
  await device.endSession(session);
  print(bannerOf(await device.status()));

  await device.sync();
  print(bannerOf(await device.status()));
}

/// What a banner says: the compiler demands an answer to each status.
String bannerOf(SyncStatus status) => switch (status) {
  Current() => 'Everything is saved.',
  Syncing(:final rows) => 'Syncing, $rows rows so far.',
  Pending(:final count) => '$count changes wait for the network.',
  Stuck(:final codes) => 'Needs attention: ${codes.join(', ')}',
  OutOfDate() => 'There is newer content.',
  MustBeUpdated(:final what) => 'Update the ${what.name} first.',
  ReadOnly(:final reason) => 'Nothing more is saved: ${reason.name}.',
};
