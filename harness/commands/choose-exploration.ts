import type { ComponentSpec, Deployment, ExplorationModel } from '../../contract/index.ts';
import type { Changed } from '../explore/directed-dealer.ts';
import type { DrawChoice } from '../explore/draw.ts';
import { explorable, loadExploration, loadFaults } from '../explore/load-case.ts';
import { linesOf } from '../explore/changed-lines.ts';
import type { Lines } from '../explore/changed-lines.ts';
import { filesLoadedBy } from '../explore/loaded-files.ts';
import { PlantError, isMigration, plantedFile, plantedNames, plantedSources } from '../explore/planted.ts';
import { loadSystem } from '../load/subject.ts';
import { deploymentFor } from '../load/deployment.ts';
import { budgetOf } from './options.ts';
import { didYouMean } from './nearest.ts';
import { UsageError } from './usage-error.ts';

/** What a user says about what is to be explored. */
export interface ExplorationChoice {
  readonly system: string;
  readonly budget?: string;
  readonly runs?: number;
  /** Kinds separated by commas. */
  readonly faults?: string;
  readonly topology?: string;
  readonly safeguardOff?: string;
  readonly planted?: string;
}

export interface ChosenExploration {
  readonly model: ExplorationModel;
  readonly budgetMs: number;
  readonly draw: DrawChoice;
  readonly sources?: Readonly<Record<string, string>>;
  /** Lines by which it is seen that the changed sources are carried out. */
  readonly watched?: Lines;
  /** Who has to do with what the bug changes. */
  readonly changed?: Changed;
}

const BUDGET = '1m';

/** Loads what was asked for. @throws UsageError for a name that is not known, with the nearest that is */
export async function chooseExploration(root: string, choice: ExplorationChoice): Promise<ChosenExploration> {
  const whole = await loadExploration(root, oneOf('--system', choice.system, explorable(root)));
  if (choice.runs !== undefined && choice.budget !== undefined)
    throw new UsageError('--runs and --budget: expected one of them, found both');
  const budgetMs = budgetOf(choice.budget ?? BUDGET);
  const { kinds } = await loadFaults(root);
  const drawable = [...new Set(whole.topologies.flatMap(({ faults }) => faults.map(({ kind }) => kind)))];
  const faults = choice.faults?.split(',').map((kind) => kind.trim());
  for (const kind of faults ?? []) oneOf('--faults', kind, drawable, kinds);
  const names = whole.topologies.map(({ name }) => name);
  if (choice.topology !== undefined) oneOf('--topology', choice.topology, names);
  const sources = choice.planted === undefined ? undefined : sourcesOf(root, choice.planted);
  const safe = await withSafeguard(root, whole, choice.safeguardOff);
  const { model, changed, watched } =
    choice.planted === undefined || sources === undefined
      ? { model: safe }
      : await withSources(root, safe, choice.planted, sources);
  refuseHopeless(model, choice, faults);
  return {
    model,
    budgetMs,
    draw: {
      ...(faults === undefined ? {} : { faults }),
      ...(choice.topology === undefined ? {} : { topology: choice.topology }),
      ...(choice.safeguardOff === undefined ? {} : { safeguardOff: choice.safeguardOff }),
      ...(choice.planted === undefined ? {} : { planted: choice.planted }),
    },
    ...(sources === undefined ? {} : { sources }),
    ...(watched === undefined ? {} : { watched }),
    ...(changed === undefined ? {} : { changed }),
  };
}

/** @throws UsageError where the topology asked for cannot show the bug or the safeguard's absence, or has none of the faults */
function refuseHopeless(
  { topologies }: ExplorationModel,
  { topology, safeguardOff, planted }: ExplorationChoice,
  faults: readonly string[] | undefined,
): void {
  const left = topologies.filter(({ name }) => topology === undefined || name === topology);
  const narrowed = [
    ...(safeguardOff === undefined ? [] : [`--safeguard-off ${safeguardOff}`]),
    ...(planted === undefined ? [] : [`--planted ${planted}`]),
  ].join(' and ');
  if (left.length === 0)
    throw new UsageError(
      `--topology ${topology}: nothing there shows ${narrowed}; expected one of ${topologies.map(({ name }) => name).join(', ')}`,
    );
  const kinds = new Set(left.flatMap((each) => each.faults.map(({ kind }) => kind)));
  if (faults !== undefined && !faults.some((kind) => kinds.has(kind)))
    throw new UsageError(
      `--faults ${faults.join(',')}: ${left.map(({ name }) => name).join(', ')} has none of them; expected some of ${[...kinds].toSorted().join(', ')}`,
    );
}

