import 'dart:convert';
import 'dart:ffi';
import 'dart:io';
import 'dart:typed_data';

import 'sqlite_store.dart';
import 'store.dart';

typedef _Handle = Pointer<Void>;
typedef _Bytes = Pointer<Uint8>;

/// A handle of SQLite. A killed isolate runs no code any more, so the platform
/// itself frees what the isolate has left: an open transaction of a dead isolate
/// would keep all others from writing.
final class _Owned implements Finalizable {
  _Owned(this.handle, this._finalizer) {
    _finalizer.attach(this, handle, detach: this);
  }

  final _Handle handle;
  final NativeFinalizer _finalizer;

  /// The caller frees it.
  _Handle release() {
    _finalizer.detach(this);
    return handle;
  }
}

/// The functions of SQLite that a connection calls.
final class _Sqlite {
  _Sqlite(this.library);

  final DynamicLibrary library;

  /// Close a connection, and a statement. SQLite lets a connection end after its
  /// last statement, so their order does not matter.
  late final connectionEnd = NativeFinalizer(library.lookup('sqlite3_close_v2'));
  late final statementEnd = NativeFinalizer(library.lookup('sqlite3_finalize'));

  late final malloc = library
      .lookupFunction<_Bytes Function(Int32), _Bytes Function(int)>(
        'sqlite3_malloc',
      );
  late final free = library
      .lookupFunction<Void Function(Pointer), void Function(Pointer)>(
        'sqlite3_free',
      );
  late final open = library.lookupFunction<
    Int32 Function(_Bytes, Pointer<_Handle>, Int32, _Bytes),
    int Function(_Bytes, Pointer<_Handle>, int, _Bytes)
  >('sqlite3_open_v2');
  late final close = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_close_v2',
      );
  late final extendedErrcode = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_extended_errcode',
      );
  late final errmsg = library
      .lookupFunction<_Bytes Function(_Handle), _Bytes Function(_Handle)>(
        'sqlite3_errmsg',
      );
  late final exec = library.lookupFunction<
    Int32 Function(_Handle, _Bytes, Pointer, Pointer, Pointer),
    int Function(_Handle, _Bytes, Pointer, Pointer, Pointer)
  >('sqlite3_exec');
  late final prepare = library.lookupFunction<
    Int32 Function(_Handle, _Bytes, Int32, Pointer<_Handle>, Pointer),
    int Function(_Handle, _Bytes, int, Pointer<_Handle>, Pointer)
  >('sqlite3_prepare_v2');
  late final finalize = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_finalize',
      );
  late final step = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_step',
      );
  late final reset = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_reset',
      );
  late final bindNull = library
      .lookupFunction<Int32 Function(_Handle, Int32), int Function(_Handle, int)>(
        'sqlite3_bind_null',
      );
  late final bindInt = library.lookupFunction<
    Int32 Function(_Handle, Int32, Int64),
    int Function(_Handle, int, int)
  >('sqlite3_bind_int64');
  late final bindDouble = library.lookupFunction<
    Int32 Function(_Handle, Int32, Double),
    int Function(_Handle, int, double)
  >('sqlite3_bind_double');
  late final bindText = library.lookupFunction<
    Int32 Function(_Handle, Int32, _Bytes, Int32, IntPtr),
    int Function(_Handle, int, _Bytes, int, int)
  >('sqlite3_bind_text');
  late final bindBlob = library.lookupFunction<
    Int32 Function(_Handle, Int32, _Bytes, Int32, IntPtr),
    int Function(_Handle, int, _Bytes, int, int)
  >('sqlite3_bind_blob');
  late final columnCount = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_column_count',
      );
  late final columnName = library.lookupFunction<
    _Bytes Function(_Handle, Int32),
    _Bytes Function(_Handle, int)
  >('sqlite3_column_name');
  late final columnType = library
      .lookupFunction<Int32 Function(_Handle, Int32), int Function(_Handle, int)>(
        'sqlite3_column_type',
      );
  late final columnInt = library
      .lookupFunction<Int64 Function(_Handle, Int32), int Function(_Handle, int)>(
        'sqlite3_column_int64',
      );
  late final columnDouble = library.lookupFunction<
    Double Function(_Handle, Int32),
    double Function(_Handle, int)
  >('sqlite3_column_double');
  late final columnBlob = library.lookupFunction<
    _Bytes Function(_Handle, Int32),
    _Bytes Function(_Handle, int)
  >('sqlite3_column_blob');
  late final columnText = library.lookupFunction<
    _Bytes Function(_Handle, Int32),
    _Bytes Function(_Handle, int)
  >('sqlite3_column_text');
  late final columnBytes = library
      .lookupFunction<Int32 Function(_Handle, Int32), int Function(_Handle, int)>(
        'sqlite3_column_bytes',
      );
  late final changes = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_changes',
      );
  late final autocommit = library
      .lookupFunction<Int32 Function(_Handle), int Function(_Handle)>(
        'sqlite3_get_autocommit',
      );
}

