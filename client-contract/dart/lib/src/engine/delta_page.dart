import 'dart:convert';

import '../content.gen.dart';
import 'exceptions.dart';

/// A row or tombstone with its exact line, which a device keeps as it is.
final class ContentChange {
  /// A line and what it says.
  const ContentChange(this.line, this.row);

  /// The exact text as it came, without its line break: hashes are over these
  /// bytes.
  final String line;

  /// The same, parsed.
  final ContentLine row;
}

/// A whole page.
final class DeltaPage {
  /// Its lines.
  const DeltaPage({
    required this.page,
    required this.changes,
    required this.end,
  });

  /// Reads a page's NDJSON. Throws a [NetworkException] where its end is
  /// missing: it was cut off, and is to be fetched again.
  factory DeltaPage.of(String body) {
    final lines = body.split('\n');
    // A whole page ends with a line break, so that the last part is empty.
    final isWhole = lines.removeLast().isEmpty && lines.length >= 2;
    final end = isWhole ? _endOf(lines.removeLast()) : null;
    if (end == null) throw const NetworkException('the page was cut off');
    final page = readAnswer(PageLine.fromJson, lines.removeAt(0));
    if (lines.length != end.rows) {
      throw const NetworkException('the page lacks rows');
    }
    return DeltaPage(
      page: page,
      changes: [
        for (final line in lines) ContentChange(line, _rowOf(line)),
      ],
      end: end,
    );
  }

  /// The first line: which versions the page is between.
  final PageLine page;

  /// The rows and tombstones, in the server's order.
  final List<ContentChange> changes;

  /// The last line: how many rows there are, and where the next page begins.
  final EndLine end;

  static EndLine? _endOf(String line) {
    try {
      return EndLine.fromJson(jsonDecode(line));
    } on FormatException {
      return null;
    }
  }

  static ContentLine _rowOf(String line) {
    final row = readAnswer(ContentLine.fromJson, line);
    // The server answers in the content schema that was asked for, which has no
    // others.
    if (row is UnknownContentLine || row is UnknownQuestion) {
      throw ContractException('not a row of this contract: ${row.kind}');
    }
    return row;
  }
}

/// Reads a message. Throws a [ContractException].
T readAnswer<T>(T Function(Object? json) reader, String body) {
  try {
    return reader(jsonDecode(body));
  } on FormatException catch (error) {
    throw ContractException('not an answer of this contract: ${error.message}');
  }
}
