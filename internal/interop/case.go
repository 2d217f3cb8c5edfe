package main

import "slices"

// testCase is a row of the matrix: what is tried, and how, with the peer on either
// side. A function returns what was not as it should be.
type testCase struct {
	name string
	// says what a green cell proves, in one sentence.
	says string
	// served runs with the peer as the server, calls with the peer as the client. One of
	// them may be nil.
	served, calls func(c *cell) error
	// on says which wires it is for; nil is every one.
	on func(w wire) bool
	// values are the labels of the values that it sends; nil is none.
	values func() []string
}

// runs reports whether the case has a cell in a column.
func (t *testCase) runs(w wire, d direction) bool {
	return (t.on == nil || t.on(w)) && t.function(d) != nil
}

// function is what runs in a direction.
func (t *testCase) function(d direction) func(c *cell) error {
	if d == peerServes {
		return t.served
	}
	return t.calls
}

// tries reports whether the case is for any column of the peer.
func (p *peer) tries(t *testCase) bool {
	for _, w := range p.columns() {
		if t.runs(w, peerServes) || t.runs(w, peerCalls) {
			return true
		}
	}
	return false
}

// runs reports whether the peer has a cell of the case.
func (p *peer) runs(t *testCase, w wire, d direction) bool {
	return t.runs(w, d) && !slices.ContainsFunc(p.without, func(o omission) bool { return o.name == t.name && o.dir == d })
}

// The wires of a case.
func onProtobuf(w wire) bool { return !w.hessian }
func onHessian(w wire) bool  { return w.hessian }
func onBolt(w wire) bool     { return w.hessian && w.protocol == "bolt" }
func onDubbo(w wire) bool    { return w.protocol == "dubbo" }

// cases is the whole table.
func cases() []testCase {
	return append(append(callCases(), valueCases()...), javaCases()...)
}

// javaCases are those of Java's methods.
func javaCases() []testCase {
	return []testCase{
		{"typed parameters", "Each type that a Java method may declare is found by Go's types, or by a signature, and Go's types take what comes.",
			servedTyped, callsTyped, onHessian, typedLabels("", typedCalls)},
		{"several arguments", "Five arguments, none, and one object that is two of them.",
			servedFixed(severalCalls), callsSeveral, onHessian, fixedLabels(severalCalls)},
		{"overloads", "A method is chosen among its overloads by the types of the arguments.",
			servedFixed(overCalls), callsOver, onHessian, fixedLabels(overCalls)},
		{"call by name", "The generic service calls with the names of types, and with maps in place of objects; errors come as they do else.",
			servedGeneric, callsGeneric, onDubbo, typedLabels(byName, genericCalls)},
		{"generic objects", "The generic service of SOFARPC sends and takes objects without having their classes.",
			nil, callsGeneric, onBolt, typedLabels(byName, genericCalls)},
		{"group and version", "A service of a group and another version is another service.",
			servedGroup, callsGroup, onDubbo, nil},
		{"rolling restart", "Servers go away and come back under calls without a pause, and none fails: ours both, one after the other; of the peer's two, one stops gracefully.",
			servedDrain, callsDrain, onHessian, nil},
	}
}

// callCases are those of calls, whatever they carry.
func callCases() []testCase {
	return []testCase{
		{"success", "Ten calls one after the other are answered over one connection, and the server is told their timeout.",
			servedSuccess, callsSuccess, nil, nil},
		{"message", "Every kind of field arrives and comes back: 64 bits, nested, repeated, packed, map, enum, negative, floating.",
			servedMessage, callsMessage, nil, nil},
		{"business error", "An error that the handler returns on purpose arrives as one, with its text, and the connection serves the next call.",
			servedFail, callsFail, nil, nil},
		{"server failure", "An error of a broken handler arrives as the server's fault, with its text, and the connection serves the next call.",
			servedCrash, callsCrash, nil, nil},
		{"unknown service", "A service that both sides have declared and nobody serves is an error that names it, and the connection serves the next call.",
			servedMissingService, callsMissingService, nil, nil},
		{"unknown method", "The same of a method.",
			servedMissingMethod, callsMissingMethod, nil, nil},
		{"undeclared service", "A service that the peer has never heard of is an error of that call alone.",
			servedUndeclaredService, callsUndeclaredService, onProtobuf, nil},
		{"undeclared method", "The same of a method.",
			servedUndeclaredMethod, callsUndeclaredMethod, onProtobuf, nil},
		{"timeout", "A call ends with its deadline, which the server is told, its connection lives on, and the next call succeeds.",
			servedTimeout, callsTimeout, nil, nil},
		{"late reply", "The reply to a call that was given up is dropped, and the next call succeeds over the same connection.",
			servedLate, callsLate, nil, nil},
		{"oneway", "Three calls without a reply arrive once each, and nothing is sent back.",
			servedOneway, callsOneway, nil, nil},
		{"heartbeat", "An idle connection exchanges heartbeats, and the next call uses it.",
			servedHeartbeat, callsHeartbeat, nil, nil},
		{"big body", "A body of 1 MiB arrives and comes back.",
			servedBig, callsBig, nil, nil},
		{"empty body", "A body of no bytes is a message.",
			servedEmpty, callsEmpty, onProtobuf, nil},
		{"text", "Text beyond ASCII and the basic plane arrives and comes back, in the body and in a header.",
			servedText, callsText, nil, nil},
		{"100 at once", "A hundred calls at once over one connection, answered in the reverse of their order, each get their own reply.",
			servedMany, callsMany, nil, nil},
		{"restart", "A server that is killed and started again: calls fail in words that say how far they came, none runs twice, and all succeed again.",
			servedRestart, callsRestart, nil, nil},
	}
}
