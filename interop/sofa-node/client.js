'use strict';

const url = require('url');
const bolt = require('sofa-bolt-node');
const config = require('sofa-rpc-node/lib/client/dynamic_config');
const { RpcClient } = require('sofa-rpc-node').client;
const wires = require('./wires');
const messages = require('./messages');
const values = require('./values');

const log = (...args) => console.error(...args);
const logger = { debug: log, info: log, warn: log, error: log };

// kinds says in the words of the line protocol what the library's errors mean.
const kinds = {
  RpcResponseTimeoutError: 'timeout',
  RpcSocketCloseError: 'closed',
  RpcSocketError: 'closed',
  RpcNoProviderError: 'closed',
  RpcCircuitBreakerError: 'local',
  RpcRequestEncodeError: 'local',
};

const clients = new Map(); // by address

// clientOf returns the client of an address, which keeps one connection to it.
function clientOf(ask) {
  let client = clients.get(ask.addr);
  if (!client) {
    // The library keeps connections alive in the round of its statistics.
    config.instance.metric.bucketSizeInMs = ask.heartbeat ? 100 : 10000;
    const connectionOpts = { protocol: wires.protocol(ask.wire), connectTimeout: 3000, noDelay: true, maxIdleTime: ask.heartbeat || 30000, proto: wires.proto };
    client = new RpcClient({ logger, connectionOpts });
    client.on('error', err => log('client', err.message));
    clients.set(ask.addr, client);
  }
  return client;
}

// call makes all of ask.calls at once and tells how each one ended.
exports.call = async ask => {
  if (ask.oneway) return oneway(ask);
  const [ interfaceName, version ] = ask.service.split(':');
  const consumer = clientOf(ask).createConsumer({ interfaceName, version, serverHost: ask.addr, proto: wires.proto });
  await consumer.ready();
  return { calls: await Promise.all(ask.calls.map(spec => one(consumer, ask, spec))) };
};

async function one(consumer, ask, spec) {
  const isValue = ask.service.startsWith('onramp.interop.Values');
  if (isValue && !values.knows(ask.method, spec.sample)) return { failed: { kind: 'local', name: 'unknown sample', text: spec.sample } };
  try {
    const options = { responseTimeout: ask.timeout, codecType: wires.all[ask.wire].codecType, requestProps: ask.header };
    const args = isValue ? values.args(ask.method, spec.sample) : [ message(ask, spec) ];
    const reply = await consumer.invoke(ask.method, args, options);
    if (!isValue) return { reply: messages.toLine(received(ask, reply)) };
    const why = values.differs(ask.method, spec.sample, reply);
    return { reply: { equal: !why, why: why || '' } };
  } catch (err) {
    // An exception that is the reply's value is thrown.
    if (isValue && values.differs(ask.method, spec.sample, err) === null) return { reply: { equal: true } };
    return { failed: failure(err) };
  }
}

function failure(err) {
  const failed = { kind: kindOf(err), name: err.name, text: err.message };
  if (err.cause instanceof Error && err.cause !== err) failed.cause = { name: err.cause.name, text: err.cause.message };
  return failed;
}

const isHessian = ask => wires.all[ask.wire].codecType === 'hessian2';

// message makes what a line describes, in the words of the wire.
function message(ask, spec) {
  const m = messages.fromLine(spec);
  return isHessian(ask) ? messages.toJava(m) : m;
}

const received = (ask, reply) => isHessian(ask) ? messages.fromJava(reply) : reply;

function kindOf(err) {
  if (err.code === 'ERR_STREAM_DESTROYED') return 'closed';
  return kinds[err.name] || 'error';
}

// oneway uses the client of sofa-bolt-node: that of sofa-rpc-node has no oneway.
async function oneway(ask) {
  const client = new bolt.RpcClient({ logger, address: url.parse(`bolt://${ask.addr}`, true) });
  await client.ready();
  Object.assign(client.conn._encoder, wires.all[ask.wire]);
  for (const spec of ask.calls) {
    client.oneway({ serverSignature: ask.service, methodName: ask.method, args: [ message(ask, spec) ], timeout: ask.timeout, requestProps: ask.header });
  }
  clients.set(ask.addr, client);
  return { calls: ask.calls.map(() => ({ ms: 0 })) };
}

// close ends the connection to an address.
exports.close = async ask => {
  const client = clients.get(ask.addr);
  clients.delete(ask.addr);
  if (client) await client.close();
  return {};
};
