import { describe, expect, test } from 'vitest';
import { parseFile } from './parse-file.ts';

describe("an operator's file", () => {
  test('is read row by row', () => {
    expect(parseFile('kind,value\nMSISDN,+93760000001\nSHORT_CODE,5001\n')).toEqual({
      rows: [
        { kind: 'MSISDN', value: '+93760000001', row: 2 },
        { kind: 'SHORT_CODE', value: '5001', row: 3 },
      ],
      errors: [],
    });
  });

  test.each([
    ['MSISDN,12', 'MALFORMED', 'value must be'],
    ['PLANET,12', 'MALFORMED', 'PLANET is no kind'],
    ['MSISDN', 'MALFORMED', 'expected 2 columns, found 1'],
    ['MSISDN,+93760000001', 'DUPLICATE', 'twice'],
  ])('names the row %s', (line, code, detail) => {
    const { rows, errors } = parseFile(`kind,value\nMSISDN,+93760000001\n${line}\n`);
    expect(rows).toHaveLength(1);
    expect(errors).toEqual([{ row: 3, value: expect.any(String), code, detail: expect.stringContaining(detail) }]);
  });

  test.each(['', 'number\n1', 'kind,value\nMSISDN,"+937'])('that is none is one error: %o', (text) => {
    expect(parseFile(text).rows).toEqual([]);
    expect(parseFile(text).errors).toHaveLength(1);
  });
});
