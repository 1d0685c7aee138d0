// Generated from client-contract/contract/devices.ts by
// `npm run generate`; do not edit.

import 'json_reader.dart';
import 'model.dart';
import 'scalars.gen.dart';

/// A device as it was at its last contact.
final class ListedDevice extends CarrelModel {
  /// Makes one from its parts.
  const ListedDevice({
    required this.deviceId,
    this.platform,
    this.appVersion,
    this.contractVersion,
    this.contentVersion,
    this.versionsBehind,
    required this.firstSeenAt,
    required this.lastSeenAt,
    this.queueLagMs,
    this.clockSkewMs,
    this.revokedAt,
  });

  /// Reads one from JSON; throws a [CarrelFormatException].
  factory ListedDevice.fromJson(Object? json) {
    final fields = Fields(json);
    return ListedDevice(
      deviceId: fields.read('device_id', Uuid.fromJson),
      platform: fields.readNullable('platform', readString),
      appVersion: fields.readNullable('app_version', readString),
      contractVersion: fields.readNullable('contract_version', readWhole()),
      contentVersion: fields.readNullable('content_version', readWhole()),
      versionsBehind: fields.readNullable('versions_behind', readWhole()),
      firstSeenAt: fields.read('first_seen_at', ServerInstant.fromJson),
      lastSeenAt: fields.read('last_seen_at', ServerInstant.fromJson),
      queueLagMs: fields.readNullable('queue_lag_ms', readWhole()),
      clockSkewMs: fields.readNullable('clock_skew_ms', readWhole()),
      revokedAt: fields.readNullable('revoked_at', ServerInstant.fromJson),
    );
  }

  /// The device.
  final Uuid deviceId;

  /// The app's platform.
  final String? platform;

  /// The app's version.
  final String? appVersion;

  /// The version of the contract that the app implements.
  final int? contractVersion;

  /// The content version that the device held.
  final int? contentVersion;

  /// Releases since that version.
  ///
  /// Unit: releases.
  final int? versionsBehind;

  /// When the server first heard of the device.
  final ServerInstant firstSeenAt;

  /// When the server last heard of the device.
  final ServerInstant lastSeenAt;

  /// How long the oldest event of the device's last batch with events had
  /// waited.
  ///
  /// Unit: milliseconds.
  final int? queueLagMs;

  /// Server time minus device time, as of the last batch.
  ///
  /// Unit: milliseconds.
  final int? clockSkewMs;

  /// When the device was revoked; null: it is not revoked.
  final ServerInstant? revokedAt;

  @override
  Map<String, Object?> toJson() => {
    'device_id': deviceId,
    'platform': platform,
    'app_version': appVersion,
    'contract_version': contractVersion,
    'content_version': contentVersion,
    'versions_behind': versionsBehind,
    'first_seen_at': firstSeenAt,
    'last_seen_at': lastSeenAt,
    'queue_lag_ms': queueLagMs,
    'clock_skew_ms': clockSkewMs,
    'revoked_at': revokedAt,
  };
}
