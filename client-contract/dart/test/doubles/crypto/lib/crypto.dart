// SHA-256 with the names of package:crypto.
import 'dart:typed_data';

const List<int> _k = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
  0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
  0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
  0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
  0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

int _turn(int word, int by) =>
    ((word >>> by) | (word << (32 - by))) & 0xffffffff;

final class Digest {
  const Digest(this.bytes);

  final List<int> bytes;

  @override
  String toString() =>
      bytes.map((byte) => byte.toRadixString(16).padLeft(2, '0')).join();
}

final class Sha256Hash {
  const Sha256Hash();

  Digest convert(List<int> input) {
    final padded = Uint8List((input.length + 72) ~/ 64 * 64)
      ..setAll(0, input)
      ..[input.length] = 0x80;
    final data = ByteData.sublistView(padded)
      ..setUint64(padded.length - 8, input.length * 8);
    final state = [
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, //
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];
    final w = List.filled(64, 0);
    for (var block = 0; block < padded.length; block += 64) {
      for (var i = 0; i < 16; i++) {
        w[i] = data.getUint32(block + i * 4);
      }
      for (var i = 16; i < 64; i++) {
        final (a, b) = (w[i - 15], w[i - 2]);
        final s0 = _turn(a, 7) ^ _turn(a, 18) ^ (a >>> 3);
        final s1 = _turn(b, 17) ^ _turn(b, 19) ^ (b >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) & 0xffffffff;
      }
      var [a, b, c, d, e, f, g, h] = state;
      for (var i = 0; i < 64; i++) {
        final s1 = _turn(e, 6) ^ _turn(e, 11) ^ _turn(e, 25);
        final t1 = h + s1 + ((e & f) ^ (~e & g)) + _k[i] + w[i];
        final s0 = _turn(a, 2) ^ _turn(a, 13) ^ _turn(a, 22);
        final t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        (h, g, f, e) = (g, f, e, (d + t1) & 0xffffffff);
        (d, c, b, a) = (c, b, a, (t1 + t2) & 0xffffffff);
      }
      for (final (i, word) in [a, b, c, d, e, f, g, h].indexed) {
        state[i] = (state[i] + word) & 0xffffffff;
      }
    }
    final out = ByteData(32);
    for (final (i, word) in state.indexed) {
      out.setUint32(i * 4, word);
    }
    return Digest(out.buffer.asUint8List());
  }
}

const sha256 = Sha256Hash();
