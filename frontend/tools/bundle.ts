/** How the file that users load is built from its source. */
import { build, context, type BuildOptions } from 'esbuild';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FRONTEND = dirname(dirname(fileURLToPath(import.meta.url)));
export const ROOT = dirname(FRONTEND);
export const TARGET = join(ROOT, 'custom_components/ocpp_cs/frontend/ocpp-cs.js');
export const TARGET_NAME = relative(ROOT, TARGET);

const OPTIONS = {
  entryPoints: [join(FRONTEND, 'src/main.ts')],
  absWorkingDir: FRONTEND,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // Lit's licence asks for its notice.
  legalComments: 'eof',
  charset: 'utf8',
  outfile: TARGET,
  logLevel: 'warning',
} satisfies BuildOptions;

/** Build into memory. */
export async function bundled(): Promise<Uint8Array> {
  const result = await build({ ...OPTIONS, write: false });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing');
  return file.contents;
}

/** Build into the target at each change of the source. */
export async function watch(): Promise<void> {
  const watching = await context({ ...OPTIONS, sourcemap: 'inline' });
  await watching.watch();
}
