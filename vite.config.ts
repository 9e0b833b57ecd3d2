// Builds static/src into static/dist, which Django serves below /static/ and finds through the manifest.
import { brotliCompress, gzip } from "node:zlib";
import { promisify } from "node:util";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

const TEXT = /\.(js|css|svg|json|webmanifest)$/;

/** Writes `.br` and `.gz` beside every text file, as WhiteNoise and nginx look for them. */
function precompress(folder: string): Plugin {
  return {
    name: "refrain-precompress",
    apply: "build",
    async closeBundle() {
      const names = await readdir(folder, { recursive: true });
      await Promise.all(
        names.filter((name) => TEXT.test(name)).map(async (name) => {
          const path = join(folder, name);
          const bytes = await readFile(path);
          if (bytes.length < 1024) return;
          await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes));
          await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: "static/src/public",
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: false,
    rolldownOptions: {
      input: ["static/src/main.ts", "static/src/theme/boot.ts", "static/src/embed.ts"],
      // htmx contains an eval that its configuration (allowEval) and the content security policy both forbid.
      checks: { eval: false },
    },
  },
  plugins: [precompress("static/dist")],
});
