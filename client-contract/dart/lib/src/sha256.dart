import 'dart:convert';

import 'package:crypto/crypto.dart' as crypto;

import 'scalars.gen.dart';

/// The SHA-256 of bytes.
Sha256 sha256OfBytes(List<int> bytes) =>
    Sha256(crypto.sha256.convert(bytes).toString());

/// The SHA-256 of a text's bytes in UTF-8.
Sha256 sha256OfText(String text) => sha256OfBytes(utf8.encode(text));