/** The model with those topologies only in which somebody declares the safeguard. */
async function withSafeguard(
  root: string,
  model: ExplorationModel,
  safeguard: string | undefined,
): Promise<ExplorationModel> {
  if (safeguard === undefined) return model;
  const system = await loadSystem(root, model.system);
  const declared = system.components.flatMap((spec) => (spec.kind === 'service' ? spec.safeguards : []));
  oneOf('--safeguard-off', safeguard, [...new Set(declared)]);
  const declares = (spec: ComponentSpec): boolean => spec.kind === 'service' && spec.safeguards.includes(safeguard);
  return deploying(model, system, named(system, declares), `--safeguard-off ${safeguard}`, 'declares it');
}

/**
 * The model with those topologies only that deploy who loads a source which the bug changes: in the others it cannot show. The more components
 * load it, the oftener a topology is drawn. With the names of those who do. A schema is everybody's: a bug in it alone may show anywhere.
 */
async function withSources(
  root: string,
  model: ExplorationModel,
  planted: string,
  sources: Readonly<Record<string, string>>,
): Promise<Pick<ChosenExploration, 'model' | 'changed' | 'watched'>> {
  const system = await loadSystem(root, model.system);
  const loadable = Object.fromEntries(Object.entries(sources).filter(([path]) => !isMigration(path)));
  const changed = Object.keys(loadable);
  if (changed.length === 0) return { model };
  const files = new Map<ComponentSpec, ReadonlySet<string>>(
    system.components.flatMap((spec) =>
      spec.kind === 'service' ? [[spec, filesLoadedBy(root, spec.entry)] as const] : [],
    ),
  );
  const loads = (spec: ComponentSpec): boolean => changed.some((path) => files.get(spec)?.has(path) === true);
  const loadedBy = named(system, loads);
  return {
    model: deploying(model, system, loadedBy, `--planted ${planted}`, `loads ${changed.join(' or ')}`, true),
    changed: { loadedBy, stores: named(system, ({ kind }) => kind !== 'service') },
    watched: linesOf(root, loadable, new Set([...files.values()].flatMap((loaded) => [...loaded]))),
  };
}

/** Names of the components that are so. */
function named({ components }: Deployment, wanted: (spec: ComponentSpec) => boolean): ReadonlySet<string> {
  return new Set(components.filter(wanted).map(({ name }) => name));
}

/** @throws UsageError where no topology deploys such a component */
function deploying(
  model: ExplorationModel,
  system: Deployment,
  names: ReadonlySet<string>,
  flag: string,
  what: string,
  byCount = false,
): ExplorationModel {
  const topologies = model.topologies.flatMap((topology) => {
    const { name, needs, weight } = topology;
    const deployed = deploymentFor({ id: name, needs, place: name }, system).components;
    const count = deployed.filter((spec) => names.has(spec.name)).length;
    return count === 0 ? [] : [byCount ? { ...topology, weight: weight * count } : topology];
  });
  if (topologies.length === 0)
    throw new UsageError(`${flag}: no topology of models/${model.system}/exploration.ts deploys who ${what}`);
  return { ...model, topologies };
}

/** The sources with a bug planted. @throws UsageError where the patch is not there or does not fit */
export function sourcesOf(root: string, planted: string): Readonly<Record<string, string>> {
  const file = plantedFile(root, planted);
  const names = plantedNames(root);
  if (file === undefined) {
    throw new UsageError(
      `--planted ${planted}: expected a patch file or one of models/planted (${names.join(', ') || 'none yet'})${didYouMean(planted, names)}`,
    );
  }
  try {
    return plantedSources(root, file);
  } catch (error) {
    if (error instanceof PlantError) throw new UsageError(error.message);
    throw error;
  }
}

function oneOf(flag: string, word: string, allowed: readonly string[], known: readonly string[] = []): string {
  if (allowed.includes(word)) return word;
  const elsewhere = known.includes(word) ? ' (known, but no topology has it)' : '';
  throw new UsageError(
    `${flag} ${word}: expected one of ${allowed.join(', ')}${elsewhere}${didYouMean(word, allowed)}`,
  );
}
