// Generated from client-contract/contract/ids.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';

/// A UUID in lower case: domains, skills, questions, learners, devices.
extension type const Uuid(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Uuid.fromJson(Object? json) => Uuid(_uuid(json));
}

final _uuid = readMatching(
  r'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
);

/// A ULID, 26 upper-case digits: events, batches, sessions; made on the device.
extension type const Ulid(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Ulid.fromJson(Object? json) => Ulid(_ulid(json));
}

final _ulid = readMatching(r'^[0-7][0-9A-HJKMNP-TV-Z]{25}$');

/// This line of the database's life; another one after a restore from backup.
extension type const History(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory History.fromJson(Object? json) => History(_history(json));
}

final _history = readMatching(r'^[0-9a-f]{16}$');

/// A SHA-256 in hex.
extension type const Sha256(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Sha256.fromJson(Object? json) => Sha256(_sha256(json));
}

final _sha256 = readMatching(r'^[0-9a-f]{64}$');

/// A device's time: RFC 3339 in UTC with `Z`, up to microseconds, from 1970 to
/// 2999.
extension type const Instant(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Instant.fromJson(Object? json) => Instant(inCalendar(_instant(json)));
}

final _instant = readMatching(
  r'^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z$',
);

/// The server's time: RFC 3339 with any offset, as PostgreSQL writes it.
extension type const ServerInstant(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ServerInstant.fromJson(Object? json) =>
      ServerInstant(_serverInstant(json));
}

final _serverInstant = readMatching(
  r'^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$',
);

/// A day of the calendar: `2026-11-30`.
extension type const Day(String value) implements String {
  /// Reads one from JSON; throws a [CarrelFormatException].
  factory Day.fromJson(Object? json) => Day(_day(json));
}

final _day = readMatching(
  r'^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))$',
);
