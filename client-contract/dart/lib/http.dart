/// The transport over `dart:io`, apart from the engine, so that an app for the
/// web builds without it.
library;

export 'src/engine/http_transport.dart';
