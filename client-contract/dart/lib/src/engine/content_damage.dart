import '../content.gen.dart';
import '../hash_tree.dart';
import '../scalars.gen.dart';
import 'content_rows.dart';
import 'content_tree.dart';

/// Rows grouped by node.
final class Groups {
  /// Groups them.
  Groups(Iterable<HeldRow> rows) {
    for (final row in rows) {
      final (group, Uuid? key) = switch (row.kind) {
        RowKind.domain => (_domains, row.id),
        RowKind.skill => (_skills, row.id),
        RowKind.question || RowKind.unknown => (_questions, row.parent),
      };
      (group[key] ??= []).add(row);
    }
  }

  final Map<Uuid?, List<HeldRow>> _domains = {};
  final Map<Uuid?, List<HeldRow>> _skills = {};
  final Map<Uuid?, List<HeldRow>> _questions = {};

  /// The only row of those, if it is intact; several rows with one id mean that
  /// the index of the key is damaged.
  static HeldRow? _single(List<HeldRow>? rows) => switch (rows) {
    [final row] when row.isSound => row,
    _ => null,
  };

  /// Whether the skill's own row and its questions are the published ones.
  bool isWhole(Uuid domainId, Uuid skillId, Sha256? hash) {
    final own = _single(_skills[skillId]);
    final questions = _questions[skillId] ?? const [];
    if (own == null || own.parent != domainId) return false;
    if (questions.any((row) => !row.isSound)) return false;
    // Two rows with one id would hide behind one of them.
    final children = {for (final row in questions) row.id: row.hash};
    return children.length == questions.length &&
        nodeHash((skillId, own.hash), children) == hash;
  }

  /// Whether the domain's own row and the published hashes of its skills give
  /// the domain's published hash.
  bool hasOwnRow(Uuid domainId, TreeDomain domain) {
    final own = _single(_domains[domainId]);
    return own != null &&
        nodeHash((domainId, own.hash), domain.skills) == domain.hash;
  }
}

/// The damage that was found.
final class Damage {
  Damage._(this.skills, this.domains, this.drop);

  /// Compares rows with the tree, domain by domain. Damage in a skill does not
  /// make its domain's own row look damaged, because that row is tested with the
  /// published hashes of the skills. [wanted]: the domains to hold; null: all.
  /// [suspects]: the nodes that the rows are of; null: all.
  factory Damage.of(
    List<HeldRow> rows,
    Tree tree, {
    Set<Uuid>? wanted,
    Set<Uuid>? suspects,
  }) {
    final held = Groups(rows);
    bool isSuspect(Uuid id) => suspects?.contains(id) ?? true;
    final (skills, domains) = (<Uuid>{}, <Uuid>{});
    final (knownSkills, knownDomains) = (<Uuid>{}, <Uuid>{});
    for (final MapEntry(key: domainId, value: domain) in tree.entries) {
      if (wanted != null && !wanted.contains(domainId)) continue;
      knownDomains.add(domainId);
      if (isSuspect(domainId) && !held.hasOwnRow(domainId, domain)) {
        domains.add(domainId);
      }
      for (final MapEntry(key: id, value: hash) in domain.skills.entries) {
        knownSkills.add(id);
        if (isSuspect(id) && !held.isWhole(domainId, id, hash)) skills.add(id);
      }
    }
    bool isDropped(HeldRow row) {
      if (row.kind == RowKind.domain) {
        return !knownDomains.contains(row.id) || domains.contains(row.id);
      }
      final skill = row.skillId;
      return !knownSkills.contains(skill) || skills.contains(skill);
    }

    return Damage._(skills, domains, rows.where(isDropped).toList());
  }

  /// Skills whose own rows and questions must be fetched.
  final Set<Uuid> skills;

  /// Domains whose own row must be fetched.
  final Set<Uuid> domains;

  /// Held rows to remove: all rows of those nodes, and rows that belong to no
  /// node.
  final List<HeldRow> drop;

  /// The damaged nodes.
  List<Uuid> get nodes => [...domains, ...skills];

  /// Whether there is none.
  bool get isNone => skills.isEmpty && domains.isEmpty && drop.isEmpty;
}
