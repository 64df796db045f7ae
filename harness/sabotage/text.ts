import type { SabotageOutcome } from './outcome.ts';

/** The report of `faultline sabotage`: catalogue lines and mutations apart, then what did not turn red. Of `planned` runs those without an outcome came to no verdict. */
export function sabotageText(outcomes: readonly SabotageOutcome[], planned: number, directory: string): string {
  const part = (title: string, chosen: readonly SabotageOutcome[]): readonly string[] => {
    if (chosen.length === 0) return [];
    const red = chosen.filter((outcome) => outcome.red).length;
    return [`${title}: ${red} of ${chosen.length} red`, ...chosen.flatMap(describe), ''];
  };
  const lines = part(
    'catalogue lines',
    outcomes.filter(({ isMutation }) => !isMutation),
  );
  const mutations = part(
    'mutations',
    outcomes.filter(({ isMutation }) => isMutation),
  );
  const green = outcomes.filter(({ red }) => !red).length;
  const without = planned - outcomes.length;
  const short = [
    ...(green === 0 ? [] : [`${green} did not turn red`]),
    ...(without === 0 ? [] : [`${without} came to no verdict`]),
  ];
  const end = short.join(', ') || 'every assertion named turned red';
  return `${[...lines, ...mutations, `${end.padEnd(56)} ${directory}`].join('\n')}\n`;
}

function describe({ id, run, seed, name, title, expected, red, seen, others }: SabotageOutcome): readonly string[] {
  const head = ` ${red ? 'red  ' : 'GREEN'} ${`${id}/${run}`.padEnd(10)} ${name.padEnd(12)} seed ${seed}  ${title}`;
  if (red) return [others.length === 0 ? head : `${head}  (also ${others.join(', ')})`];
  return [
    head,
    `         expected  ${expected.join(', ') || 'something to plant'} to turn red`,
    `         seen      ${seen}`,
    ...(others.length === 0 ? [] : [`         red       ${others.join(', ')}`]),
  ];
}
