'use strict';

const net = require('net');
const { RpcServer } = require('sofa-rpc-node').server;
const wires = require('./wires');
const messages = require('./messages');
const samples = require('./samples');
const values = require('./values');

// LocalServer listens on the address that it is given: the library's own server
// listens on every address of the machine.
class LocalServer extends RpcServer {
  _startServer(port) {
    const listener = net.createServer();
    listener.once('error', err => this.emit('error', err));
    listener.on('connection', socket => this._handleSocket(socket));
    listener.listen(port, '127.0.0.1', () => { this.publishPort = listener.address().port; });
    return listener;
  }
}

const log = (...args) => console.error(...args);
const logger = { debug: log, info: log, warn: log, error: log };
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

let calls = [];
let connections = 0;
let errors = [];

// The handlers get what the caller sent, or nothing when that was empty.
const handlers = {
  async echo(message) {
    if (message && message.sleep) await sleep(message.sleep);
    return message || {};
  },
  async fail(message) {
    throw new Error(message.text);
  },
  async crash(message) {
    throw Object.assign(new Error(message.text), { name: 'SystemError' });
  },
  async note() {
    return {};
  },
};

// javaHandlers are those of wires with Hessian bodies. The library marks what a handler
// throws as a fault of the server: a business error is returned, as an object of Java's.
const javaHandlers = {
  async echo(message) {
    if (message.sleep) await sleep(message.sleep);
    return messages.toJava(messages.fromJava(message));
  },
  async fail(message) {
    return samples.soldOut(message.text);
  },
  async crash(message) {
    throw Object.assign(new Error(message.text), { name: 'SystemError' });
  },
  async note() {
    return null;
  },
};

// serve starts a server; addr is "host:port", and port 0 is any free one.
exports.serve = async ask => {
  const port = Number(ask.addr.split(':').pop());
  const hessian = wires.all[ask.wire].codecType === 'hessian2';
  const server = new LocalServer({ logger, port, protocol: wires.protocol(ask.wire), codecType: wires.all[ask.wire].codecType, proto: wires.proto, killTimeout: 1000 });
  server.addService({ interfaceName: 'onramp.interop.Echo', version: '1.0' }, hessian ? javaHandlers : handlers);
  if (hessian) server.addService({ interfaceName: 'onramp.interop.Values', version: '1.0' }, values.handlers(recordValue));
  server.on('connection', () => connections++);
  server.on('request', ({ req }) => record(req, hessian));
  server.on('error', err => errors.push(err.message));
  await server.start();
  return { addr: `127.0.0.1:${server.publishPort}` };
};

function recordValue(method, sample, why) {
  calls.push({ service: 'onramp.interop.Values:1.0', method, sample, equal: !why, why: why || '' });
}

function record(req, hessian) {
  const { serverSignature, methodName, args, requestProps } = req.data;
  if (!serverSignature.startsWith('onramp.interop.Echo')) return;
  const header = Object.assign({}, requestProps);
  delete header.rpc_trace_context;
  calls.push({
    service: serverSignature,
    method: methodName,
    timeout: req.options.timeout,
    wire: req.options.protocolType,
    header,
    message: messages.toLine(hessian ? messages.fromJava(args[0]) : args[0]),
  });
}

// seen tells what the server saw since it was asked last.
exports.seen = async () => {
  const seen = { calls, connections, errors };
  calls = [];
  connections = 0;
  errors = [];
  return { seen };
};
