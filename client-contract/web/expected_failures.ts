// What no device in Chromium can do: the reason by the case of the conformance kit.
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = {
  "RTY-2.moving": "Chromium itself repeats a request at once after a 421",
};
