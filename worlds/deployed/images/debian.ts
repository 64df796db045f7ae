/** Debian packages as file trees: downloaded by apt, unpacked by dpkg-deb; no maintainer script runs, nothing is installed. */
import { globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Missing } from './problem.ts';
import { $, has } from './shell.ts';

/** The release whose packages become images. */
export const RELEASE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Parts of packages that no server needs; glob patterns below the tree. */
const PRUNED = [
  ...['doc', 'man', 'locale', 'i18n', 'lintian', 'bug', 'info', 'bash-completion', 'doc-base', 'perl5'].map(
    (name) => `usr/share/${name}`,
  ),
  'usr/share/postgresql/*/man',
  'usr/lib/postgresql/*/lib/bitcode',
  'usr/lib/postgresql/*/lib/llvmjit*',
  'usr/lib/*/gconv',
  'usr/lib/systemd',
  'etc/init.d',
  'etc/logrotate.d',
];

/** Packages of one release, downloaded into a folder. */
export class Debian {
  readonly #packages: string;

  private constructor(packages: string) {
    this.#packages = packages;
  }

  /**
   * Downloads packages by name, without their dependencies, with an apt configuration of its own over this machine's mirrors.
   * @throws Missing
   */
  static async open(folder: string, names: readonly string[]): Promise<Debian> {
    for (const command of ['apt-get', 'dpkg-deb']) {
      if (!(await has(command))) {
        throw new Missing(
          `${command} is not on this machine.`,
          'Make the images on a Debian, or use the official ones.',
        );
      }
    }
    for (const part of ['lists/partial', 'cache/archives/partial', 'etc/preferences.d', 'etc/apt.conf.d', 'debs']) {
      mkdirSync(join(folder, part), { recursive: true });
    }
    const sources = (await mirrors()).map(([uri, suite]) => `deb [signed-by=${KEYRING}] ${uri} ${suite} main\n`);
    writeFileSync(join(folder, 'etc', 'sources.list'), sources.join(''));
    writeFileSync(
      join(folder, 'apt.conf'),
      `Dir::Etc "${folder}/etc"; Dir::State::lists "${folder}/lists"; Dir::Cache "${folder}/cache";\n` +
        'Dir::State::status "/dev/null"; Acquire::Languages "none"; Acquire::Retries "3"; APT::Sandbox::User "root";\n',
    );
    const packages = join(folder, 'debs');
    const apt = $({ cwd: packages, env: { ...process.env, APT_CONFIG: join(folder, 'apt.conf') } });
    await apt`apt-get update -qq`;
    await apt`apt-get download -qq ${names}`;
    return new Debian(packages);
  }

  /** Unpacks packages into a folder and prunes it. */
  async unpack(names: readonly string[], into: string): Promise<void> {
    mkdirSync(into, { recursive: true });
    const files = readdirSync(this.#packages);
    for (const name of names) {
      const file = files.find((each) => each.startsWith(`${name}_`));
      if (file === undefined) throw new Error(`apt-get download left no file of ${name} in ${this.#packages}`);
      await $`dpkg-deb -x ${join(this.#packages, file)} ${into}`;
    }
    for (const path of globSync(PRUNED, { cwd: into })) rmSync(join(into, path), { recursive: true, force: true });
  }
}

/** This machine's own mirrors of Debian, with the suites wanted of them. */
async function mirrors(): Promise<readonly (readonly [string, string])[]> {
  const listed = await $`apt-get indextargets --format ${'$(LABEL) $(REPO_URI)'}`;
  const of = (label: string): string | undefined =>
    listed.stdout
      .split('\n')
      .find((line) => line.startsWith(`${label} `))
      ?.slice(label.length + 1);
  const [main, security] = [of('Debian'), of('Debian-Security')];
  if (main === undefined) {
    throw new Missing(
      "apt knows no mirror of Debian on this machine (apt-get indextargets names none with the label 'Debian').",
      'On Debian run apt-get update; elsewhere use the official images.',
    );
  }
  return [[main, RELEASE] as const, ...(security === undefined ? [] : [[security, `${RELEASE}-security`] as const])];
}
