// Generated from client-contract/contract/content.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// The newest release; version 0, without time and root, before the first.
final class Head extends CarrelModel {
  /// Makes one from its parts.
  const Head({
    required this.history,
    required this.schema,
    required this.version,
    this.publishedAt,
    this.root,
    required this.domains,
    required this.skills,
    required this.questions,
    required this.minimumVersion,
    required this.horizon,
    required this.pollAfterS,
    this.schemaEndsAt,
    this.bundled,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Head.fromJson(Object? json) {
    final fields = Fields(json);
    return Head(
      history: fields.read('history', History.fromJson),
      schema: fields.read('schema', readWhole()),
      version: fields.read('version', readWhole(min: 0)),
      publishedAt: fields.readNullable('published_at', ServerInstant.fromJson),
      root: fields.readNullable('root', Sha256.fromJson),
      domains: fields.read('domains', readWhole()),
      skills: fields.read('skills', readWhole()),
      questions: fields.read('questions', readWhole()),
      minimumVersion: fields.read('minimum_version', readWhole(min: 0)),
      horizon: fields.read('horizon', readWhole(min: 0)),
      pollAfterS: fields.read('poll_after_s', readWhole(min: 1)),
      schemaEndsAt: fields.readNullable(
        'schema_ends_at',
        ServerInstant.fromJson,
      ),
      bundled: fields.readNullable('bundled', BundledRelease.fromJson),
    );
  }

  /// 16 hex digits.
  final History history;

  /// `schema` on the wire.
  final int schema;

  /// `version` on the wire.
  final int version;

  /// RFC 3339.
  final ServerInstant? publishedAt;

  /// The hash tree's root.
  final Sha256? root;

  /// `domains` on the wire.
  final int domains;

  /// `skills` on the wire.
  final int skills;

  /// `questions` on the wire.
  final int questions;

  /// Whoever holds less must update before studying on; 0: nobody.
  final int minimumVersion;

  /// A delta since a version below it is answered `cursor_too_old`; 0: none is.
  final int horizon;

  /// Seconds until the next poll, before jitter.
  final int pollAfterS;

  /// When this contract schema ends; null: no end is known.
  final ServerInstant? schemaEndsAt;

  /// The newest release whose manifest names bundles for all domains, and its
  /// root. Null: none has them.
  final BundledRelease? bundled;

  @override
  Map<String, Object?> toJson() => {
    'history': history,
    'schema': schema,
    'version': version,
    'published_at': publishedAt,
    'root': root,
    'domains': domains,
    'skills': skills,
    'questions': questions,
    'minimum_version': minimumVersion,
    'horizon': horizon,
    'poll_after_s': pollAfterS,
    'schema_ends_at': schemaEndsAt,
    'bundled': bundled?.toJson(),
  };
}

/// Bundled release.
final class BundledRelease extends CarrelModel {
  /// Makes one from its parts.
  const BundledRelease({required this.version, required this.root});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory BundledRelease.fromJson(Object? json) {
    final fields = Fields(json);
    return BundledRelease(
      version: fields.read('version', readWhole(min: 1)),
      root: fields.read('root', Sha256.fromJson),
    );
  }

  /// `version` on the wire.
  final int version;

  /// SHA-256 in hex.
  final Sha256 root;

  @override
  Map<String, Object?> toJson() => {'version': version, 'root': root};
}

/// A line between the first and the last of a page.
sealed class ContentLine implements CarrelModel {
  /// Reads any of them; what is unknown becomes an [UnknownContentLine].
  factory ContentLine.fromJson(Object? json) =>
      switch (discriminator(json, 'kind')) {
        'domain' => DomainRow.fromJson(json),
        'skill' => SkillRow.fromJson(json),
        'question' => QuestionRow.fromJson(json),
        'tombstone' => Tombstone.fromJson(json),
        'same' => SameRow.fromJson(json),
        _ => UnknownContentLine.fromJson(json),
      };

  /// Every `kind` that this version of the package knows.
  static const List<String> kinds = [
    'domain',
    'skill',
    'question',
    'tombstone',
    'same',
  ];

  /// What it is.
  String get kind;

  /// `version` on the wire.
  int get version;

  /// A UUID in lower case.
  Uuid get id;
}

/// A [ContentLine] that this version of the package does not know.
final class UnknownContentLine extends CarrelModel implements ContentLine {
  /// Makes one from its parts.
  const UnknownContentLine({
    required this.kind,
    required this.version,
    required this.id,
    required this.json,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory UnknownContentLine.fromJson(Object? json) {
    final fields = Fields(json);
    return UnknownContentLine(
      kind: fields.read('kind', readString),
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      json: fields.json,
    );
  }

  @override
  final String kind;

  @override
  final int version;

  @override
  final Uuid id;

  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}

/// A field of study; holds skills.
final class DomainRow extends CarrelModel implements ContentLine {
  /// Makes one from its parts.
  const DomainRow({
    required this.version,
    required this.id,
    required this.key,
    required this.title,
    this.description,
    required this.position,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory DomainRow.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'domain');
    return DomainRow(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      key: fields.read('key', readString),
      title: fields.read('title', readString),
      description: fields.readOptional('description', readString),
      position: fields.read('position', readWhole()),
    );
  }

  /// Always 'domain'.
  @override
  String get kind => 'domain';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// `key` on the wire.
  final String key;

  /// `title` on the wire.
  final String title;

  /// `description` on the wire.
  final String? description;

  /// `position` on the wire.
  final int position;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'version': version,
    'id': id,
    'key': key,
    'title': title,
    if (description != null) 'description': description,
    'position': position,
  };
}

/// Something that can be mastered; holds questions.
final class SkillRow extends CarrelModel implements ContentLine {
  /// Makes one from its parts.
  const SkillRow({
    required this.version,
    required this.id,
    required this.domainId,
    required this.key,
    required this.title,
    this.description,
    required this.position,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SkillRow.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'skill');
    return SkillRow(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      title: fields.read('title', readString),
      description: fields.readOptional('description', readString),
      position: fields.read('position', readWhole()),
    );
  }

  /// Always 'skill'.
  @override
  String get kind => 'skill';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// A UUID in lower case.
  final Uuid domainId;

  /// `key` on the wire.
  final String key;

  /// `title` on the wire.
  final String title;

  /// `description` on the wire.
  final String? description;

  /// `position` on the wire.
  final int position;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'version': version,
    'id': id,
    'domain_id': domainId,
    'key': key,
    'title': title,
    if (description != null) 'description': description,
    'position': position,
  };
}

/// One question, by type. Content schema 1 knows the type single_choice alone.
sealed class QuestionRow implements ContentLine {
  /// Reads any of them; what is unknown becomes an [UnknownQuestion].
  factory QuestionRow.fromJson(Object? json) =>
      switch (discriminator(json, 'type')) {
        'single_choice' => SingleChoiceQuestion.fromJson(json),
        'multiple_choice' => MultipleChoiceQuestion.fromJson(json),
        'true_false' => TrueFalseQuestion.fromJson(json),
        'numeric' => NumericQuestion.fromJson(json),
        'short_text' => ShortTextQuestion.fromJson(json),
        _ => UnknownQuestion.fromJson(json),
      };

  /// Every `type` that this version of the package knows.
  static const List<String> types = [
    'single_choice',
    'multiple_choice',
    'true_false',
    'numeric',
    'short_text',
  ];

  /// What it is.
  @override
  String get kind;

  /// What it is.
  String get type;

  /// `version` on the wire.
  @override
  int get version;

  /// A UUID in lower case.
  @override
  Uuid get id;

  /// A UUID in lower case.
  Uuid get skillId;

  /// A UUID in lower case.
  Uuid get domainId;

  /// `key` on the wire.
  String get key;

  /// `prompt` on the wire.
  String get prompt;

  /// `explanation` on the wire.
  String? get explanation;

  /// `difficulty` on the wire.
  int? get difficulty;

  /// `tags` on the wire.
  List<String>? get tags;

  /// `media` on the wire.
  List<MediaReference>? get media;

  /// `position` on the wire.
  int get position;
}

/// A [QuestionRow] that this version of the package does not know.
final class UnknownQuestion extends CarrelModel implements QuestionRow {
  /// Makes one from its parts.
  const UnknownQuestion({
    required this.kind,
    required this.type,
    required this.version,
    required this.id,
    required this.skillId,
    required this.domainId,
    required this.key,
    required this.prompt,
    required this.explanation,
    required this.difficulty,
    required this.tags,
    required this.media,
    required this.position,
    required this.json,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory UnknownQuestion.fromJson(Object? json) {
    final fields = Fields(json);
    return UnknownQuestion(
      kind: fields.read('kind', readString),
      type: fields.read('type', readString),
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      prompt: fields.read('prompt', readString),
      explanation: fields.readOptional('explanation', readString),
      difficulty: fields.readOptional('difficulty', readWhole()),
      tags: fields.readOptional('tags', readList(readString)),
      media: fields.readOptional('media', readList(MediaReference.fromJson)),
      position: fields.read('position', readWhole()),
      json: fields.json,
    );
  }

  @override
  final String kind;

  @override
  final String type;

  @override
  final int version;

  @override
  final Uuid id;

  @override
  final Uuid skillId;

  @override
  final Uuid domainId;

  @override
  final String key;

  @override
  final String prompt;

  @override
  final String? explanation;

  @override
  final int? difficulty;

  @override
  final List<String>? tags;

  @override
  final List<MediaReference>? media;

  @override
  final int position;

  /// The JSON as it came.
  final Map<String, Object?> json;

  @override
  Map<String, Object?> toJson() => json;
}

/// Single choice question.
final class SingleChoiceQuestion extends CarrelModel implements QuestionRow {
  /// Makes one from its parts.
  const SingleChoiceQuestion({
    required this.version,
    required this.id,
    required this.skillId,
    required this.domainId,
    required this.key,
    required this.prompt,
    this.explanation,
    this.difficulty,
    this.tags,
    this.media,
    required this.position,
    required this.choices,
    required this.answer,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SingleChoiceQuestion.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'question');
    fields.constant('type', 'single_choice');
    return SingleChoiceQuestion(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      prompt: fields.read('prompt', readString),
      explanation: fields.readOptional('explanation', readString),
      difficulty: fields.readOptional('difficulty', readWhole()),
      tags: fields.readOptional('tags', readList(readString)),
      media: fields.readOptional('media', readList(MediaReference.fromJson)),
      position: fields.read('position', readWhole()),
      choices: fields.read('choices', readList(readString, min: 2, max: 20)),
      answer: fields.read('answer', SingleChoiceKey.fromJson),
    );
  }

  /// Always 'question'.
  @override
  String get kind => 'question';

  /// Always 'single_choice'.
  @override
  String get type => 'single_choice';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// A UUID in lower case.
  @override
  final Uuid skillId;

  /// A UUID in lower case.
  @override
  final Uuid domainId;

  /// `key` on the wire.
  @override
  final String key;

  /// `prompt` on the wire.
  @override
  final String prompt;

  /// `explanation` on the wire.
  @override
  final String? explanation;

  /// `difficulty` on the wire.
  @override
  final int? difficulty;

  /// `tags` on the wire.
  @override
  final List<String>? tags;

  /// `media` on the wire.
  @override
  final List<MediaReference>? media;

  /// `position` on the wire.
  @override
  final int position;

  /// `choices` on the wire.
  final List<String> choices;

  /// The index into choices, from 0.
  final SingleChoiceKey answer;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'type': type,
    'version': version,
    'id': id,
    'skill_id': skillId,
    'domain_id': domainId,
    'key': key,
    'prompt': prompt,
    if (explanation != null) 'explanation': explanation,
    if (difficulty != null) 'difficulty': difficulty,
    if (tags != null) 'tags': tags,
    if (media case final value?) 'media': [for (final x in value) x.toJson()],
    'position': position,
    'choices': choices,
    'answer': answer.toJson(),
  };
}

/// * A file that belongs to a question; `path` is below the app's media folder.
/// Of ASCII and nothing that an address would escape, so that every language
/// draws the same line and counts the same length; and no segment begins with a
/// point, so that none leads out of the folder.
final class MediaReference extends CarrelModel {
  /// Makes one from its parts.
  const MediaReference({
    required this.path,
    required this.bytes,
    required this.sha256,
    required this.mime,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory MediaReference.fromJson(Object? json) {
    final fields = Fields(json);
    fields.only(const {'path', 'bytes', 'sha256', 'mime'});
    return MediaReference(
      path: fields.read(
        'path',
        readMatching(r'^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$', max: 500),
      ),
      bytes: fields.read('bytes', readWhole(min: 1, max: 9999999999)),
      sha256: fields.read('sha256', Sha256.fromJson),
      mime: fields.read(
        'mime',
        readMatching(r'^[a-z]{1,40}\/[a-z0-9][a-z0-9.+-]{0,79}$'),
      ),
    );
  }

  /// `path` on the wire.
  final String path;

  /// `bytes` on the wire.
  final int bytes;

  /// `sha256` on the wire.
  final Sha256 sha256;

  /// `mime` on the wire.
  final String mime;

  @override
  Map<String, Object?> toJson() => {
    'path': path,
    'bytes': bytes,
    'sha256': sha256,
    'mime': mime,
  };
}

/// Single choice key.
final class SingleChoiceKey extends CarrelModel {
  /// Makes one from its parts.
  const SingleChoiceKey({required this.choice});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SingleChoiceKey.fromJson(Object? json) {
    final fields = Fields(json);
    return SingleChoiceKey(
      choice: fields.read('choice', readWhole(min: 0, max: 19)),
    );
  }

  /// `choice` on the wire.
  final int choice;

  @override
  Map<String, Object?> toJson() => {'choice': choice};
}

/// Multiple choice question.
final class MultipleChoiceQuestion extends CarrelModel implements QuestionRow {
  /// Makes one from its parts.
  const MultipleChoiceQuestion({
    required this.version,
    required this.id,
    required this.skillId,
    required this.domainId,
    required this.key,
    required this.prompt,
    this.explanation,
    this.difficulty,
    this.tags,
    this.media,
    required this.position,
    required this.choices,
    required this.answer,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory MultipleChoiceQuestion.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'question');
    fields.constant('type', 'multiple_choice');
    return MultipleChoiceQuestion(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      prompt: fields.read('prompt', readString),
      explanation: fields.readOptional('explanation', readString),
      difficulty: fields.readOptional('difficulty', readWhole()),
      tags: fields.readOptional('tags', readList(readString)),
      media: fields.readOptional('media', readList(MediaReference.fromJson)),
      position: fields.read('position', readWhole()),
      choices: fields.read('choices', readList(readString, min: 2, max: 20)),
      answer: fields.read('answer', MultipleChoiceKey.fromJson),
    );
  }

  /// Always 'question'.
  @override
  String get kind => 'question';

  /// Always 'multiple_choice'.
  @override
  String get type => 'multiple_choice';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// A UUID in lower case.
  @override
  final Uuid skillId;

  /// A UUID in lower case.
  @override
  final Uuid domainId;

  /// `key` on the wire.
  @override
  final String key;

  /// `prompt` on the wire.
  @override
  final String prompt;

  /// `explanation` on the wire.
  @override
  final String? explanation;

  /// `difficulty` on the wire.
  @override
  final int? difficulty;

  /// `tags` on the wire.
  @override
  final List<String>? tags;

  /// `media` on the wire.
  @override
  final List<MediaReference>? media;

  /// `position` on the wire.
  @override
  final int position;

  /// `choices` on the wire.
  final List<String> choices;

  /// All right indexes, in no order.
  final MultipleChoiceKey answer;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'type': type,
    'version': version,
    'id': id,
    'skill_id': skillId,
    'domain_id': domainId,
    'key': key,
    'prompt': prompt,
    if (explanation != null) 'explanation': explanation,
    if (difficulty != null) 'difficulty': difficulty,
    if (tags != null) 'tags': tags,
    if (media case final value?) 'media': [for (final x in value) x.toJson()],
    'position': position,
    'choices': choices,
    'answer': answer.toJson(),
  };
}

/// Multiple choice key.
final class MultipleChoiceKey extends CarrelModel {
  /// Makes one from its parts.
  const MultipleChoiceKey({required this.choices});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory MultipleChoiceKey.fromJson(Object? json) {
    final fields = Fields(json);
    return MultipleChoiceKey(
      choices: fields.read(
        'choices',
        readList(readWhole(min: 0, max: 19), min: 1),
      ),
    );
  }

  /// `choices` on the wire.
  final List<int> choices;

  @override
  Map<String, Object?> toJson() => {'choices': choices};
}

/// True false question.
final class TrueFalseQuestion extends CarrelModel implements QuestionRow {
  /// Makes one from its parts.
  const TrueFalseQuestion({
    required this.version,
    required this.id,
    required this.skillId,
    required this.domainId,
    required this.key,
    required this.prompt,
    this.explanation,
    this.difficulty,
    this.tags,
    this.media,
    required this.position,
    required this.answer,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory TrueFalseQuestion.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'question');
    fields.constant('type', 'true_false');
    return TrueFalseQuestion(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      prompt: fields.read('prompt', readString),
      explanation: fields.readOptional('explanation', readString),
      difficulty: fields.readOptional('difficulty', readWhole()),
      tags: fields.readOptional('tags', readList(readString)),
      media: fields.readOptional('media', readList(MediaReference.fromJson)),
      position: fields.read('position', readWhole()),
      answer: fields.read('answer', TrueFalseKey.fromJson),
    );
  }

  /// Always 'question'.
  @override
  String get kind => 'question';

  /// Always 'true_false'.
  @override
  String get type => 'true_false';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// A UUID in lower case.
  @override
  final Uuid skillId;

  /// A UUID in lower case.
  @override
  final Uuid domainId;

  /// `key` on the wire.
  @override
  final String key;

  /// `prompt` on the wire.
  @override
  final String prompt;

  /// `explanation` on the wire.
  @override
  final String? explanation;

  /// `difficulty` on the wire.
  @override
  final int? difficulty;

  /// `tags` on the wire.
  @override
  final List<String>? tags;

  /// `media` on the wire.
  @override
  final List<MediaReference>? media;

  /// `position` on the wire.
  @override
  final int position;

  /// `answer` on the wire.
  final TrueFalseKey answer;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'type': type,
    'version': version,
    'id': id,
    'skill_id': skillId,
    'domain_id': domainId,
    'key': key,
    'prompt': prompt,
    if (explanation != null) 'explanation': explanation,
    if (difficulty != null) 'difficulty': difficulty,
    if (tags != null) 'tags': tags,
    if (media case final value?) 'media': [for (final x in value) x.toJson()],
    'position': position,
    'answer': answer.toJson(),
  };
}

/// True false key.
final class TrueFalseKey extends CarrelModel {
  /// Makes one from its parts.
  const TrueFalseKey({required this.value});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory TrueFalseKey.fromJson(Object? json) {
    final fields = Fields(json);
    return TrueFalseKey(value: fields.read('value', readBool));
  }

  /// `value` on the wire.
  final bool value;

  @override
  Map<String, Object?> toJson() => {'value': value};
}

/// Numeric question.
final class NumericQuestion extends CarrelModel implements QuestionRow {
  /// Makes one from its parts.
  const NumericQuestion({
    required this.version,
    required this.id,
    required this.skillId,
    required this.domainId,
    required this.key,
    required this.prompt,
    this.explanation,
    this.difficulty,
    this.tags,
    this.media,
    required this.position,
    required this.answer,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory NumericQuestion.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'question');
    fields.constant('type', 'numeric');
    return NumericQuestion(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      prompt: fields.read('prompt', readString),
      explanation: fields.readOptional('explanation', readString),
      difficulty: fields.readOptional('difficulty', readWhole()),
      tags: fields.readOptional('tags', readList(readString)),
      media: fields.readOptional('media', readList(MediaReference.fromJson)),
      position: fields.read('position', readWhole()),
      answer: fields.read('answer', NumericKey.fromJson),
    );
  }

  /// Always 'question'.
  @override
  String get kind => 'question';

  /// Always 'numeric'.
  @override
  String get type => 'numeric';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// A UUID in lower case.
  @override
  final Uuid skillId;

  /// A UUID in lower case.
  @override
  final Uuid domainId;

  /// `key` on the wire.
  @override
  final String key;

  /// `prompt` on the wire.
  @override
  final String prompt;

  /// `explanation` on the wire.
  @override
  final String? explanation;

  /// `difficulty` on the wire.
  @override
  final int? difficulty;

  /// `tags` on the wire.
  @override
  final List<String>? tags;

  /// `media` on the wire.
  @override
  final List<MediaReference>? media;

  /// `position` on the wire.
  @override
  final int position;

  /// `answer` on the wire.
  final NumericKey answer;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'type': type,
    'version': version,
    'id': id,
    'skill_id': skillId,
    'domain_id': domainId,
    'key': key,
    'prompt': prompt,
    if (explanation != null) 'explanation': explanation,
    if (difficulty != null) 'difficulty': difficulty,
    if (tags != null) 'tags': tags,
    if (media case final value?) 'media': [for (final x in value) x.toJson()],
    'position': position,
    'answer': answer.toJson(),
  };
}

/// Numeric key.
final class NumericKey extends CarrelModel {
  /// Makes one from its parts.
  const NumericKey({required this.value, this.tolerance});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory NumericKey.fromJson(Object? json) {
    final fields = Fields(json);
    return NumericKey(
      value: fields.read(
        'value',
        readMatching(r'^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$'),
      ),
      tolerance: fields.readOptional(
        'tolerance',
        readMatching(r'^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$'),
      ),
    );
  }

  /// `value` on the wire.
  final String value;

  /// How far off is still right, absolute; absent: 0.
  final String? tolerance;

  @override
  Map<String, Object?> toJson() => {
    'value': value,
    if (tolerance != null) 'tolerance': tolerance,
  };
}

/// Short text question.
final class ShortTextQuestion extends CarrelModel implements QuestionRow {
  /// Makes one from its parts.
  const ShortTextQuestion({
    required this.version,
    required this.id,
    required this.skillId,
    required this.domainId,
    required this.key,
    required this.prompt,
    this.explanation,
    this.difficulty,
    this.tags,
    this.media,
    required this.position,
    required this.answer,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ShortTextQuestion.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'question');
    fields.constant('type', 'short_text');
    return ShortTextQuestion(
      version: fields.read('version', readWhole(min: 1)),
      id: fields.read('id', Uuid.fromJson),
      skillId: fields.read('skill_id', Uuid.fromJson),
      domainId: fields.read('domain_id', Uuid.fromJson),
      key: fields.read('key', readString),
      prompt: fields.read('prompt', readString),
      explanation: fields.readOptional('explanation', readString),
      difficulty: fields.readOptional('difficulty', readWhole()),
      tags: fields.readOptional('tags', readList(readString)),
      media: fields.readOptional('media', readList(MediaReference.fromJson)),
      position: fields.read('position', readWhole()),
      answer: fields.read('answer', ShortTextKey.fromJson),
    );
  }

  /// Always 'question'.
  @override
  String get kind => 'question';

  /// Always 'short_text'.
  @override
  String get type => 'short_text';

  /// `version` on the wire.
  @override
  final int version;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// A UUID in lower case.
  @override
  final Uuid skillId;

  /// A UUID in lower case.
  @override
  final Uuid domainId;

  /// `key` on the wire.
  @override
  final String key;

  /// `prompt` on the wire.
  @override
  final String prompt;

  /// `explanation` on the wire.
  @override
  final String? explanation;

  /// `difficulty` on the wire.
  @override
  final int? difficulty;

  /// `tags` on the wire.
  @override
  final List<String>? tags;

  /// `media` on the wire.
  @override
  final List<MediaReference>? media;

  /// `position` on the wire.
  @override
  final int position;

  /// `answer` on the wire.
  final ShortTextKey answer;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'type': type,
    'version': version,
    'id': id,
    'skill_id': skillId,
    'domain_id': domainId,
    'key': key,
    'prompt': prompt,
    if (explanation != null) 'explanation': explanation,
    if (difficulty != null) 'difficulty': difficulty,
    if (tags != null) 'tags': tags,
    if (media case final value?) 'media': [for (final x in value) x.toJson()],
    'position': position,
    'answer': answer.toJson(),
  };
}

/// Short text key.
final class ShortTextKey extends CarrelModel {
  /// Makes one from its parts.
  const ShortTextKey({required this.accepted, this.normalisation});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ShortTextKey.fromJson(Object? json) {
    final fields = Fields(json);
    return ShortTextKey(
      accepted: fields.read('accepted', readList(readString, min: 1, max: 50)),
      normalisation: fields.readOptional(
        'normalisation',
        readOneOf(const [1, 2]),
      ),
    );
  }

