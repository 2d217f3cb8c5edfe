'use strict';

// The values that travel in Hessian, by name, after ../java/.../Samples.java. They are
// written as the library wants them: { $class, $ } where JavaScript has no such type.

const { fill } = require('./messages');

const INSTANT = 1700000000123;
const MINUTES = 1700000040000;

const of = ($class, $) => ({ $class, $ });
const int = v => of('int', v);
const long = v => of('long', String(v));
const double = v => of('double', v);
const map = (...pairs) => {
  const m = new Map();
  for (let i = 0; i < pairs.length; i += 2) m.set(pairs[i], pairs[i + 1]);
  return of('java.util.HashMap', m);
};
const mapOf = ($class, ...pairs) => Object.assign(map(...pairs), { $class, isMap: true });
const date = ms => new Date(ms);
const color = name => of('onramp.interop.Color', { name });
const numbers = n => Array.from({ length: n }, (_, i) => i);
const ascii = n => String.fromCharCode(...numbers(26).map(i => 97 + i)).repeat(n / 26 + 1).slice(0, n);
const ints = (...items) => of('[int', items);

const empty = () => ({
  color: null, mileage: int(0), sold: false, price: double(0), weight: long(0), serial: null, paint: null, built: null,
  photo: null, gears: null, tags: null, options: null, next: null, kids: null, extra: null,
});
const car = (name, mileage) => of('onramp.interop.Car', Object.assign(empty(), { color: name, mileage: int(mileage) }));

function fullCar() {
  const c = car('rot, \u7ea2', 120000);
  Object.assign(c.$, {
    sold: true, price: double(1234.5), weight: long(2n ** 40n), serial: long('9007199254740993'), paint: color('BLUE'),
    built: date(INSTANT), photo: fill(300), gears: ints(1, 2, 3, -1), tags: [ 'fast', '', '\u{1f697}' ],
    options: map('doors', int(5), 'seats', int(4)), next: car('green', 2), kids: [ car('toy', 0), null ], extra: [ 'x', long(1) ],
  });
  return c;
}

const unknown = (a, b, c) => of('onramp.interop.Unknown', { a: int(a), b, c });
const kinds = () => numbers(18).map(n => of(`onramp.interop.Kinds$K${n}`, { n: int(n) }));
const trace = () => of('[java.lang.StackTraceElement', [ [ 'sell', 42 ], [ 'main', 7 ] ].map(([ methodName, line ]) =>
  of('java.lang.StackTraceElement', { declaringClass: 'onramp.interop.Shop', methodName, fileName: 'Shop.java', lineNumber: int(line) })));

// exception is one of Java's.
const exception = ($class, detailMessage, more) => of($class, Object.assign({ detailMessage, cause: null, stackTrace: trace(), suppressedExceptions: [] }, more));

// soldOut is the checked exception of the services.
const soldOut = text => exception('onramp.interop.SoldOut', text, {
  item: 'car', left: int(7), cause: exception('java.lang.IllegalArgumentException', 'no stock'),
});
exports.soldOut = soldOut;
exports.broken = text => exception('java.lang.IllegalStateException', text);
exports.twin = () => car('red', 1);

const all = new Map();
const add = (name, make) => all.set(name, make);

function scalars() {
  add('null', () => null);
  add('true', () => true);
  add('false', () => false);
  for (const v of [ 0, -16, -17, 47, 48, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144, -2147483648, 2147483647 ]) add(`int:${v}`, () => int(v));
  for (const v of [ 0, -8, -9, 15, 16, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144, -2147483648, -2147483649, 2147483647, 2147483648,
    '-9223372036854775808', '9223372036854775807' ]) add(`long:${v}`, () => long(v));
  for (const v of [ 0, 1, -128, -129, 127, 128, -32768, -32769, 32767, 32768, 0.001, 0.1, 1.5, 12.25, -0.125, 2147483.647, 2147483.648 ]) add(`double:${v}`, () => double(v));
  const others = { '1e10': 1e10, pi: Math.PI, max: Number.MAX_VALUE, min: Number.MIN_VALUE, inf: Infinity, '-inf': -Infinity, nan: NaN };
  for (const [ name, v ] of Object.entries(others)) add(`double:${name}`, () => double(v));
  add('byte:-128', () => int(-128));
  add('short:-32768', () => int(-32768));
  add('char:e', () => '\u00e9');
  add('float:0.1', () => double(Math.fround(0.1)));
  const dates = { 0: 0, ms: INSTANT, minutes: MINUTES, before: -1, old: -62135596800000 };
  for (const [ name, ms ] of Object.entries(dates)) add(`date:${name}`, () => date(ms));
}

