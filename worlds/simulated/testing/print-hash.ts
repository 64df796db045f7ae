/** Prints the trace hash of one run of everything-story.ts: `node print-hash.ts <seed>`. */
import { everything } from './everything-story.ts';

const story = await everything();
const { hash } = await story.run(Number(process.argv[2] ?? 1));
story.dispose();
process.stdout.write(`${hash}\n`);
process.exit(0);
