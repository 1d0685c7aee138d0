// Typed reads of a Drift database.
import 'package:carrel/carrel.dart';
import 'package:carrel/drift.dart';
import 'package:drift/drift.dart';
import 'package:test/test.dart';

const _skill = Uuid('00000000-0000-4000-8000-000000000002');

/// Answers every query with the same rows.
final class _Database extends DatabaseConnectionUser {
  _Database(this.bodies);

  final List<String> bodies;
  String query = '';
  List<Object?> parameters = [];

  @override
  Selectable<QueryRow> customSelect(
    String query, {
    List<Variable<Object>> variables = const [],
  }) {
    this.query = query;
    parameters = [for (final variable in variables) variable.value];
    return Selectable(
      () async => [for (final body in bodies) QueryRow({'body': body})],
    );
  }
}

void main() {
  test('questions are read as models', () async {
    final database = _Database([
      '{"kind":"question","version":1,'
          '"id":"00000000-0000-4000-8000-000000000001",'
          '"skill_id":"$_skill","domain_id":"$_skill","key":"a/b",'
          '"prompt":"?","position":1,"type":"true_false",'
          '"answer":{"value":true}}',
    ]);
    final [question] = await database.carrelQuestions(_skill);
    expect(database.parameters, equals([_skill]));
    expect(gradeAnswer(question, {'value': true}), isTrue);
  });

  test('steering of before has the defaults of what it lacks', () async {
    expect(await _Database([]).carrelSteering(), defaultSteering);
    final stored = await _Database(['{"batch_events":7}']).carrelSteering();
    expect(stored.batchEvents, 7);
    expect(stored.retryCapMs, defaultSteering.retryCapMs);
  });
}
