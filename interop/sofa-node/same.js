'use strict';

// Compares what the library's decoder made with a sample. It is lenient where the
// decoder forgets: classes, int and double, keys of maps that are no strings, and the
// fields of exceptions.

// same says where got differs from want, or returns null.
exports.same = (got, want) => new Comparison().values('value', got, want);

class Comparison {
  constructor() {
    this.partner = new Map();
    this.back = new Map();
  }

  values(at, got, want) {
    if (want === null || want === undefined) return got === null || got === undefined ? null : wrong(at, got, want);
    if (want instanceof Date) return got instanceof Date && got.getTime() === want.getTime() ? null : wrong(at, got, want);
    if (Buffer.isBuffer(want)) return Buffer.isBuffer(got) && got.equals(want) ? null : wrong(at, got, want);
    if (typeof want !== 'object') return got === want ? null : wrong(at, got, want);
    if (want.$class === 'int' || want.$class === 'long' || want.$class === 'double') return String(got) === String(Number.isFinite(got) ? got : want.$) && number(got, want) ? null : wrong(at, got, want);
    if (typeof got !== 'object' || got === null) return wrong(at, got, want);
    if (this.partner.has(want) || this.back.has(got)) {
      return this.partner.get(want) === got && this.back.get(got) === want ? null : `${at} is not the object that it was, or is one that it was not`;
    }
    this.partner.set(want, got);
    this.back.set(got, want);
    return this.contents(at, got, want.$class ? want.$ : want);
  }

  contents(at, got, want) {
    if (Array.isArray(want)) return this.items(at, got, want);
    if (want instanceof Map) return this.entries(at, got, [ ...want ].map(([ k, v ]) => [ key(k), v ]));
    if (typeof want === 'string') return this.entries(at, got, [[ 'value', want ]]); // a locale
    if (got instanceof Error) return this.thrown(at, got, want);
    return this.entries(at, got, Object.entries(want));
  }

  items(at, got, want) {
    if (!Array.isArray(got) || got.length !== want.length) return `${at} has ${got.length} items, want ${want.length}`;
    for (let i = 0; i < want.length; i++) {
      const why = this.values(`${at}[${i}]`, got[i], want[i]);
      if (why) return why;
    }
    return null;
  }

  entries(at, got, want) {
    if (Object.keys(got).length !== want.length) return `${at} has ${Object.keys(got).length} entries, want ${want.length}`;
    for (const [ k, v ] of want) {
      const why = this.values(`${at}.${k}`, got[k], v);
      if (why) return why;
    }
    return null;
  }

  thrown(at, got, want) {
    if (want.stackTrace === undefined) return wrong(at, got, want);
    if (want.detailMessage !== null && got.message !== want.detailMessage) return wrong(`${at}.message`, got.message, want.detailMessage);
    for (const { $: line } of want.stackTrace.$) {
      if (!got.stack.includes(`${line.declaringClass}.${line.methodName} (${line.fileName}:${line.lineNumber.$})`)) return `${at}.stack has no ${line.methodName}`;
    }
    return null;
  }
}

// number compares an int, long or double; longs beyond 53 bits are text.
function number(got, want) {
  return typeof got === 'number' ? Object.is(got, Number(want.$)) || got === Number(want.$) : got === want.$;
}

// key is what the decoder makes of a key.
function key(k) {
  if (k === null || typeof k !== 'object' || k instanceof Date) return String(k);
  return k.$.name || String(k.$);
}

const wrong = (at, got, want) => `${at} is ${text(got)}, want ${text(want)}`;

function text(v) {
  let s;
  try {
    s = JSON.stringify(v);
  } catch (err) {
    s = err.message;
  }
  return String(s).slice(0, 200);
}
