const LINE = 'NATS/1.0';

/** A status line, with headers: `NATS/1.0 408 Request Timeout`. */
export function status(line: string, ...pairs: readonly (readonly [name: string, value: string | number])[]): Buffer {
  const fields = pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${LINE}${line === '' ? '' : ` ${line}`}\r\n${fields}\r\n`);
}

/** Value of a header, by its exact name, as the real server looks for its own. */
export function header(block: Buffer | undefined, name: string): string | undefined {
  if (block === undefined) return undefined;
  const text = block.toString('latin1');
  const at = text.indexOf(`\r\n${name}:`);
  if (at === -1) return undefined;
  const from = at + name.length + 3;
  return text.slice(from, text.indexOf('\r\n', from)).trim();
}

/** The block with further headers at its end; made when there is none. */
export function withHeaders(
  block: Buffer | undefined,
  pairs: readonly (readonly [name: string, value: string | number])[],
): Buffer {
  const fields = pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const before = block === undefined ? Buffer.from(`${LINE}\r\n`) : block.subarray(0, block.length - 2);
  return Buffer.concat([before, Buffer.from(`${fields}\r\n`)]);
}
