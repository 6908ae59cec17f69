/** Build the file that users load. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TARGET, TARGET_NAME, bundled } from './bundle.ts';

const content = await bundled();
await mkdir(dirname(TARGET), { recursive: true });
await writeFile(TARGET, content);
console.log(`${TARGET_NAME}: ${kB(content.length)} kB, ${kB(gzipSync(content).length)} kB gzipped`);

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
