/** Session parameters that a pooler keeps for each client and sets on whichever server it gets (varcache.c). */
const TRACKED = ['DateStyle', 'client_encoding', 'TimeZone', 'standard_conforming_strings', 'application_name'];

/** Startup parameters that say where to connect. */
const ADDRESS = new Set(['user', 'database', 'replication']);

/** Values of tracked parameters, by the name as the server writes it. */
export class TrackedParameters {
  readonly names: readonly string[];
  readonly #byLowerCase: ReadonlyMap<string, string>;

  constructor(extra: readonly string[]) {
    this.names = [...TRACKED, ...extra];
    this.#byLowerCase = new Map(this.names.map((name) => [name.toLowerCase(), name]));
  }

  /** The name as the server writes it; undefined: not tracked. */
  named(name: string): string | undefined {
    return this.#byLowerCase.get(name.toLowerCase());
  }

  /** What a client asked for at its start. `refused`: the parameter that is neither tracked nor ignored, as the error names it. */
  fromStartup(
    given: readonly (readonly [string, string])[],
    ignored: ReadonlySet<string>,
  ): { values: Map<string, string>; refused?: string } {
    const values = new Map<string, string>();
    for (const [name, value] of given) {
      if (ADDRESS.has(name)) continue;
      if (name === 'options') {
        const option = optionNames(value).find((each) => this.named(each) === undefined && !ignored.has(each));
        if (ignored.has('options') || option === undefined) continue;
        return { values, refused: `unsupported startup parameter in options: ${option}` };
      }
      const tracked = this.named(name);
      if (tracked !== undefined) values.set(tracked, value);
      else if (!ignored.has(name)) return { values, refused: `unsupported startup parameter: ${name}` };
    }
    // A client without a name of its own has an empty one, not that of the client before it.
    if (!values.has('application_name')) values.set('application_name', '');
    return { values };
  }

  /** SET commands that bring a server from `there` to what the client wants; empty when it is there. */
  difference(wanted: ReadonlyMap<string, string>, there: ReadonlyMap<string, string>): string {
    return this.names
      .flatMap((name) => {
        const value = wanted.get(name);
        if (value === undefined || value === there.get(name)) return [];
        // The server answers with its own way of writing: `utf-8` is `UTF8` then.
        return name === 'client_encoding' && sameEncoding(value, there.get(name))
          ? []
          : [`SET ${name}='${value.replaceAll("'", "''")}'`];
      })
      .join(';');
  }
}

const optionNames = (options: string): string[] =>
  [...options.matchAll(/(?:-c\s*|--)([\w.-]+)\s*=/g)].map(([, name = '']) => name.replaceAll('-', '_'));

const sameEncoding = (a: string, b = ''): boolean => {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return plain(a) === plain(b);
};
