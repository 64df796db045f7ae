/** Static builds of Go programs from the module proxy. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { Missing } from './problem.ts';
import { $, has, report } from './shell.ts';
import { workFolder } from './work-folder.ts';

export interface GoProgram {
  /** Name of the binary here. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** As `go install` calls it, where that is not the last part of the package. */
  readonly built?: string;
  /** Variables set by the linker. */
  readonly set?: Readonly<Record<string, string>>;
}

/**
 * Paths of the built programs, kept in the cache folder by name and version. Builds run at low priority; module and build
 * caches (over 1 GB for k6) are removed afterwards.
 * @throws Missing
 */
export async function goBuild(programs: readonly GoProgram[]): Promise<readonly string[]> {
  const kept = join(cacheFolder(), 'bin');
  const paths = programs.map(({ name, version }) => join(kept, `${name}-${version}`));
  if (paths.every((path) => existsSync(path))) return paths;
  if (!(await has('go'))) {
    throw new Missing(
      `The Go toolchain is not on this machine, and ${programs.map(({ name }) => name).join(', ')} must be built.`,
      'Install Go 1.23 or newer. (k6 alone can be left out: npm run images -- --no-k6)',
    );
  }
  mkdirSync(kept, { recursive: true });
  const work = workFolder(`go-${programs[0]?.name ?? ''}`);
  const go = $({
    env: {
      ...process.env,
      CGO_ENABLED: '0',
      GOBIN: join(work, 'bin'),
      GOMODCACHE: join(work, 'modules'),
      GOCACHE: join(work, 'build'),
      GOFLAGS: `-buildvcs=false -trimpath -modcacherw -p=${availableParallelism()}`,
    },
  });
  try {
    for (const [index, { name, package: source, version, built, set = {} }] of programs.entries()) {
      const flags = ['-s', '-w', ...Object.entries(set).flatMap(([key, value]) => ['-X', `${key}=${value}`])].join(' ');
      await go`nice -n 10 go install -ldflags=${flags} ${source}@v${version}`;
      renameSync(join(work, 'bin', built ?? basename(source)), paths[index]!);
      report(`built ${name} ${version}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return paths;
}
