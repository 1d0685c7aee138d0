/// Carrel's tables in a Drift database: typed reads of what the tables of
/// `package:carrel/carrel.drift` hold as JSON.
///
/// A database includes the tables with
/// `@DriftDatabase(include: {'package:carrel/carrel.drift'})`.
library;

import 'dart:convert';

import 'package:drift/drift.dart';

import 'carrel.dart';

/// Reads rows of the cache as the models of this package.
extension CarrelReads on DatabaseConnectionUser {
  Future<List<T>> _rows<T>(
    String query,
    T Function(Object? json) reader, [
    String? parameter,
  ]) async {
    final rows = await customSelect(
      query,
      variables: [if (parameter != null) Variable.withString(parameter)],
    ).get();
    return [for (final row in rows) reader(jsonDecode(row.read('body')))];
  }

  /// All domains that the device holds, in the instructors' order.
  Future<List<DomainRow>> carrelDomains() => _rows(
    "select body from content_row where kind = 'domain' order by position, id",
    DomainRow.fromJson,
  );

  /// The skills of a domain, in the instructors' order.
  Future<List<SkillRow>> carrelSkills(Uuid domain) => _rows(
    "select body from content_row where kind = 'skill' and domain_id = ? "
    'order by position, id',
    SkillRow.fromJson,
    domain,
  );

  /// The questions of a skill, in the instructors' order.
  Future<List<QuestionRow>> carrelQuestions(Uuid skill) => _rows(
    "select body from content_row where kind = 'question' and skill_id = ? "
    'order by position, id',
    QuestionRow.fromJson,
    skill,
  );

  /// The steering that the server sent last, before that the defaults.
  Future<Steering> carrelSteering() async {
    final stored = await _rows(
      'select steering as body from sync_state where steering is not null',
      (json) => json! as Map<String, Object?>,
    );
    // An app of before may have stored fewer fields.
    return stored.isEmpty
        ? defaultSteering
        : Steering.fromJson({...defaultSteering.toJson(), ...stored.single});
  }
}
