import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Deployment, Sabotage } from '../../../contract/index.ts';
import { prometheusConfiguration } from '../images/topology.ts';
import { INTERVAL_MS } from '../running/monitoring.ts';
import { scaledRules } from '../scale/rules.ts';
import type { RunFolder } from './folder.ts';

/** Where docker-compose.chaos.yml puts the rules. */
const RULES_IN_CONTAINER = '/etc/prometheus/rules/*.yaml';

/** Writes Prometheus' configuration and rules for a run, and gives the volumes by which its container has them. */
export function writeMonitoring(
  folder: RunFolder,
  deployment: Deployment,
  speed: number,
  sabotage: Sabotage | undefined,
): readonly string[] {
  const interval = `${Math.round(INTERVAL_MS / speed)}ms`;
  const configuration = {
    ...prometheusConfiguration(deployment, [RULES_IN_CONTAINER]),
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
  };
  const removed = sabotage?.kind === 'rule-removed' ? sabotage.alert : undefined;
  // A file for each, as the system has them: groups of two files may have one name.
  const rules = [...new Set(deployment.rules)].map((file, at) => {
    const name = `rules-${at}.yaml`;
    const scaled = folder.write(name, scaledRules(readFileSync(path.resolve(file), 'utf8'), speed, removed));
    return `${scaled}:/etc/prometheus/rules/${name}:ro`;
  });
  return [`${folder.write('prometheus.yml', stringify(configuration))}:/etc/prometheus/prometheus.yml:ro`, ...rules];
}
