/// SQLite by `dart:ffi`: the system's library, or one that the app brings along.
library;

export 'src/engine/ffi_connection.dart';
