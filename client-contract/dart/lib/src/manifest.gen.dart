// Generated from client-contract/contract/manifest.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// All nodes of the hash tree at a version, in ascending order of their ids.
/// The same for ever, but for `bundles`.
final class Manifest extends CarrelModel {
  /// Makes one from its parts.
  const Manifest({
    required this.history,
    required this.schema,
    required this.version,
    required this.root,
    required this.rows,
    required this.domains,
    required this.bundles,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Manifest.fromJson(Object? json) {
    final fields = Fields(json);
    return Manifest(
      history: fields.read('history', History.fromJson),
      schema: fields.read('schema', readWhole()),
      version: fields.read('version', readWhole(min: 1)),
      root: fields.read('root', Sha256.fromJson),
      rows: fields.read('rows', readWhole(min: 0)),
      domains: fields.read('domains', readList(DomainNode.fromJson)),
      bundles: fields.read('bundles', readList(Bundle.fromJson)),
    );
  }

  /// The line of the database's life that the version belongs to.
  final History history;

  /// The content schema of the hashes.
  final int schema;

  /// The release.
  final int version;

  /// The root of the release's hash tree.
  final Sha256 root;

  /// Rows of the release.
  ///
  /// Unit: rows.
  final int rows;

  /// All domains, in ascending order of their ids.
  final List<DomainNode> domains;

  /// One or more files for each domain, in order; empty before they are
  /// written, or if this release's files are deleted.
  final List<Bundle> bundles;

  @override
  Map<String, Object?> toJson() => {
    'history': history,
    'schema': schema,
    'version': version,
    'root': root,
    'rows': rows,
    'domains': [for (final x in domains) x.toJson()],
    'bundles': [for (final x in bundles) x.toJson()],
  };
}

/// A domain's node, with those of its skills.
final class DomainNode extends CarrelModel {
  /// Makes one from its parts.
  const DomainNode({
    required this.id,
    required this.hash,
    required this.rows,
    required this.skills,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory DomainNode.fromJson(Object? json) {
    final fields = Fields(json);
    return DomainNode(
      id: fields.read('id', Uuid.fromJson),
      hash: fields.read('hash', Sha256.fromJson),
      rows: fields.read('rows', readWhole(min: 1)),
      skills: fields.read('skills', readList(Node.fromJson)),
    );
  }

  /// The skill or the domain.
  final Uuid id;

  /// The hash of the node's rows.
  final Sha256 hash;

  /// The node's own row and all rows below it.
  ///
  /// Unit: rows.
  final int rows;

  /// The nodes of the domain's skills, in ascending order of their ids.
  final List<Node> skills;

  @override
  Map<String, Object?> toJson() => {
    'id': id,
    'hash': hash,
    'rows': rows,
    'skills': [for (final x in skills) x.toJson()],
  };
}

/// A node of the hash tree.
final class Node extends CarrelModel {
  /// Makes one from its parts.
  const Node({required this.id, required this.hash, required this.rows});

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Node.fromJson(Object? json) {
    final fields = Fields(json);
    return Node(
      id: fields.read('id', Uuid.fromJson),
      hash: fields.read('hash', Sha256.fromJson),
      rows: fields.read('rows', readWhole(min: 1)),
    );
  }

  /// The skill or the domain.
  final Uuid id;

  /// The hash of the node's rows.
  final Sha256 hash;

  /// The node's own row and all rows below it.
  ///
  /// Unit: rows.
  final int rows;

  @override
  Map<String, Object?> toJson() => {'id': id, 'hash': hash, 'rows': rows};
}

/// A file with rows of one domain at the manifest's version: gzipped NDJSON,
/// the same lines as a snapshot's, at most 1 MiB of them unless one row has
/// more. All files of a domain have all of its rows.
final class Bundle extends CarrelModel {
  /// Makes one from its parts.
  const Bundle({
    required this.domainId,
    required this.url,
    required this.bytes,
    required this.sha256,
    required this.rows,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Bundle.fromJson(Object? json) {
    final fields = Fields(json);
    return Bundle(
      domainId: fields.read('domain_id', Uuid.fromJson),
      url: fields.read('url', readString),
      bytes: fields.read('bytes', readWhole(min: 1)),
      sha256: fields.read('sha256', Sha256.fromJson),
      rows: fields.read('rows', readWhole(min: 1)),
    );
  }

  /// The domain whose rows the file holds.
  final Uuid domainId;

  /// A signed URL, the same for all devices and valid for hours; it is fetched
  /// without the learner's token.
  final String url;

  /// Size of the file, as downloaded.
  ///
  /// Unit: bytes.
  final int bytes;

  /// The hash of the file, as downloaded.
  final Sha256 sha256;

  /// Rows in this file.
  ///
  /// Unit: rows.
  final int rows;

  @override
  Map<String, Object?> toJson() => {
    'domain_id': domainId,
    'url': url,
    'bytes': bytes,
    'sha256': sha256,
    'rows': rows,
  };
}

/// The domains' nodes at a version, in ascending order of their ids. A device
/// with some domains computes their hashes itself, and needs only those of the
/// others to compute the root. Never changes.
final class DomainNodes extends CarrelModel {
  /// Makes one from its parts.
  const DomainNodes({
    required this.history,
    required this.schema,
    required this.version,
    required this.root,
    required this.domains,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory DomainNodes.fromJson(Object? json) {
    final fields = Fields(json);
    return DomainNodes(
      history: fields.read('history', History.fromJson),
      schema: fields.read('schema', readWhole()),
      version: fields.read('version', readWhole(min: 1)),
      root: fields.read('root', Sha256.fromJson),
      domains: fields.read('domains', readList(Node.fromJson)),
    );
  }

  /// The line of the database's life that the version belongs to.
  final History history;

  /// The content schema of the hashes.
  final int schema;

  /// The release.
  final int version;

  /// The root of the release's hash tree.
  final Sha256 root;

  /// All domains, in ascending order of their ids.
  final List<Node> domains;

  @override
  Map<String, Object?> toJson() => {
    'history': history,
    'schema': schema,
    'version': version,
    'root': root,
    'domains': [for (final x in domains) x.toJson()],
  };
}

/// A device's cache was found damaged, or has been repaired.
final class ContentReport extends CarrelModel {
  /// Makes one from its parts.
  const ContentReport({
    required this.kind,
    required this.version,
    required this.rows,
    required this.nodes,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ContentReport.fromJson(Object? json) {
    final fields = Fields(json);
    return ContentReport(
      kind: fields.read('kind', ReportKind.fromJson),
      version: fields.read('version', readWhole(min: 1)),
      rows: fields.read('rows', readWhole(min: 0)),
      nodes: fields.read('nodes', readList(Uuid.fromJson, max: 200)),
    );
  }

  /// `mismatch`: damage was found; `repair`: it was repaired.
  final ReportKind kind;

  /// The release that the device holds.
  final int version;

  /// Rows that were wrong or missing (mismatch), or were fetched (repair).
  ///
  /// Unit: rows.
  final int rows;

  /// The damaged skills and domains; the first 200.
  final List<Uuid> nodes;

  @override
  Map<String, Object?> toJson() => {
    'kind': kind.wire,
    'version': version,
    'rows': rows,
    'nodes': nodes,
  };
}

/// What a device reports of its cache.
enum ReportKind {
  /// `mismatch`.
  mismatch('mismatch'),

  /// `repair`.
  repair('repair');

  const ReportKind(this.wire);

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ReportKind.fromJson(Object? json) =>
      readEnum(json, values, (value) => value.wire);

  /// The value as it travels.
  final String wire;
}
