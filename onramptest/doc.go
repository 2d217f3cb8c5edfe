// Package onramptest is what users of onramp, and authors of codecs, sources and
// policies, test with. It is the only package outside _test files that imports
// testing.
//
// It stands at both ends of a call's path. Client is a fake at the upper end: an
// onramp.Handler that answers from a list of rules, without a network. Recorder is an Interceptor that keeps what passed it. Network,
// Source and Backend are fakes at the lower end: connections in memory that can
// be cut, delayed and frozen, a registry that is driven by hand, and a server
// over a real codec that can be killed and restarted. Proxy stands between any
// client and server, over TCP too, and makes their connections slow, uneven, stalled
// or lost. LineFramer and PipeFramer
// are two small framed protocols, StreamCodec a small streaming one.
//
// For authors of what others write there are conformance suites: TestCodec,
// TestFramer, TestSource, TestPolicy and TestUnit hold an implementation to the
// contract of its interface. Each sentence of the contract is a subtest, and one
// that fails says the sentence, what was seen and what to do. Onramp's own
// codecs, sources, policies and features are held to them too.
//
// Everything works inside a testing/synctest bubble, so that a test waits
// thirty seconds in no time. Whatever is made inside a bubble stays inside it.
package onramptest
