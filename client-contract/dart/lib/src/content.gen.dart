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

  /// The line of the database's life that the version belongs to.
  final History history;

  /// The content schema of this answer.
  final int schema;

  /// The newest release; 0: nothing is published yet.
  final int version;

  /// When it was published; null: nothing is published yet.
  final ServerInstant? publishedAt;

  /// The root of the release's hash tree; null: nothing is published yet.
  final Sha256? root;

  /// Domains of the release.
  ///
  /// Unit: domains.
  final int domains;

  /// Skills of the release.
  ///
  /// Unit: skills.
  final int skills;

  /// Questions of the release.
  ///
  /// Unit: questions.
  final int questions;

  /// A device with an older version must update before studying on; 0: no such
  /// version.
  final int minimumVersion;

  /// A delta since an older version is refused with `cursor_too_old`; 0: no
  /// such version.
  final int horizon;

  /// When to poll next, before jitter.
  ///
  /// Unit: seconds.
  final int pollAfterS;

  /// When this content schema ends; null: no end is known.
  final ServerInstant? schemaEndsAt;

  /// The newest release that has bundles; null: none.
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

/// A release whose manifest names bundles for all domains.
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

  /// The release's version.
  final int version;

  /// The root of the release's hash tree.
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

  /// The release that last changed the row.
  int get version;

  /// The domain.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The domain.
  @override
  final Uuid id;

  /// The domain's name for instructors; stable and unique.
  final String key;

  /// The title for learners.
  final String title;

  /// A text for learners.
  final String? description;

  /// The place among the domains; ascending.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The skill.
  @override
  final Uuid id;

  /// The skill's domain.
  final Uuid domainId;

  /// The skill's name for instructors; stable and unique.
  final String key;

  /// The title for learners.
  final String title;

  /// A text for learners.
  final String? description;

  /// The place among the domain's skills; ascending.
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

  /// The release that last changed the row.
  @override
  int get version;

  /// The question.
  @override
  Uuid get id;

  /// The question's skill.
  Uuid get skillId;

  /// The domain of the question's skill.
  Uuid get domainId;

  /// The question's name for instructors; stable and unique.
  String get key;

  /// What the learner is asked.
  String get prompt;

  /// A text for learners after they have answered.
  String? get explanation;

  /// From 1 (easy) to 5 (hard).
  ///
  /// Unit: level.
  int? get difficulty;

  /// Words by which an app may select questions.
  List<String>? get tags;

  /// Files that the question shows; absent in content schema 1.
  List<MediaReference>? get media;

  /// The place among the skill's questions; ascending.
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

/// A question with one right choice.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The question.
  @override
  final Uuid id;

  /// The question's skill.
  @override
  final Uuid skillId;

  /// The domain of the question's skill.
  @override
  final Uuid domainId;

  /// The question's name for instructors; stable and unique.
  @override
  final String key;

  /// What the learner is asked.
  @override
  final String prompt;

  /// A text for learners after they have answered.
  @override
  final String? explanation;

  /// From 1 (easy) to 5 (hard).
  ///
  /// Unit: level.
  @override
  final int? difficulty;

  /// Words by which an app may select questions.
  @override
  final List<String>? tags;

  /// Files that the question shows; absent in content schema 1.
  @override
  final List<MediaReference>? media;

  /// The place among the skill's questions; ascending.
  @override
  final int position;

  /// The choices, of which an answer names indexes.
  final List<String> choices;

  /// The answer key.
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

/// A file that belongs to a question; `path` is below the app's media folder.
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

  /// The file's place below the app's media folder.
  final String path;

  /// Size of the file.
  ///
  /// Unit: bytes.
  final int bytes;

  /// The hash of the file.
  final Sha256 sha256;

  /// The file's media type.
  final String mime;

  @override
  Map<String, Object?> toJson() => {
    'path': path,
    'bytes': bytes,
    'sha256': sha256,
    'mime': mime,
  };
}

/// The one right choice.
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

  /// The index of the right choice, from 0.
  final int choice;

  @override
  Map<String, Object?> toJson() => {'choice': choice};
}

/// A question with a set of right choices.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The question.
  @override
  final Uuid id;

  /// The question's skill.
  @override
  final Uuid skillId;

  /// The domain of the question's skill.
  @override
  final Uuid domainId;

  /// The question's name for instructors; stable and unique.
  @override
  final String key;

  /// What the learner is asked.
  @override
  final String prompt;

  /// A text for learners after they have answered.
  @override
  final String? explanation;

  /// From 1 (easy) to 5 (hard).
  ///
  /// Unit: level.
  @override
  final int? difficulty;

  /// Words by which an app may select questions.
  @override
  final List<String>? tags;

  /// Files that the question shows; absent in content schema 1.
  @override
  final List<MediaReference>? media;

  /// The place among the skill's questions; ascending.
  @override
  final int position;

  /// The choices, of which an answer names indexes.
  final List<String> choices;

  /// The answer key.
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

/// The set of right choices.
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

  /// The indexes of all right choices, from 0, in no order.
  final List<int> choices;

  @override
  Map<String, Object?> toJson() => {'choices': choices};
}

