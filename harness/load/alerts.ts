import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Deployment } from '../../contract/index.ts';

interface RuleFile {
  readonly groups?: readonly { readonly rules?: readonly { readonly alert?: string }[] }[];
}

/** The alerts that a deployment's rule files have, sorted. */
export function alertsOf({ rules }: Pick<Deployment, 'rules'>): readonly string[] {
  const files = rules.map((file) => parse(readFileSync(file, 'utf8')) as RuleFile);
  const named = files.flatMap(({ groups = [] }) => groups.flatMap((group) => group.rules ?? []));
  return [...new Set(named.flatMap(({ alert }) => alert ?? []))].toSorted();
}
