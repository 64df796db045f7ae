import type { Arguments, Command, CommandKind, ExplorationModel, Ms, Topology } from '../../contract/index.ts';
import type { Dice } from './dice.ts';
import { weighted } from './weighted.ts';

/** How many commands a workload has, beside those that faults bring. */
export const COMMANDS = { min: 8, max: 60 } as const;
/** Commands that are looked for come so many times as often as others. */
export const FAVOUR = 4;
/** Commands of a burst: so many, within this. */
const BURST = { min: 2, max: 6, withinMs: 250 } as const;
/** Between two commands of a story, at most: at once, as fast as a program, as a person. */
const GAPS_MS: readonly Ms[] = [60, 300, 3000];
/** So long before and after something comes due. */
const AROUND_MS = { before: 60, after: 250 } as const;
/** One time in so many a story waits for what comes due by what was told of it. */
const STORY_WAITS = 2;
/** So long after what a fault was aimed at its caller makes it again, at most. */
const AGAIN_MS: readonly Ms[] = [100, 1500, 9000];
/** Those who call while a command is under way, or shortly before, are so many and within one of these. */
const CROWD = { min: 1, max: 4 } as const;
const CROWD_MS: readonly Ms[] = [10, 60, 400, 2000];
/** What comes while a struck command is under way comes within this. */
const MEANWHILE_MS: Ms = 600;
const SCENES = ['single', 'single', 'burst', 'story', 'story', 'race', 'due'] as const;

/** Something that comes due within the run, by which command, who asks for it then, and who sees to it. */
interface Coming {
  readonly at: Ms;
  readonly of: Command;
  readonly by: readonly string[];
  readonly carriedOutBy: readonly string[];
}

/** How a story is told. */
interface Telling {
  readonly begun: Ms;
  /** Between two of its commands, at most. */
  readonly gap: Ms;
  readonly client: number;
  readonly about: Arguments;
  /** Now and then a command waits for what comes due by one before it. */
  readonly waits: boolean;
}

export interface WorkloadOptions {
  readonly lastsMs: Ms;
  readonly commands: { readonly min: number; readonly max: number };
  /** Commands that are in every run, and come often. */
  readonly favoured: readonly string[];
}

/** What a command's name stands for. @throws where the model does not know it */
export function kindOf(model: ExplorationModel, name: string): CommandKind {
  const kind = model.commands[name];
  if (kind === undefined)
    throw new Error(
      `no command ${name} in the exploration of ${model.system}: it has ${Object.keys(model.commands).join(', ')}`,
    );
  return kind;
}

/** What a command is about, for others to share. */
export function aboutOf(model: ExplorationModel, command: Command | undefined): Arguments {
  const about = command === undefined ? undefined : kindOf(model, command.name).about;
  const value = about === undefined ? undefined : command?.arguments[about];
  return about === undefined || value === undefined ? {} : { [about]: value };
}

/** Arguments of a command that is about the same thing, where it can be. */
export function sharing(model: ExplorationModel, name: string, own: Arguments, shared: Arguments): Arguments {
  const { about } = kindOf(model, name);
  const value = about === undefined ? undefined : shared[about];
  return about === undefined || value === undefined ? own : { ...own, [about]: value };
}

/** What a client does in a row, where it can be done. */
export function storiesOf(model: ExplorationModel, { commands }: Topology): readonly (readonly string[])[] {
  return (model.stories ?? []).filter((story) => story.every((name) => commands.includes(name)));
}

/**
 * Commands of one case, drawn as scenes until there are enough: single ones, bursts about one thing, what a client does in a row, the same by two
 * at once, and commands at the instant at which something comes due. A swarm: not every run has every kind of command and scene.
 */
export class Workload {
  readonly #dice: Dice;
  readonly #model: ExplorationModel;
  readonly lastsMs: Ms;
  readonly #topology: Topology;
  /** Names of commands, each as often as it weighs. */
  readonly #names: readonly string[];
  readonly #stories: readonly (readonly string[])[];
  readonly #scenes: readonly (typeof SCENES)[number][];
  readonly #clients: number;
  readonly #commands: Command[] = [];

