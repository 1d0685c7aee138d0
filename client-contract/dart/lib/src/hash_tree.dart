import 'dart:convert';

import 'content.gen.dart';
import 'manifest.gen.dart';
import 'scalars.gen.dart';
import 'sha256.dart';

/// A row in its place of the tree, with the hash of its line.
final class TreeRow {
  /// A row whose hash is known already.
  const TreeRow({
    required this.kind,
    required this.id,
    required this.parent,
    required this.hash,
  });

  /// Finds a row's place from its exact line, as it came.
  factory TreeRow.fromLine(String line) {
    final row = ContentLine.fromJson(jsonDecode(line));
    final (kind, parent) = switch (row) {
      DomainRow() => (RowKind.domain, null),
      SkillRow(:final domainId) => (RowKind.skill, domainId),
      QuestionRow(:final skillId) => (RowKind.question, skillId),
      Tombstone() || SameRow() || UnknownContentLine() =>
        throw const FormatException('A line without a row of the tree.'),
    };
    return TreeRow(
      kind: kind,
      id: row.id,
      parent: parent,
      hash: sha256OfText(line),
    );
  }

  /// Domain, skill or question.
  final RowKind kind;

  /// The row's id.
  final Uuid id;

  /// Of a skill its domain, of a question its skill, of a domain null.
  final Uuid? parent;

  /// The SHA-256 of the row's line.
  final Sha256 hash;
}

/// The hash tree over content rows: row, skill, domain, release.
///
/// A device computes it over what it holds and compares with the head's root;
/// the hashes below the root show where two trees differ.
final class HashTree {
  const HashTree._({
    required this.root,
    required this.domains,
    required this.skills,
    required this.rows,
    required this.orphans,
  });

  /// Computes the tree over the rows of a release, or of some of its domains;
  /// each id once, in any order.
  factory HashTree.of(Iterable<TreeRow> content) {
    final all = content.toList();
    List<TreeRow> ofKind(RowKind kind) => [
      for (final row in all)
        if (row.kind == kind) row,
    ];
    final skillRows = ofKind(RowKind.skill);
    final rows = {for (final row in all) row.id: row.hash};
    final skills = _nodes(skillRows, ofKind(RowKind.question), rows);
    final domains = _nodes(ofKind(RowKind.domain), skillRows, skills);
    return HashTree._(
      root: rootHash(domains),
      domains: domains,
      skills: skills,
      rows: rows,
      orphans: [
        for (final TreeRow(:kind, :id, :parent) in all)
          if (switch (kind) {
            RowKind.domain => false,
            RowKind.skill => !domains.containsKey(parent),
            RowKind.question ||
            RowKind.unknown => !skills.containsKey(parent),
          })
            id,
      ],
    );
  }

  /// The release's hash, if all its domains are here.
  final Sha256 root;

  /// The domains' nodes by id.
  final Map<Uuid, Sha256> domains;

  /// The skills' nodes by id.
  final Map<Uuid, Sha256> skills;

  /// Every row's hash by id, whatever its kind.
  final Map<Uuid, Sha256> rows;

  /// Rows without their parent: no hash above covers them, and no release holds
  /// such rows.
  final List<Uuid> orphans;

  static Map<Uuid, Sha256> _nodes(
    List<TreeRow> rows,
    List<TreeRow> children,
    Map<Uuid, Sha256> childHashes,
  ) {
    final childrenOf = {for (final row in rows) row.id: <Uuid, Sha256>{}};
    for (final TreeRow(:id, :parent) in children) {
      childrenOf[parent]?[id] = childHashes[id]!;
    }
    return {
      for (final row in rows)
        row.id: nodeHash((row.id, row.hash), childrenOf[row.id]!),
    };
  }
}

/// A node's text: lines `id:hash`, ascending by id.
String _nodeText(Map<Uuid, Sha256> hashes) {
  final ids = hashes.keys.toList()..sort();
  return ids.map((id) => '$id:${hashes[id]}\n').join();
}

/// A release's root: over its domains' nodes.
Sha256 rootHash(Map<Uuid, Sha256> domains) => sha256OfText(_nodeText(domains));

/// A skill's or domain's node: its own row's hash first, then its children's.
Sha256 nodeHash((Uuid id, Sha256 hash) own, Map<Uuid, Sha256> children) =>
    sha256OfText('${own.$1}:${own.$2}\n${_nodeText(children)}');

/// The hash tree as the server published it, which rows are checked against.
final class PublishedTree {
  /// A tree from its nodes.
  const PublishedTree({required this.domains, required this.skills});

  /// A manifest's tree.
  factory PublishedTree.of(Manifest manifest) => PublishedTree(
    domains: {for (final domain in manifest.domains) domain.id: domain.hash},
    skills: {
      for (final domain in manifest.domains)
        domain.id: {for (final skill in domain.skills) skill.id: skill.hash},
    },
  );

  /// The domains' nodes by id.
  final Map<Uuid, Sha256> domains;

  /// The skills' nodes by id, by their domain's id.
  final Map<Uuid, Map<Uuid, Sha256>> skills;

  /// Whether the domains' hashes come to a root.
  bool hasRoot(Sha256 root) => rootHash(domains) == root;
}

final RegExp _version = RegExp(r'^(\{"kind":"[a-z]+","version":)\d+');

/// A row's line with another version. Every line begins with its kind and its
/// version.
String withVersion(String line, int version) =>
    line.replaceFirstMapped(_version, (match) => '${match[1]}$version');