  /// `accepted` on the wire.
  final List<String> accepted;

  /// The rule that grades it; absent: 1.
  final int? normalisation;

  @override
  Map<String, Object?> toJson() => {
    'accepted': accepted,
    if (normalisation != null) 'normalisation': normalisation,
  };
}

/// A row that the device is to remove, if it holds it.
final class Tombstone extends CarrelModel implements ContentLine {
  /// Makes one from its parts.
  const Tombstone({
    required this.of,
    required this.id,
    required this.version,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Tombstone.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'tombstone');
    return Tombstone(
      of: fields.readKnown('of', RowKind.fromJson, RowKind.unknown),
      id: fields.read('id', Uuid.fromJson),
      version: fields.read('version', readWhole(min: 1)),
      unknown: fields.unknownValues(),
    );
  }

  /// Always 'tombstone'.
  @override
  String get kind => 'tombstone';

  /// `of` on the wire.
  final RowKind of;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// `version` on the wire.
  @override
  final int version;

  /// Values that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'of': of.wire,
    'id': id,
    'version': version,
    ...unknown,
  };
}

/// Row kind.
enum RowKind {
  /// `domain`.
  domain('domain'),

  /// `skill`.
  skill('skill'),

  /// `question`.
  question('question'),

  /// A value of a newer server. The message keeps it as it came.
  unknown('');