function texts() {
  for (const n of [ 0, 1, 31, 32, 255, 256, 1023, 1024, 32767, 32768, 32769, 65535, 65536, 70000 ]) add(`string:${n}`, () => ascii(n));
  add('string:latin', () => 'na\u00efve gr\u00fc\u00dfe');
  add('string:bmp', () => '\u4f60\u597d \u4e16\u754c \uffff');
  add('string:emoji', () => '\u{1f600} \u{10ffff} \u{1f468}\u200d\u{1f469}\u200d\u{1f467}');
  add('string:zero', () => 'a\u0000b');
  add('string:wide', () => '\u4f60'.repeat(40000));
  add('string:pairs', () => '\u{1f600}'.repeat(20000));
  add('string:split', () => 'x' + '\u{1f600}'.repeat(20000));
  for (const n of [ 0, 1, 15, 16, 255, 256, 1023, 1024, 8189, 8190, 32768, 32769, 70000 ]) add(`bytes:${n}`, () => fill(n));
}

function lists() {
  add('list:empty', () => []);
  add('list:3', () => [ int(1), 'two', double(3.5) ]);
  for (const n of [ 7, 8, 300 ]) add(`list:${n}`, () => numbers(n));
  add('list:nulls', () => [ null, null ]);
  add('list:nested', () => [[ 1, [ 2, [ 3 ]]], []]);
  add('list:mixed', () => [ null, true, int(1), long(1), double(1.5), 's', fill(3), date(INSTANT) ]);
  add('list:deep', () => numbers(49).reduce(l => [ l ], []));
  add('list:linked', () => of('java.util.LinkedList', [ 'a', 'b' ]));
  add('list:linked9', () => of('java.util.LinkedList', numbers(9)));
  add('list:linked-twice', () => [ of('java.util.LinkedList', [ 'a' ]), of('java.util.LinkedList', [ 'b' ]) ]);
  add('list:as-list', () => of('java.util.Arrays$ArrayList', [ 'a', 'b', 'c' ]));
  add('set:hash', () => of('java.util.HashSet', [ 'a', 'b', 'c' ]));
  add('set:linked', () => of('java.util.LinkedHashSet', [ 'z', 'a', 'm' ]));
  add('set:tree', () => of('java.util.TreeSet', [ 1, 2, 3 ]));
}

function maps() {
  add('map:empty', () => map());
  add('map:strings', () => map('a', '1', 'b', '2'));
  add('map:keys', () => map(int(1), 'int', long(2), 'long', true, 'boolean', double(1.5), 'double', null, 'null', date(0), 'date'));
  add('map:nulls', () => map('a', null));
  add('map:nested', () => map('m', map('m', map('x', int(1))), 'l', [ map() ]));
  add('map:300', () => map(...numbers(300).flatMap(i => [ `k${i}`, int(i) ])));
  add('map:linked', () => mapOf('java.util.LinkedHashMap', 'a', int(1)));
  add('map:tree', () => mapOf('java.util.TreeMap', 'a', int(2), 'm', int(3), 'z', int(1)));
  add('map:concurrent', () => mapOf('java.util.concurrent.ConcurrentHashMap', 'a', int(1), 'b', int(2)));
  add('map:cars', () => {
    const c = car('red', 1);
    return map('a', c, 'b', c);
  });
  add('map:enum-keys', () => map(color('RED'), int(1), color('BLUE'), int(2)));
}

function arrays() {
  add('ints:0', () => ints());
  add('ints:3', () => ints(1, -1, 2147483647));
  add('ints:300', () => ints(...numbers(300).map(i => i * 1000)));
  add('longs', () => of('[long', [ 1, '-9223372036854775808', '9223372036854775807' ].map(long)));
  add('doubles', () => of('[double', [ 0, 1.5, Math.PI ].map(double)));
  add('floats', () => of('[float', [ 0, 1.5, Math.fround(0.1) ].map(double)));
  add('shorts', () => of('[short', [ 1, -1, -32768 ]));
  add('booleans', () => of('[boolean', [ true, false, true ]));
  add('chars', () => 'a\u00e9\u4f60');
  add('strings', () => of('[string', [ 'a', null, 'c' ]));
  add('objects', () => of('[object', [ 1, 'a', null, date(INSTANT) ]));
  add('integers', () => of('[java.lang.Integer', [ 1, null, 3 ]));
  add('long-objects', () => of('[java.lang.Long', [ long(1), null ]));
  add('dates', () => of('[date', [ date(0), date(INSTANT) ]));
  add('colors', () => {
    const red = color('RED');
    return of('[onramp.interop.Color', [ red, color('BLUE'), red ]);
  });
  add('car-array', () => of('[onramp.interop.Car', [ car('red', 1), null, car('blue', 2) ]));
  add('ints:nested', () => of('[[int', [ ints(1, 2), ints(), ints(3) ]));
  add('strings:nested', () => of('[[string', [ of('[string', [ 'a' ]), of('[string', [ 'b', 'c' ]) ]));
  add('arrays:twice', () => [ ints(1), ints(2), of('[string', [ 'a' ]), of('[string', [ 'b' ]) ]);
}

