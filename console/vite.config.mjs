// Builds the console into static files. They name each other by relative paths, so any folder of any host can serve them.
export default {
  base: "./",
  publicDir: "public",
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    // A strict content policy lets no data: address pass.
    assetsInlineLimit: 0,
    emptyOutDir: true,
  },
};