/// The system's library, by its name on this platform.
DynamicLibrary _systemLibrary() {
  if (Platform.isIOS || Platform.isMacOS) {
    return DynamicLibrary.open('libsqlite3.dylib');
  }
  if (Platform.isWindows) return DynamicLibrary.open('sqlite3.dll');
  // Without the development package there is no plain name.
  try {
    return DynamicLibrary.open('libsqlite3.so.0');
  } on ArgumentError {
    return DynamicLibrary.open('libsqlite3.so');
  }
}

/// Opens a SQLite file, and creates a missing one; `:memory:` is a database
/// without a file. [library] is by default the system's: an app for phones
/// passes the one of `package:sqlite3_flutter_libs` or of SQLCipher. Throws a
/// [StoreException] if the file can't be opened.
SqliteConnection openSqlite(String path, {DynamicLibrary? library}) =>
    _FfiConnection(_Sqlite(library ?? _systemLibrary()), path);

const int _ok = 0;
const int _row = 100;
const int _done = 101;

/// Reads, writes, creates.
const int _openFlags = 0x2 | 0x4;

/// SQLite copies the bytes before it returns.
const int _transient = -1;

/// Statements that stay compiled. The engine has fewer.
const int _maxStatements = 200;

final class _FfiConnection implements SqliteConnection {
  _FfiConnection(this._sqlite, String path) {
    final out = _sqlite.malloc(sizeOf<IntPtr>()).cast<_Handle>();
    try {
      final code = _withText(
        path,
        (text) => _sqlite.open(text, out, _openFlags, nullptr),
      );
      _connection = _Owned(out.value, _sqlite.connectionEnd);
      if (code != _ok) {
        final error = _failure(code);
        _sqlite.close(_connection.release());
        throw error;
      }
    } finally {
      _sqlite.free(out);
    }
  }

  final _Sqlite _sqlite;
  late final _Owned _connection;
  final Map<String, _Owned> _statements = {};
  bool _isClosed = false;

  _Handle get _db => _connection.handle;

  T _withText<T>(String text, T Function(_Bytes) use) {
    final bytes = utf8.encode(text);
    final memory = _sqlite.malloc(bytes.length + 1);
    try {
      memory.asTypedList(bytes.length + 1)
        ..setAll(0, bytes)
        ..[bytes.length] = 0;
      return use(memory);
    } finally {
      _sqlite.free(memory);
    }
  }

  String _textAt(_Bytes memory) {
    if (memory == nullptr) return '';
    var length = 0;
    while ((memory + length).value != 0) {
      length++;
    }
    return utf8.decode(memory.asTypedList(length), allowMalformed: true);
  }

  StoreException _failure(int code) => StoreException(
    _textAt(_sqlite.errmsg(_db)),
    // The extended code says more, unless the failure was before the statement.
    switch (_sqlite.extendedErrcode(_db)) {
      final extended when extended & 0xff == code & 0xff => extended,
      _ => code,
    },
  );

  void _check(int code) {
    if (code != _ok) throw _failure(code);
  }

