'use strict';

// Messages of ../proto/echo.proto, between the lines and the library. A line says
// of bytes how many there are; what they are is fill's formula.

const crypto = require('crypto');

exports.fill = size => {
  const data = Buffer.alloc(size);
  for (let i = 0; i < size; i++) data[i] = i * 31 + 7;
  return data;
};

// fromLine makes the message that a line describes.
exports.fromLine = spec => {
  const message = Object.assign({}, spec);
  if (spec.size !== undefined) {
    message.data = exports.fill(spec.size);
    delete message.size;
  }
  if (spec.counts) message.counts = new Map(Object.entries(spec.counts));
  if (spec.inner) message.inner = nested(spec.inner);
  return message;
};

// nested makes messages of names, the first one outermost.
function nested([ name, ...rest ]) {
  return rest.length ? { name, inner: nested(rest) } : { name };
}

// toJava makes of a message what travels in Hessian.
exports.toJava = message => ({
  $class: 'onramp.interop.Message',
  $: {
    text: message.text || '',
    data: Buffer.isBuffer(message.data) ? message.data : null,
    number: { $class: 'long', $: message.number || '0' },
    sleep: { $class: 'int', $: message.sleep || 0 },
    tags: message.tags || null,
    counts: message.counts ? { $class: 'java.util.HashMap', $: message.counts } : null,
    ratio: { $class: 'double', $: message.ratio || 0 },
    flag: Boolean(message.flag),
    inner: javaInner(message.inner),
    color: { $class: 'onramp.interop.Color', $: { name: colors[message.color || 0] } },
    offset: { $class: 'int', $: message.offset || 0 },
    packed: message.packed ? { $class: '[int', $: message.packed } : null,
  },
});

const colors = [ 'RED', 'GREEN', 'BLUE' ];

function javaInner(inner) {
  return inner ? { $class: 'onramp.interop.Inner', $: { name: inner.name, inner: javaInner(inner.inner) } } : null;
}

// fromJava makes of a message that came in Hessian what toLine and toJava take.
exports.fromJava = message => {
  if (!message) return message;
  const counts = new Map(Object.entries(message.counts || {}));
  const color = message.color ? colors.indexOf(message.color.name) : 0;
  return Object.assign({}, message, { data: message.data || [], tags: message.tags || [], packed: message.packed || [], counts, color });
};

// toLine describes a message that was received.
exports.toLine = message => {
  const line = {};
  if (!message) return line;
  for (const key of [ 'text', 'sleep', 'ratio', 'flag', 'offset', 'color' ]) line[key] = message[key];
  const data = Buffer.from(message.data); // an empty one is an array
  line.number = String(message.number);
  line.size = data.length;
  line.sha256 = crypto.createHash('sha256').update(data).digest('hex');
  line.tags = message.tags.slice();
  line.packed = message.packed.slice();
  line.counts = {};
  for (const [ key, value ] of message.counts) line.counts[key] = value;
  line.inner = names(message.inner);
  return line;
};

// names lists the names of nested messages, outermost first.
function names(inner) {
  return inner ? [ inner.name, ...names(inner.inner) ] : [];
}
