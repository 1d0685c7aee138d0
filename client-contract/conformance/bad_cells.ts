// Bad URLs of cells, for the vectors and the tests.
/** Targets of an answer `moved` that no client follows: no base of a cell, or not TLS. */
export const BAD_CELLS = [
  "http://other.example",
  "ftp://other.example",
  "javascript:alert(1)",
  "https://user:password@other.example",
  "https://other.example/path",
  "https://other.example?query",
  "https://other.example#hash",
  "//other.example",
  "other.example",
  "",
] as const;
