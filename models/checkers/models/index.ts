import { casRegister } from './cas-register.ts';
import { judgeOf } from './judge.ts';
import { kv } from './kv.ts';
import { multiRegister } from './multi-register.ts';
import { mutex } from './mutex.ts';
import { numberingIdentifier } from './numbering-identifier.ts';
import { queue } from './queue.ts';
import { register } from './register.ts';
import { set } from './set.ts';

/** The models by the names that `--model` takes. One that is guessed is the first whose words a history's operations are. */
export const MODELS = {
  register: judgeOf(register),
  'cas-register': judgeOf(casRegister),
  'multi-register': judgeOf(multiRegister),
  kv: judgeOf(kv),
  mutex: judgeOf(mutex),
  queue: judgeOf(queue),
  set: judgeOf(set),
  'numbering-identifier': judgeOf(numberingIdentifier),
} as const;

/** A name that `--model` takes. */
export type ModelName = keyof typeof MODELS;
