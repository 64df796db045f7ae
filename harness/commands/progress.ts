import type { ProgressEvent } from '../../contract/index.ts';
import { clock, span } from '../../reports/text.ts';

/** Shows what is going on: on a terminal one line that is rewritten, elsewhere a plain line for each finished run. */
export interface Progress {
  show(event: ProgressEvent): void;
  note(text: string): void;
  end(): void;
}

const REDRAW_MS = 100;

/** `total` is the number of runs; `out` is standard error, so that standard output is the report's alone. */
export function progress(total: number, out: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet) return { show: () => {}, note: () => {}, end: () => {} };
  return out.isTTY ? live(total, out) : plain(total, out);
}

function plain(total: number, out: NodeJS.WriteStream): Progress {
  let done = 0;
  return {
    show: (event) => {
      if (event.type === 'debugger') out.write(`${debuggerText(event)}\n`);
      if (event.type !== 'result') return;
      done += 1;
      out.write(`${finished(event)} (${done} of ${total})\n`);
    },
    note: (text) => void out.write(`${text}\n`),
    end: () => {},
  };
}

function live(total: number, out: NodeJS.WriteStream): Progress {
  const phases = new Map<string, string>();
  let done = 0;
  let drawnAt = 0;
  const draw = (): void => {
    const text = ` ${done} of ${total} · ${[...phases.values()].join(' | ')}`;
    out.write(`\r\u001b[2K${text.slice(0, out.columns - 1)}`);
    drawnAt = performance.now();
  };
  return {
    show: (event) => {
      if (event.type === 'line') return;
      if (event.type === 'debugger') {
        out.write(`\r\u001b[2K${debuggerText(event)}\n`);
        return;
      }
      if (event.type === 'result') {
        done += 1;
        phases.delete(`${event.result.id}/${event.result.run}`);
        out.write(`\r\u001b[2K${finished(event)}\n`);
      } else phases.set(`${event.id}/${event.run}`, doing(event));
      if (event.type === 'result' || performance.now() - drawnAt > REDRAW_MS) draw();
    },
    note: (text) => void out.write(`\r\u001b[2K${text}\n`),
    end: () => void out.write('\r\u001b[2K'),
  };
}

function debuggerText({ id, run, at, url }: Extract<ProgressEvent, { type: 'debugger' }>): string {
  return [
    ` ${id}/${run} stands at ${clock(at)} and waits for a debugger: ${url}`,
    ' attach one (chrome://inspect, or your editor); its time stands still at every breakpoint; "resume" lets it go on to its end',
  ].join('\n');
}

function finished({ result }: Extract<ProgressEvent, { type: 'result' }>): string {
  const variant =
    result.sabotage === undefined
      ? ''
      : 'mutation' in result.sabotage
        ? ` ${result.sabotage.mutation}`
        : ` sabotage ${result.sabotage.line}`;
  const verdict = result.verdict === 'pass' ? 'pass' : result.verdict.toUpperCase();
  return ` ${`${result.id}/${result.run}${variant}`.padEnd(24)} ${verdict.padEnd(8)} ${span(result.simulatedMs)} in ${span(result.wallMs)}`;
}

function doing({ id, run, phase, at, waitingFor, deadline }: Extract<ProgressEvent, { type: 'phase' }>): string {
  const waiting = waitingFor === undefined ? '' : `: waiting for ${waitingFor}`;
  const left = deadline === undefined ? '' : `, ${span(Math.max(0, deadline - at))} left`;
  return `${id}/${run} ${clock(at)} ${phase}${waiting}${left}`;
}