function objects() {
  add('car:empty', () => of('onramp.interop.Car', empty()));
  add('car:full', fullCar);
  add('car:chain', () => {
    const c = car('a', 1);
    c.$.next = car('b', 2);
    c.$.next.$.next = car('c', 3);
    return c;
  });
  add('cars', () => {
    const twice = car('red', 1);
    return [ twice, car('blue', 2), twice ];
  });
  add('cars:100', () => numbers(100).map(i => car(`car ${i}`, i)));
  add('object:nothing', () => of('onramp.interop.Nothing', {}));
  add('object:unknown', () => unknown(7, 'seven', unknown(0, null, null)));
  add('object:kinds', kinds);
  add('object:kinds-twice', () => [ ...kinds(), ...kinds() ]);
  add('enum', () => color('GREEN'));
  add('enum:list', () => {
    const red = color('RED');
    return [ red, color('GREEN'), red ];
  });
}

function library() {
  const decimals = { long: '12345678901234567890.0123456789', 0: '0', scale: '1.50', small: '-0.001', exponent: '1E+400' };
  for (const [ name, value ] of Object.entries(decimals)) add(`decimal:${name}`, () => of('java.math.BigDecimal', { value }));
  const integers = { long: 123456789012345678901234567890n, 0: 0n, 1: 1n, minus: -123456789012345678901234567890n };
  for (const [ name, value ] of Object.entries(integers)) add(`bigint:${name}`, () => bigint(value));
  add('atomic:long', () => of('java.util.concurrent.atomic.AtomicLong', { value: long(7) }));
  add('atomic:int', () => of('java.util.concurrent.atomic.AtomicInteger', { value: int(7) }));
  add('uuid', () => of('java.util.UUID', { mostSigBits: long('1314564453825188563'), leastSigBits: long('-6605018797301088256') }));
  add('uuid:high', () => of('java.util.UUID', { mostSigBits: long(-1), leastSigBits: long('-9223372036854775807') }));
  add('calendar', () => handle('CalendarHandle', { type: null, date: date(INSTANT) }));
  add('locale:us', () => of('java.util.Locale', 'en_US'));
  add('locale:en', () => of('java.util.Locale', 'en'));
  add('class:string', () => of('java.lang.Class', { name: 'java.lang.String' }));
  add('class:car', () => of('java.lang.Class', { name: 'onramp.interop.Car' }));
  add('class:int', () => of('java.lang.Class', { name: 'int' }));
  for (const name of [ 'Timestamp', 'Date', 'Time' ]) add(`sql:${name.toLowerCase()}`, () => of(`java.sql.${name}`, { value: date(INSTANT) }));
}

// bigint is a java.math.BigInteger: its words of 32 bits, the most significant first.
function bigint(n) {
  const mag = [];
  for (let rest = n < 0n ? -n : n; rest > 0n; rest >>= 32n) mag.unshift(Number(BigInt.asIntN(32, rest))); // eslint-disable-line no-bitwise
  const caches = { bitCountPlusOne: int(0), bitLengthPlusOne: int(0), lowestSetBitPlusTwo: int(0), firstNonzeroIntNumPlusTwo: int(0) };
  return of('java.math.BigInteger', { signum: int(n > 0n ? 1 : n < 0n ? -1 : 0), ...caches, mag: ints(...mag) });
}

const handle = (name, fields) => of(`com.caucho.hessian.io.${name}`, fields);

// time is a handle of java.time.
function time(name, fields) {
  const wrapped = Object.entries(fields).map(([ k, v ]) => [ k, typeof v === 'number' ? int(v) : v ]);
  return handle(`java8.${name}Handle`, Object.fromEntries(wrapped));
}