  const RowKind(this.wire);

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory RowKind.fromJson(Object? json) =>
      readEnum(json, values, (value) => value.wire);

  /// The value as it travels.
  final String wire;
}

/// * A row that differs in its version alone from the one at the delta's
/// `since`, for example after a roll-back. Its line is the held one with this
/// version. Only a delta that was asked for with `same` has such lines.
final class SameRow extends CarrelModel implements ContentLine {
  /// Makes one from its parts.
  const SameRow({
    required this.of,
    required this.id,
    required this.version,
    this.unknown = const {},
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SameRow.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'same');
    return SameRow(
      of: fields.readKnown('of', RowKind.fromJson, RowKind.unknown),
      id: fields.read('id', Uuid.fromJson),
      version: fields.read('version', readWhole(min: 1)),
      unknown: fields.unknownValues(),
    );
  }

  /// Always 'same'.
  @override
  String get kind => 'same';

  /// `of` on the wire.
  final RowKind of;

  /// A UUID in lower case.
  @override
  final Uuid id;

  /// `version` on the wire.
  @override
  final int version;

  /// Values that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'of': of.wire,
    'id': id,
    'version': version,
    ...unknown,
  };
}

/// The first line of a page: what it is a page of.
final class PageLine extends CarrelModel {
  /// Makes one from its parts.
  const PageLine({
    required this.history,
    required this.schema,
    required this.since,
    required this.until,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory PageLine.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'page');
    return PageLine(
      history: fields.read('history', History.fromJson),
      schema: fields.read('schema', readWhole()),
      since: fields.read('since', readWhole(min: 0)),
      until: fields.read('until', readWhole(min: 0)),
    );
  }

