'use strict';

// The service onramp.interop.Values: its arguments, its answers, and its server.

const samples = require('./samples');
const { fill } = require('./messages');
const { same } = require('./same');

const joined = 'a|7|1099511627776|x,y|300';

// over is what its overloads get.
const over = {
  int: [ 7 ],
  long: [{ $class: 'long', $: '7' }],
  integer: [{ $class: 'java.lang.Integer', $: 7 }],
  string: [ '7' ],
  list: [[ 7 ]],
  two: [ '7', 7 ],
};

const fixed = {
  join: () => [ 'a', 7, { $class: 'long', $: String(2n ** 40n) }, [ 'x', 'y' ], fill(300) ],
  twins: () => {
    const c = samples.twin();
    return [ c, c ];
  },
  nothing: () => [],
  quiet: () => [ 'hush' ],
};

// knows reports whether a call of the method can be made.
exports.knows = (method, sample) => !method.startsWith('check') || samples.has(sample);

// args makes the arguments of a call.
exports.args = (method, sample) => {
  if (method === 'over') return over[sample];
  if (fixed[method]) return fixed[method]();
  const value = samples.get(sample);
  return [ sample, value === null ? { $class: 'java.lang.Object', $: null } : value ];
};

// differs says what is wrong with a reply, or returns null.
exports.differs = (method, sample, reply) => {
  const want = { join: joined, twins: true, nothing: null, quiet: null, over: sample };
  return same(reply, method in want ? want[method] : samples.get(sample));
};

// handlers are the server: record notes (method, sample, why).
exports.handlers = record => {
  const check = method => async (name, value) => {
    const why = samples.has(name) ? same(value, samples.get(name)) : `no sample is called ${name}`;
    record(method, name, why);
    // The decoder forgets classes: what came is answered by the sample that it is.
    return why ? value : samples.get(name);
  };
  const answer = (method, reply) => async (...args) => {
    record(method, '', same(args, fixed[method]()));
    return reply(...args);
  };
  return {
    check: check('check'),
    ...Object.fromEntries(typed.map(name => [ name, check(name) ])),
    join: answer('join', (a, b, c, d, e) => `${a}|${b}|${c}|${d.join(',')}|${e.length}`),
    twins: answer('twins', (a, b) => a === b),
    nothing: answer('nothing', () => null),
    quiet: answer('quiet', () => null),
    // over tells what JavaScript can tell apart.
    async over(...args) {
      const word = args.length === 2 ? 'two' : Array.isArray(args[0]) ? 'list' : typeof args[0] === 'string' ? 'string' : 'int';
      record('over', word, same(args, over[word]));
      return word;
    },
  };
};

const typed = [
  'Boolean', 'Byte', 'Short', 'Char', 'Int', 'Long', 'Float', 'Double', 'BooleanObject', 'Integer', 'LongObject', 'DoubleObject', 'String', 'Bytes', 'Chars',
  'Ints', 'Longs', 'Doubles', 'Strings', 'Objects', 'CarArray', 'List', 'Set', 'Map', 'Car', 'Cars', 'Derived', 'Color', 'Date', 'Decimal', 'BigInteger',
  'Uuid', 'LocalDate', 'LocalDateTime',
].map(name => `check${name}`);
