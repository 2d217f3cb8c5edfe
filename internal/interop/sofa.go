package main

import (
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// sofaNode is sofa-rpc-node of npm, with the Bolt of sofa-bolt-node.
func sofaNode() *peer {
	return &peer{
		name:    "sofa-node",
		title:   "sofa-rpc-node 2.10.0",
		bodies:  "Protobuf bodies",
		wires:   []string{"bolt1", "bolt2", "bolt2-crc"},
		dir:     "interop/sofa-node",
		command: []string{"node", "peer.js"},
		install: npm,
		refusals: map[string]refusal{
			"server failure":  {code: onramp.Internal, origin: onramp.Remote, text: refused},
			"unknown service": {code: onramp.Internal, origin: onramp.Remote, text: "not found service: onramp.interop.Missing:1.0"},
			"unknown method":  {code: onramp.Internal, origin: onramp.Remote, text: "Can not find method: onramp.interop.Echo:1.0#absent()"},
		},
		limits: []limit{
			{"business error", peerServes, "its server gives every error of a handler status 2, a fault of the server: this module's client has the text, but cannot tell it from a crash, and its breaker counts it", failsAsCrash},
			{"business error", peerCalls, "its decoder of Protobuf replies takes the text of an error with status 0, which is how SOFARPC marks a business error, for a message, and closes the connection", closesOnBusiness},
			{"undeclared service", peerServes, "its decoder looks the service up before anybody can answer, and closes the connection with every call on it", closesOn("onramp.interop.Nowhere/echo")},
			{"undeclared method", peerServes, "its decoder looks the method up before anybody can answer, and closes the connection with every call on it", closesOn(echoService + "/nowhere")},
			{"undeclared service", peerCalls, "its encoder knows only declared services, and fails before anything is sent", sendsNot("echo", ask{Service: "onramp.interop.Nowhere:1.0"}, "no such Service")},
			{"undeclared method", peerCalls, "its encoder knows only declared methods, and fails before anything is sent", sendsNot("nowhere", ask{}, "no such Method")},
		},
		notes: []note{
			{"unknown service", peerServes, "its server answers with status 2 where 6, no processor, is meant: the call counts as one that may have run"},
			{"unknown method", peerServes, "the same of a method"},
			{"late reply", peerCalls, "a success that comes late would cost its client the connection, so this module's server says that the deadline has passed"},
			{"timeout", peerServes, "its server sends no reply that comes after the caller's timeout"},
			{"oneway", peerCalls, "sent by the client of sofa-bolt-node: that of sofa-rpc-node has no oneway"},
		},
	}
}

const oneAddress = "without a registry its client knows one address of a service, and its server closes connections without a word"

// sofaNodeHessian is the same with Hessian bodies, by sofa-hessian-node.
func sofaNodeHessian() *peer {
	return &peer{
		name:    "sofa-hessian",
		title:   "sofa-rpc-node 2.10.0",
		bodies:  "Hessian bodies",
		wires:   []string{"bolt1-hessian", "bolt2-hessian", "bolt2-crc-hessian"},
		dir:     "interop/sofa-node",
		command: []string{"node", "peer.js"},
		install: npm,
		refusals: map[string]refusal{
			"business error":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
			"server failure":  {code: onramp.Internal, origin: onramp.Remote, text: refused},
			"unknown service": {code: onramp.Internal, origin: onramp.Remote, text: "not found service: onramp.interop.Missing:1.0"},
			"unknown method":  {code: onramp.Internal, origin: onramp.Remote, text: "Can not find method: onramp.interop.Echo:1.0#absent()"},
		},
		without: []omission{
			{"generic objects", peerCalls, "it has no generic service"},
			{"rolling restart", peerServes, oneAddress},
			{"rolling restart", peerCalls, oneAddress},
		},
		gaps: []gap{
			{"map:keys|map:enum-keys", peerServes, "its server writes maps whose keys are strings alone"},
			{"map:cars|cycle:car|checkCar cycle:ring|cycle:ring|cycle:tree|cycle:array", peerServes, "its server writes a reply's outermost object once more where the reply refers to it"},
			{"derived", peerServes, "an object of JavaScript has one field of a name"},
			{"derived", peerCalls, "an object of JavaScript has one field of a name"},
			{"checkDerived derived", peerServes, "an object of JavaScript has one field of a name"},
			{"checkDerived derived", peerCalls, "an object of JavaScript has one field of a name"},
			{"over (long|integer)", peerServes, "JavaScript has no overloads, and one type of numbers"},
		},
	}
}

// failsAsCrash shows that a business error looks like a crash.
func failsAsCrash(c *cell) error {
	return c.refuses(echoService+"/fail", refusal{code: onramp.Internal, origin: onramp.Remote, text: refused})
}

// closesOnBusiness shows that a business error costs the peer its connection.
func closesOnBusiness(c *cell) error {
	addr, err := c.listen(usual(c.wire))
	if err != nil {
		return err
	}
	var x expect
	got, err := c.call(addr, "fail", ask{}, &pb.Message{Text: refused})
	if x.ok(err); err == nil {
		x.ok(got[0].failure("closed", ""))
	}
	x.ok(c.callEcho(addr, plain()))
	x.eq("connections", c.tap.connections(), 2)
	return x.err()
}

// closesOn shows that the peer's server answers a call by closing the connection, and
// that this module's client says so and goes on with another one.
func closesOn(target string) func(c *cell) error {
	return func(c *cell) error {
		k, err := c.caller()
		if err != nil {
			return err
		}
		var x expect
		_, err = k.of(target).Call(c.ctx, plain())
		x.ok(refusal{code: onramp.Unavailable, origin: onramp.Wire, text: "closed the connection"}.check(err))
		x.ok(k.echo(plain()))
		x.eq("connections", c.tap.connections(), 2)
		return x.err()
	}
}

// sendsNot shows that the peer's client fails a call by itself, in its own words, and
// serves the next one.
func sendsNot(method string, more ask, words string) func(c *cell) error {
	return func(c *cell) error {
		addr, err := c.listen(usual(c.wire))
		if err != nil {
			return err
		}
		var x expect
		got, err := c.call(addr, method, more, plain())
		if x.ok(err); err == nil {
			x.ok(got[0].failure("local", words))
		}
		x.eq("requests on the wire", c.tap.count(true, "request"), 0)
		x.ok(c.callEcho(addr, plain()))
		return x.err()
	}
}

// peers are all of them.
func peers() []*peer {
	return []*peer{sofaNode(), sofaNodeHessian(), javaSofa(), javaDubbo(), javaDubbo2(), dubboGo()}
}