  /// Always 'page'.
  String get kind => 'page';

  /// 16 hex digits.
  final History history;

  /// `schema` on the wire.
  final int schema;

  /// `since` on the wire.
  final int since;

  /// `until` on the wire.
  final int until;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind,
    'history': history,
    'schema': schema,
    'since': since,
    'until': until,
  };
}

/// The last line of a page; a page without it was cut off.
final class EndLine extends CarrelModel {
  /// Makes one from its parts.
  const EndLine({required this.rows, this.next});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory EndLine.fromJson(Object? json) {
    final fields = Fields(json);
    fields.constant('kind', 'end');
    return EndLine(
      rows: fields.read('rows', readWhole(min: 0)),
      next: fields.readNullable('next', readString),
    );
  }

  /// Always 'end'.
  String get kind => 'end';

  /// `rows` on the wire.
  final int rows;

  /// The next page's `after`.
  final String? next;

  @override
  Map<String, Object?> toJson() => {'kind': kind, 'rows': rows, 'next': next};
}

/// Single choice answer.
final class SingleChoiceAnswer extends CarrelModel {
  /// Makes one from its parts.
  const SingleChoiceAnswer({required this.choice, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory SingleChoiceAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return SingleChoiceAnswer(
      choice: fields.read('choice', readNumber()),
      unknown: fields.others(),
    );
  }

  /// `choice` on the wire.
  final num choice;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'choice': choice, ...unknown};
}