  _Handle _prepare(String sql) {
    // SQLite itself would read freed memory.
    if (_isClosed) throw StateError('the connection is closed');
    final known = _statements.remove(sql);
    if (known != null) return (_statements[sql] = known).handle;
    final out = _sqlite.malloc(sizeOf<IntPtr>()).cast<_Handle>();
    try {
      _check(
        _withText(sql, (text) => _sqlite.prepare(_db, text, -1, out, nullptr)),
      );
      if (_statements.length >= _maxStatements) {
        _finalize(_statements.remove(_statements.keys.first)!);
      }
      final statement = _Owned(out.value, _sqlite.statementEnd);
      return (_statements[sql] = statement).handle;
    } finally {
      _sqlite.free(out);
    }
  }

  void _finalize(_Owned statement) => _sqlite.finalize(statement.release());

  void _bind(_Handle statement, int place, Object? value) {
    switch (value) {
      case null:
        _check(_sqlite.bindNull(statement, place));
      case final int value:
        _check(_sqlite.bindInt(statement, place, value));
      case final double value:
        _check(_sqlite.bindDouble(statement, place, value));
      case final String value:
        _bindBytes(_sqlite.bindText, statement, place, utf8.encode(value));
      case final List<int> value:
        _bindBytes(_sqlite.bindBlob, statement, place, value);
      default:
        throw ArgumentError.value(value, 'parameter', 'SQLite has no such type');
    }
  }

  void _bindBytes(
    int Function(_Handle, int, _Bytes, int, int) bind,
    _Handle statement,
    int place,
    List<int> bytes,
  ) {
    // A pointer to nothing would bind null.
    final memory = _sqlite.malloc(bytes.length + 1);
    try {
      memory.asTypedList(bytes.length + 1).setAll(0, bytes);
      _check(bind(statement, place, memory, bytes.length, _transient));
    } finally {
      _sqlite.free(memory);
    }
  }

  Object? _column(_Handle statement, int column) {
    switch (_sqlite.columnType(statement, column)) {
      case 1:
        return _sqlite.columnInt(statement, column);
      case 2:
        return _sqlite.columnDouble(statement, column);
      case 3:
        final memory = _sqlite.columnText(statement, column);
        final length = _sqlite.columnBytes(statement, column);
        return utf8.decode(memory.asTypedList(length), allowMalformed: true);
      case 4:
        final memory = _sqlite.columnBlob(statement, column);
        final length = _sqlite.columnBytes(statement, column);
        return length == 0
            ? Uint8List(0)
            : Uint8List.fromList(memory.asTypedList(length));
      default:
        return null;
    }
  }

  List<SqlRow> _run(String sql, List<Object?> parameters) {
    final statement = _prepare(sql);
    try {
      for (final (place, value) in parameters.indexed) {
        _bind(statement, place + 1, value);
      }
      final columns = [
        for (var n = 0; n < _sqlite.columnCount(statement); n++)
          _textAt(_sqlite.columnName(statement, n)),
      ];
      final rows = <SqlRow>[];
      for (;;) {
        switch (_sqlite.step(statement)) {
          case _row:
            rows.add({
              for (final (n, name) in columns.indexed) name: _column(statement, n),
            });
          case _done:
            return rows;
          case final code:
            throw _failure(code);
        }
      }
    } finally {
      _sqlite.reset(statement);
    }
  }

  @override
  void script(String sql) {
    if (_isClosed) throw StateError('the connection is closed');
    _check(
      _withText(
        sql,
        (text) => _sqlite.exec(_db, text, nullptr, nullptr, nullptr),
      ),
    );
  }

  @override
  int execute(String sql, List<Object?> parameters) {
    _run(sql, parameters);
    return _sqlite.changes(_db);
  }

  @override
  List<SqlRow> select(String sql, List<Object?> parameters) =>
      _run(sql, parameters);

  @override
  bool get isInTransaction => !_isClosed && _sqlite.autocommit(_db) == 0;

  @override
  void close() {
    if (_isClosed) return;
    _isClosed = true;
    _statements.values.forEach(_finalize);
    _statements.clear();
    _sqlite.close(_connection.release());
  }
}
