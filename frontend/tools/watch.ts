/** Build at each change, with a source map; build once more before a commit. */
import { watch } from './bundle.ts';

await watch();
