import { diskLines, holderLines, volumeLines } from './disk.ts';
import type { Disk } from './disk.ts';

/** What a run changes of a service in docker-compose.chaos.yml. */
export interface Change {
  /** This instead of that of the first file, which is what all components together make it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Published on 127.0.0.1, by the container's port: these instead of those that the engine would pick anew at each start. */
  readonly ports: ReadonlyMap<number, number>;
  /** These instead of those of the first file. */
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  /** Of the processors, among the run's containers; the usual one is 1024. */
  readonly shares?: number;
  /** A disk of its own, and the memory that it has without. */
  readonly disk?: Disk & { readonly memoryMb: number };
  /** It is not in the first file: it holds this disk. */
  readonly holds?: Disk;
}

/** The second compose file of a run. `processors`: the only ones that its containers may use. JSON values are YAML's; `!override` makes a list replace the first file's. */
export function composeOverride(
  changes: ReadonlyMap<string, Change>,
  controlGroup: string | undefined,
  processors: string | undefined,
): string {
  const services = [...changes].map(([name, { environment, ports, volumes, command, shares, disk, holds }]) => {
    const published = [...ports].map(([inside, outside]) => `127.0.0.1:${outside}:${inside}`);
    const lines = [`  ${name}:`, `    ports: !override ${JSON.stringify(published)}`];
    if (controlGroup !== undefined) lines.push(`    cgroup_parent: ${JSON.stringify(controlGroup)}`);
    if (processors !== undefined) lines.push(`    cpuset: ${JSON.stringify(processors)}`);
    if (shares !== undefined) lines.push(`    cpu_shares: ${shares}`);
    if (environment !== undefined) lines.push(`    environment: !override ${JSON.stringify(environment)}`);
    if (volumes !== undefined) lines.push(`    volumes: !override ${JSON.stringify(volumes)}`);
    if (command !== undefined) lines.push(`    command: ${JSON.stringify(command)}`);
    if (disk !== undefined) lines.push(...diskLines(disk, disk.memoryMb));
    if (holds !== undefined) lines.push(...holderLines(holds));
    return lines.join('\n');
  });
  const disks = [...changes.values()].flatMap(({ holds }) => (holds === undefined ? [] : volumeLines(holds)));
  const volumes = disks.length === 0 ? '' : `volumes:\n${disks.join('\n')}\n`;
  return `services:\n${services.join('\n')}\n${volumes}`;
}