/// Multiple choice answer.
final class MultipleChoiceAnswer extends CarrelModel {
  /// Makes one from its parts.
  const MultipleChoiceAnswer({required this.choices, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory MultipleChoiceAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return MultipleChoiceAnswer(
      choices: fields.read('choices', readList(readNumber())),
      unknown: fields.others(),
    );
  }

  /// `choices` on the wire.
  final List<num> choices;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'choices': choices, ...unknown};
}

/// True false answer.
final class TrueFalseAnswer extends CarrelModel {
  /// Makes one from its parts.
  const TrueFalseAnswer({required this.value, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory TrueFalseAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return TrueFalseAnswer(
      value: fields.read('value', readBool),
      unknown: fields.others(),
    );
  }

  /// `value` on the wire.
  final bool value;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'value': value, ...unknown};
}

/// Numeric answer.
final class NumericAnswer extends CarrelModel {
  /// Makes one from its parts.
  const NumericAnswer({required this.value, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory NumericAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return NumericAnswer(
      value: fields.read(
        'value',
        readMatching(r'^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$'),
      ),
      unknown: fields.others(),
    );
  }

  /// `value` on the wire.
  final String value;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'value': value, ...unknown};
}

/// Short text answer.
final class ShortTextAnswer extends CarrelModel {
  /// Makes one from its parts.
  const ShortTextAnswer({required this.text, this.unknown = const {}});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ShortTextAnswer.fromJson(Object? json) {
    final fields = Fields(json);
    return ShortTextAnswer(
      text: fields.read('text', readString),
      unknown: fields.others(),
    );
  }

  /// `text` on the wire.
  final String text;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'text': text, ...unknown};
}
