import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresSpec } from '../../../../contract/index.ts';
import { SHOP } from '../../testing/shop.ts';
import { EPOCH } from '../../testing/simulate.ts';
import { PostgresCluster } from './component.ts';

const NUMBERED: PostgresSpec = {
  ...SHOP,
  seed: 'create sequence number start 7; insert into item (id, stock) values (3, 30)',
};
let cluster: PostgresCluster;

beforeAll(() => {
  cluster = new PostgresCluster(NUMBERED);
});
afterAll(() => cluster.dispose());

const begin = (spec = NUMBERED): void => cluster.reset(spec, new Date(EPOCH));
const ask = (text: string): readonly string[] =>
  cluster.server
    .control('shop')
    .query(text)
    .map((row) => row.join(' '));
const ITEMS = 'select id, stock, ctid from item order by id';
const identity = (): string => ask(`select oid from pg_database where datname = 'shop'`).join();

test('each run begins with the rows of template and seed, where they lay on the disk, and with sequences where they were', () => {
  begin();
  const first = ask(ITEMS);
  expect(first).toEqual(['1 10 (0,1)', '2 10 (0,2)', '3 30 (0,3)']);
  const database = identity();
  expect(ask(`select nextval('number')`)).toEqual(['7']);
  ask('update item set stock = 0; delete from item where id = 1; insert into sale (id) values (1)');
  begin();
  expect(ask(ITEMS)).toEqual(first);
  expect(ask('select count(*) from sale')).toEqual(['0']);
  expect(ask(`select nextval('number')`)).toEqual(['7']);
  expect(identity()).toBe(database);
});

test('a run that changed a definition leaves nothing of it: the next one gets a copy', () => {
  begin();
  const database = identity();
  ask('alter table item add column colour text; create table other (id int)');
  begin();
  expect(ask(`select count(*) from pg_class where relname = 'other'`)).toEqual(['0']);
  expect(ask(`select count(*) from pg_attribute where attname = 'colour'`)).toEqual(['0']);
  expect(identity()).not.toBe(database);
});

test('another seed is another database', () => {
  begin();
  begin({ ...NUMBERED, seed: '' });
  expect(ask(ITEMS)).toHaveLength(2);
});