/// A statement that is true or false.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The question.
  @override
  final Uuid id;

  /// The question's skill.
  @override
  final Uuid skillId;

  /// The domain of the question's skill.
  @override
  final Uuid domainId;

  /// The question's name for instructors; stable and unique.
  @override
  final String key;

  /// What the learner is asked.
  @override
  final String prompt;

  /// A text for learners after they have answered.
  @override
  final String? explanation;

  /// From 1 (easy) to 5 (hard).
  ///
  /// Unit: level.
  @override
  final int? difficulty;

  /// Words by which an app may select questions.
  @override
  final List<String>? tags;

  /// Files that the question shows; absent in content schema 1.
  @override
  final List<MediaReference>? media;

  /// The place among the skill's questions; ascending.
  @override
  final int position;

  /// The answer key.
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

/// Whether the statement is true.
final class TrueFalseKey extends CarrelModel {
  /// Makes one from its parts.
  const TrueFalseKey({required this.value});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory TrueFalseKey.fromJson(Object? json) {
    final fields = Fields(json);
    return TrueFalseKey(value: fields.read('value', readBool));
  }

  /// Whether the statement is true.
  final bool value;

  @override
  Map<String, Object?> toJson() => {'value': value};
}

/// A question whose answer is a number.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The question.
  @override
  final Uuid id;

  /// The question's skill.
  @override
  final Uuid skillId;

  /// The domain of the question's skill.
  @override
  final Uuid domainId;

  /// The question's name for instructors; stable and unique.
  @override
  final String key;

  /// What the learner is asked.
  @override
  final String prompt;

  /// A text for learners after they have answered.
  @override
  final String? explanation;

  /// From 1 (easy) to 5 (hard).
  ///
  /// Unit: level.
  @override
  final int? difficulty;

  /// Words by which an app may select questions.
  @override
  final List<String>? tags;

  /// Files that the question shows; absent in content schema 1.
  @override
  final List<MediaReference>? media;

  /// The place among the skill's questions; ascending.
  @override
  final int position;

  /// The answer key.
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

/// The right number, and how far off is still right.
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

  /// The right number.
  final String value;

  /// The greatest absolute difference that is still right; absent: 0.
  final String? tolerance;

  @override
  Map<String, Object?> toJson() => {
    'value': value,
    if (tolerance != null) 'tolerance': tolerance,
  };
}

/// A question whose answer is a short text.
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

  /// The release that last changed the row.
  @override
  final int version;

  /// The question.
  @override
  final Uuid id;

  /// The question's skill.
  @override
  final Uuid skillId;

  /// The domain of the question's skill.
  @override
  final Uuid domainId;

  /// The question's name for instructors; stable and unique.
  @override
  final String key;

  /// What the learner is asked.
  @override
  final String prompt;

  /// A text for learners after they have answered.
  @override
  final String? explanation;

  /// From 1 (easy) to 5 (hard).
  ///
  /// Unit: level.
  @override
  final int? difficulty;

  /// Words by which an app may select questions.
  @override
  final List<String>? tags;

  /// Files that the question shows; absent in content schema 1.
  @override
  final List<MediaReference>? media;

  /// The place among the skill's questions; ascending.
  @override
  final int position;

  /// The answer key.
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

/// Texts that are right once they are normalised.
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

  /// Texts that are right.
  final List<String> accepted;

  /// The rule of normalisation; absent: 1.
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

  /// The kind of the row.
  final RowKind of;

  /// The row.
  @override
  final Uuid id;

  /// The release that deleted the row.
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

/// The kind of a content row.
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

/// A row that differs in its version alone from the one at the delta's `since`,
/// for example after a roll-back. Its line is the held one with this version.
/// Only a delta that was asked for with `same` has such lines.
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

  /// The kind of the row.
  final RowKind of;

  /// The row.
  @override
  final Uuid id;

  /// The version of the row from now on.
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

  /// The line of the database's life that the versions belong to.
  final History history;

  /// The content schema of the page's rows.
  final int schema;

  /// The version that the delta begins after; 0: a snapshot.
  final int since;

  /// The version that the rows lead to.
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

  /// Lines between the first and the last.
  ///
  /// Unit: rows.
  final int rows;

  /// The next page's `after`; null: this is the last page.
  final String? next;

  @override
  Map<String, Object?> toJson() => {'kind': kind, 'rows': rows, 'next': next};
}

/// The choice that the learner took.
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

  /// The index of the choice, from 0.
  ///
  /// Unit: index.
  final num choice;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'choice': choice, ...unknown};
}

/// The choices that the learner took.
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

  /// The indexes of the choices, from 0, in any order.
  final List<num> choices;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'choices': choices, ...unknown};
}

/// The learner's verdict.
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

  /// Whether the learner thinks that the statement is true.
  final bool value;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'value': value, ...unknown};
}

/// The number that the learner wrote.
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

  /// The number as a decimal string.
  final String value;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'value': value, ...unknown};
}

/// The text that the learner wrote.
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

  /// The text as the learner wrote it; grading normalises it.
  final String text;

  /// Fields that this version of the package does not know, as they came.
  final Map<String, Object?> unknown;

  @override
  Map<String, Object?> toJson() => {'text': text, ...unknown};
}
