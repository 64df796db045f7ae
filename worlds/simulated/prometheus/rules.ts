import type { Node } from 'yaml';
import { parseDuration } from './duration.ts';
import { PromqlError } from './errors.ts';
import { parseQuery, type Query } from './promql.ts';
import { compileTemplate, type Template } from './template.ts';
import { YamlSource, type Field } from './yaml-source.ts';

export { RuleFileError } from './yaml-source.ts';

/** An alert rule; durations in ms. */
export interface AlertRule {
  readonly kind: 'alert';
  readonly alert: string;
  readonly query: Query;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly labels: ReadonlyMap<string, Template>;
  readonly annotations: ReadonlyMap<string, Template>;
}

/** A recording rule. */
export interface RecordingRule {
  readonly kind: 'record';
  readonly record: string;
  readonly query: Query;
  readonly labels: ReadonlyMap<string, string>;
}

export type Rule = AlertRule | RecordingRule;

export interface RuleGroup {
  readonly name: string;
  /** ms between evaluations; undefined for whenever the engine is asked. */
  readonly intervalMs: number | undefined;
  readonly rules: readonly Rule[];
}

export interface RuleFile {
  readonly fileName: string;
  readonly groups: readonly RuleGroup[];
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const ALERT_FIELDS = ['alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
const RECORD_FIELDS = ['record', 'expr', 'labels'];

/**
 * Reads a Prometheus rule file. What it does not know (fields, functions, templates) and what `promtool check rules`
 * refuses is a RuleFileError with file, line and column.
 */
export function loadRules(yamlText: string, fileName: string): RuleFile {
  const source = new YamlSource(yamlText, fileName);
  const groupNodes = source.fields(source.root, 'a rule file', ['groups']).get('groups')?.value;
  const names = new Set<string>();
  const groups = source.list(groupNodes, 'groups').map((node) => {
    const group = readGroup(source, node);
    if (names.has(group.name)) throw source.error(node, `the group ${JSON.stringify(group.name)} is there twice`);
    names.add(group.name);
    return group;
  });
  return { fileName, groups };
}

/** The file without the alerts of that name; a file that has none is as it was. */
export function withoutAlert(file: RuleFile, alert: string): RuleFile {
  const groups = file.groups.map((group) => ({
    ...group,
    rules: group.rules.filter((rule) => rule.kind !== 'alert' || rule.alert !== alert),
  }));
  return { ...file, groups };
}

function readGroup(source: YamlSource, node: Node): RuleGroup {
  const fields = source.fields(node, 'a group', ['name', 'interval', 'rules']);
  const name = required(source, node, fields, 'name', 'a group');
  const interval = fields.get('interval');
  const intervalMs = interval === undefined ? undefined : duration(source, interval);
  const rules = source.list(fields.get('rules')?.value ?? node, 'rules').map((rule) => readRule(source, rule));
  const seen = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    const labels = source
      .fields(source.list(fields.get('rules')?.value, 'rules')[at], 'a rule', ALL_FIELDS)
      .get('labels');
    const key = JSON.stringify([
      rule.kind === 'alert' ? rule.alert : rule.record,
      labelTexts(source, labels).toSorted(),
    ]);
    if (seen.has(key)) throw source.error(node, `the rule ${key} is there twice in the group ${name}`);
    seen.add(key);
  }
  return { name, intervalMs, rules };
}

const ALL_FIELDS = [...ALERT_FIELDS, ...RECORD_FIELDS];

function labelTexts(source: YamlSource, labels: Field | undefined): string[] {
  if (labels?.value === undefined) return [];
  return source.strings(labels.value, 'labels').map(({ name, value }) => `${name}=${source.text(value, name)}`);
}

function readRule(source: YamlSource, node: Node): Rule {
  const all = source.fields(node, 'a rule', ALL_FIELDS);
  const recording = all.has('record');
  if (recording === all.has('alert')) throw source.error(node, 'a rule must have one of record and alert');
  const fields = source.fields(
    node,
    recording ? 'a recording rule' : 'an alert rule',
    recording ? RECORD_FIELDS : ALERT_FIELDS,
  );
  const query = readQuery(source, node, fields);
  if (recording) {
    const record = required(source, node, fields, 'record', 'a recording rule');
    if (!METRIC.test(record)) throw source.error(fields.get('record')?.value, `${record} is no metric name`);
    const labels = readLabels(source, fields.get('labels'), (text) => text);
    return { kind: 'record', record, query, labels };
  }
  const alert = required(source, node, fields, 'alert', 'an alert rule');
  return {
    kind: 'alert',
    alert,
    query,
    forMs: durationOr0(source, fields.get('for')),
    keepFiringForMs: durationOr0(source, fields.get('keep_firing_for')),
    labels: readLabels(source, fields.get('labels'), compileTemplate),
    annotations: readLabels(source, fields.get('annotations'), compileTemplate),
  };
}

function required(
  source: YamlSource,
  node: Node,
  fields: ReadonlyMap<string, Field>,
  name: string,
  what: string,
): string {
  const field = fields.get(name);
  if (field === undefined) throw source.error(node, `${what} must have a ${name}`);
  const text = source.text(field.value ?? field.key, name);
  if (text === '') throw source.error(field.value, `${name} must not be empty`);
  return text;
}

function readQuery(source: YamlSource, node: Node, fields: ReadonlyMap<string, Field>): Query {
  const text = required(source, node, fields, 'expr', 'a rule');
  try {
    return parseQuery(text);
  } catch (cause) {
    if (!(cause instanceof PromqlError)) throw cause;
    throw source.error(fields.get('expr')?.value, `${cause.message} in ${JSON.stringify(text.trim())}`);
  }
}

function duration(source: YamlSource, field: Field): number {
  const text = source.text(field.value ?? field.key, field.name);
  const value = parseDuration(text);
  if (value === undefined) throw source.error(field.value, `${JSON.stringify(text)} is no duration; write it as 1h30m`);
  return value;
}

function durationOr0(source: YamlSource, field: Field | undefined): number {
  return field === undefined ? 0 : duration(source, field);
}

function readLabels<T>(source: YamlSource, field: Field | undefined, compile: (text: string) => T): Map<string, T> {
  const labels = new Map<string, T>();
  if (field === undefined) return labels;
  for (const { name, key, value } of source.strings(field.value ?? field.key, field.name)) {
    if (!LABEL.test(name) || (field.name === 'labels' && name === '__name__')) {
      throw source.error(key, `${JSON.stringify(name)} is no label name`);
    }
    try {
      labels.set(name, compile(source.text(value ?? key, name)));
    } catch (cause) {
      throw cause instanceof Error ? source.error(value, cause.message) : cause;
    }
  }
  return labels;
}
