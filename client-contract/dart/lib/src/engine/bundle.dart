import 'dart:convert';
import 'dart:math';
import 'dart:typed_data';

import '../content.gen.dart';
import '../limits.gen.dart';
import '../manifest.gen.dart';
import '../sha256.dart';
import 'delta_page.dart';
import 'exceptions.dart';
import 'transport.dart';

/// Inflated bytes of a file for each of its own. Text gzips to a fifth, and
/// hardly ever to less than a hundredth.
const int _maxInflation = 100;

Future<String> _inflate(Uint8List bytes, Transport transport) async {
  final inflated = transport.gunzip(bytes);
  if (inflated == null) {
    throw const ContractException('this platform inflates no bundles');
  }
  // A file of the usual size may hold the same text a thousand times.
  var room = max(bytes.length * _maxInflation, 2 * Limits.maxPageBytes);
  final parts = BytesBuilder(copy: false);
  try {
    await for (final part in inflated) {
      if ((room -= part.length) < 0) {
        throw const ContractException('the bundle inflates to too much');
      }
      parts.add(part);
    }
  } on FormatException {
    throw const ContractException('the bundle is not gzip');
  }
  return utf8.decode(parts.takeBytes(), allowMalformed: true);
}

/// Reads a bundle's file. Throws a [NetworkException] where it was cut off, a
/// [ContractException] where it is another file than the manifest named. Whether
/// its rows are the published ones, only the hash tree tells.
Future<List<ContentChange>> readBundle(
  Bundle bundle,
  Uint8List bytes,
  Transport transport,
) async {
  if (bytes.length < bundle.bytes) {
    throw const NetworkException('the bundle was cut off');
  }
  if (bytes.length != bundle.bytes || sha256OfBytes(bytes) != bundle.sha256) {
    throw const ContractException(
      'the bundle is not the file that the manifest names',
    );
  }
  final DeltaPage(:page, :changes, :end) = DeltaPage.of(
    await _inflate(bytes, transport),
  );
  if (page.since != 0 || end.next != null || changes.length != bundle.rows) {
    throw const ContractException(
      "the bundle is not of one domain's snapshot",
    );
  }
  final isOfDomain = changes.every(
    (change) => switch (change.row) {
      DomainRow(:final id) => id == bundle.domainId,
      SkillRow(:final domainId) => domainId == bundle.domainId,
      QuestionRow(:final domainId) => domainId == bundle.domainId,
      Tombstone() || SameRow() || UnknownContentLine() => false,
    },
  );
  if (!isOfDomain) {
    throw const ContractException('the bundle has rows of another domain');
  }
  return changes;
}