function times() {
  const day = () => time('LocalDate', { year: 2023, month: 11, day: 14 });
  const clock = () => time('LocalTime', { hour: 22, minute: 13, second: 20, nano: 123456789 });
  const both = () => time('LocalDateTime', { date: day(), time: clock() });
  const offset = seconds => time('ZoneOffset', { seconds });
  add('time:local-date', day);
  add('time:local-time', clock);
  add('time:local-date-time', both);
  add('time:instant', () => time('Instant', { seconds: long(1700000000), nanos: 123456789 }));
  add('time:duration', () => time('Duration', { seconds: long(90), nanos: 5 }));
  add('time:period', () => time('Period', { years: 1, months: 2, days: 3 }));
  add('time:year', () => time('Year', { year: 2023 }));
  add('time:year-month', () => time('YearMonth', { year: 2023, month: 11 }));
  add('time:month-day', () => time('MonthDay', { month: 11, day: 14 }));
  add('time:zone-offset', () => offset(19800));
  add('time:offset-time', () => time('OffsetTime', { localTime: clock(), zoneOffset: offset(28800) }));
  add('time:offset-date-time', () => time('OffsetDateTime', { dateTime: both(), offset: offset(28800) }));
  add('time:zoned-date-time', () => time('ZonedDateTime', { zoneId: 'Asia/Shanghai', dateTime: both(), offset: offset(28800) }));
}

function errors() {
  add('error', () => soldOut('sold out: ausverkauft, \u7f3a\u8d27'));
  add('error:plain', () => exports.broken('broken'));
  add('error:null', () => exports.broken(null));
  add('error:suppressed', () => exception('java.lang.IllegalStateException', 'broken', {
    suppressedExceptions: [ exception('java.lang.IllegalArgumentException', 'while closing') ],
  }));
  add('error:twice', () => {
    const e = exports.broken('broken');
    return [ e, e ];
  });
}

// numbered ends with one object twice: who counts the others wrongly names another one.
function numbered(...others) {
  const c = car('red', 1);
  return [ ...others, c, car('blue', 2), c ];
}

function references() {
  add('refs:shared', () => {
    const five = [[ int(1) ], map('a', int(1)), car('red', 1), ints(1, 2), of('[object', [ 'x' ]) ];
    return [ ...five, ...five ];
  });
  add('refs:values', () => {
    const d = date(INSTANT);
    const b = fill(3);
    const c = car('red', 1);
    return [ d, d, b, b, 's', 's', c, c ];
  });
  add('refs:empty', () => {
    const c = car('red', 1);
    return [[], map(), ints(), of('onramp.interop.Nothing', {}), c, c ];
  });
  add('refs:enum', () => {
    const red = color('RED');
    return numbered(red, red);
  });
  add('refs:decimal', () => numbered(of('java.math.BigDecimal', { value: '1.5' })));
  for (const [ name, sample ] of Object.entries({ class: 'class:string', uuid: 'uuid', locale: 'locale:us', atomic: 'atomic:long', timestamp: 'sql:timestamp', error: 'error' })) {
    add(`refs:${name}`, () => numbered(all.get(sample)()));
  }
  add('refs:bigint', () => numbered(all.get('bigint:long')()));
  add('refs:local-date', () => numbered(all.get('time:local-date')()));
  add('refs:arrays', () => numbered(ints(1), of('[string', [ 'a' ]), of('[object', [ 1 ]), of('[[int', [ ints(1) ])));
  add('refs:300', () => {
    const cars = numbers(300).map(i => car(`car ${i}`, i));
    return [ ...cars, ...cars ];
  });
}

function cycles() {
  add('cycle:car', () => {
    const c = car('red', 1);
    c.$.next = c;
    return c;
  });
  add('cycle:ring', () => {
    const cars = [ car('a', 1), car('b', 2), car('c', 3) ];
    cars.forEach((c, i) => { c.$.next = cars[(i + 1) % 3]; });
    return cars[0];
  });
  add('cycle:tree', () => {
    const node = (name, parent) => of('onramp.interop.Node', { name, parent, children: [] });
    const root = node('root', null);
    root.$.children.push(node('left', root), node('right', root));
    return root;
  });
  add('cycle:list', () => {
    const l = [ int(1) ];
    l.push(l);
    return l;
  });
  add('cycle:map', () => {
    const m = map('a', int(1));
    m.$.set('me', m);
    return m;
  });
  add('cycle:array', () => {
    const a = of('[object', [ int(1), null ]);
    a.$[1] = a;
    return a;
  });
}

[ scalars, texts, lists, maps, arrays, objects, library, times, errors, references, cycles ].forEach(define => define());

exports.names = () => [ ...all.keys() ];
exports.has = name => all.has(name);

// get makes the sample of a name.
exports.get = name => all.get(name)();