  constructor(
    dice: Dice,
    model: ExplorationModel,
    topology: Topology,
    { lastsMs, commands, favoured }: WorkloadOptions,
  ) {
    this.#dice = dice;
    this.#model = model;
    this.lastsMs = lastsMs;
    this.#topology = topology;
    const possible = topology.commands.filter((name) => kindOf(model, name).weight > 0);
    const kinds = new Set([...dice.some(possible), ...possible.filter((name) => favoured.includes(name))]);
    const weightOf = (name: string): number => kindOf(model, name).weight * (favoured.includes(name) ? FAVOUR : 1);
    this.#names = weighted([...kinds], weightOf);
    this.#stories = weighted(storiesOf(model, topology), (story) =>
      story.some((name) => favoured.includes(name)) ? FAVOUR : 1,
    );
    this.#scenes = dice.some(SCENES);
    this.#clients = dice.integer(1, model.clientsMax);
    const wanted = dice.integer(commands.min, commands.max);
    while (this.#commands.length < wanted) this.#scene(dice.pick(this.#scenes));
    this.#commands.splice(wanted);
  }

  get commands(): readonly Command[] {
    return this.#commands;
  }

  instant(): Ms {
    return this.#dice.integer(0, this.lastsMs);
  }

  /** What often comes after a command that met a fault: its client makes it again, others ask for the same thing. */
  aftermath(of: Command): void {
    const { again } = this.#model;
    const later = (): Ms => of.at + this.#dice.integer(1, this.#dice.pick(AGAIN_MS));
    if (again !== undefined && this.#topology.commands.includes(again) && this.#dice.once(2))
      this.#add(later(), of.client, again);
    if (this.#dice.once(2)) this.#add(later(), this.#client(), this.#dice.pick(this.#names), this.#aboutOf(of));
  }

  /** One of these commands, where there are such here, while what the command began may still be under way. */
  meanwhile(of: Command, names: readonly string[]): void {
    const possible = names.filter((name) => this.#topology.commands.includes(name));
    if (possible.length === 0) return;
    const at = of.at + this.#dice.integer(1, MEANWHILE_MS);
    this.#add(at, this.#client(), this.#dice.pick(possible), this.#aboutOf(of));
  }

  /** Others call at about the same time, half of them in the name of the same client. */
  crowd(of: Command): void {
    const within = this.#dice.pick(CROWD_MS);
    for (let left = this.#dice.integer(CROWD.min, CROWD.max); left > 0; left -= 1) {
      const at = Math.max(0, of.at + this.#dice.integer(-within, within));
      const client = this.#dice.once(2) ? of.client : this.#client();
      this.#add(at, client, this.#dice.pick(this.#names), this.#aboutOf(of));
    }
  }

  #scene(scene: (typeof SCENES)[number]): void {
    switch (scene) {
      case 'single':
        return this.#add(this.instant(), this.#client(), this.#dice.pick(this.#names));
      case 'burst':
        return this.#burst();
      case 'story':
        return this.#story(1);
      case 'race':
        return this.#story(2);
      case 'due':
        return this.#due();
    }
  }

  #burst(): void {
    const begun = this.instant();
    let about: Arguments = {};
    for (let left = this.#dice.integer(BURST.min, BURST.max); left > 0; left -= 1) {
      this.#add(begun + this.#dice.integer(0, BURST.withinMs), this.#client(), this.#dice.pick(this.#names), about);
      about = { ...this.#aboutOf(this.#commands.at(-1)), ...about };
    }
  }

  /** The same story by so many clients, about the same thing. */
  #story(tellers: number): void {
    if (this.#stories.length === 0) return this.#burst();
    const story = this.#dice.pick(this.#stories);
    const begun = this.instant();
    const gap = this.#dice.pick(GAPS_MS);
    let about: Arguments = {};
    for (let teller = 0; teller < tellers; teller += 1)
      about = this.#tell(story, { begun, gap, client: this.#client(), about, waits: true });
  }

  /** Returns what it was about. */
  #tell(story: readonly string[], { begun, gap, client, about: shared, waits }: Telling): Arguments {
    const before = this.#commands.length;
    let about = shared;
    let at = begun;
    for (const name of story) {
      const due = this.#dueBy(name, this.#commands.slice(before));
      if (waits && due.length > 0 && this.#dice.once(STORY_WAITS))
        at = Math.max(at, this.#around(this.#dice.pick(due)));
      this.#add(at, client, name, about);
      about = { ...this.#aboutOf(this.#commands.at(-1)), ...about };
      at += this.#dice.integer(0, gap);
    }
    return about;
  }

  /**
   * Commands of one kind that come at even distances over the whole run, each with what its client does before and after it, and each about something
   * that hardly anybody else asks for. Half of the time each has a client of its own. `alone`: nobody does anything about it afterwards.
   */
  repeatedly(name: string, times: number, alone: boolean): readonly Command[] {
    const stories = this.#stories.filter((story) => (alone ? story.at(-1) === name : story.includes(name)));
    const story = stories.length === 0 ? [name] : this.#dice.pick(stories);
    const own = this.#dice.once(2);
    const every = Math.floor(this.lastsMs / times);
    const gap = Math.min(this.#dice.pick(GAPS_MS), Math.floor(every / story.length));
    return Array.from({ length: times }, (_, nth) => {
      const before = this.#commands.length;
      const client = own ? this.#model.clientsMax + nth : this.#client();
      this.#tell(story, { begun: nth * every, gap, client, about: this.#apart(story, nth), waits: false });
      return this.#commands.slice(before).find((command) => command.name === name) as Command;
    });
  }

  /** Rows of commands one after another, each command so long after the one before, and each row about something of its own. */
  inTurn(rows: readonly (readonly string[])[], everyMs: Ms): void {
    let at = 0;
    for (const [nth, row] of rows.entries()) {
      let about = this.#apart(row, nth);
      for (const name of row) {
        this.#add(at, nth % this.#model.clientsMax, name, about);
        about = { ...this.#aboutOf(this.#commands.at(-1)), ...about };
        at += everyMs;
      }
    }
  }

  /** What the n-th of several is about. */
  #apart(story: readonly string[], nth: number): Arguments {
    const kinds = story.map((name) => kindOf(this.#model, name));
    return Object.fromEntries(
      kinds.flatMap(({ about, apart = [] }) =>
        about === undefined || apart.length === 0 ? [] : [[about, apart[nth % apart.length] as number | string]],
      ),
    );
  }

  /** Instants at which a command of this name asks for what comes due by the latest of those told. */
  #dueBy(name: string, told: readonly Command[]): readonly Ms[] {
    const coming = told.map((of) => this.dueOf(of).filter(({ by }) => by.includes(name)));
    return coming.findLast((each) => each.length > 0)?.map(({ at }) => at) ?? [];
  }

  #around(at: Ms): Ms {
    return Math.max(0, at + this.#dice.integer(-AROUND_MS.before, AROUND_MS.after));
  }

  /** Instants at which something comes due. */
  due(): readonly Coming[] {
    return this.#commands.flatMap((of) => this.dueOf(of));
  }

  /** Those by one command. */
  dueOf(of: Command): readonly Coming[] {
    return (kindOf(this.#model, of.name).due?.(of.arguments) ?? [])
      .map(({ after, by, carriedOutBy = [] }) => ({ at: of.at + after, of, by, carriedOutBy }))
      .filter(({ at }) => at <= this.lastsMs);
  }

  #due(): void {
    const coming = this.due();
    if (coming.length === 0) return this.#story(1);
    const { at, of, by } = this.#dice.pick(coming);
    const names = by.filter((name) => this.#topology.commands.includes(name));
    const client = this.#dice.once(2) ? of.client : this.#client();
    const around = this.#around(at);
    return this.#add(around, client, this.#dice.pick(names.length === 0 ? this.#names : names), this.#aboutOf(of));
  }

  #client(): number {
    return this.#dice.integer(0, this.#clients - 1);
  }

  #aboutOf(command: Command | undefined): Arguments {
    return aboutOf(this.#model, command);
  }

  #add(at: Ms, client: number, name: string, shared: Arguments = {}): void {
    const own = this.#dice.of(kindOf(this.#model, name).arguments);
    const args = sharing(this.#model, name, own, shared);
    this.#commands.push({ at: Math.min(at, this.lastsMs), client, name, arguments: args });
  }
}
