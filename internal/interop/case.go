package main

// testCase is a row of the matrix: what is tried, and how, with the peer on either
// side. A function returns what was not as it should be.
type testCase struct {
	name string
	// says what a green cell proves, in one sentence.
	says string
	// served runs with the peer as the server, calls with the peer as the client.
	served, calls func(c *cell) error
}

// cases is the whole table.
func cases() []testCase {
	return []testCase{
		{"success", "Ten calls one after the other are answered over one connection, and the server is told their timeout.",
			servedSuccess, callsSuccess},
		{"message", "Every kind of field arrives and comes back: 64 bits, nested, repeated, packed, map, enum, negative, floating.",
			servedMessage, callsMessage},
		{"business error", "An error that the handler returns on purpose arrives as one, with its text, and the connection serves the next call.",
			servedFail, callsFail},
		{"server failure", "An error of a broken handler arrives as the server's fault, with its text, and the connection serves the next call.",
			servedCrash, callsCrash},
		{"unknown service", "A service that both sides have declared and nobody serves is an error that names it, and the connection serves the next call.",
			servedMissingService, callsMissingService},
		{"unknown method", "The same of a method.",
			servedMissingMethod, callsMissingMethod},
		{"undeclared service", "A service that the peer has never heard of is an error of that call alone.",
			servedUndeclaredService, callsUndeclaredService},
		{"undeclared method", "The same of a method.",
			servedUndeclaredMethod, callsUndeclaredMethod},
		{"timeout", "A call ends with its deadline, which the server is told, its connection lives on, and the next call succeeds.",
			servedTimeout, callsTimeout},
		{"late reply", "The reply to a call that was given up is dropped, and the next call succeeds over the same connection.",
			servedLate, callsLate},
		{"oneway", "Three calls without a reply arrive once each, and nothing is sent back.",
			servedOneway, callsOneway},
		{"heartbeat", "An idle connection exchanges heartbeats, and the next call uses it.",
			servedHeartbeat, callsHeartbeat},
		{"big body", "A body of 1 MiB arrives and comes back.",
			servedBig, callsBig},
		{"empty body", "A body of no bytes is a message.",
			servedEmpty, callsEmpty},
		{"text", "Text beyond ASCII and the basic plane arrives and comes back, in the body and in a header.",
			servedText, callsText},
		{"100 at once", "A hundred calls at once over one connection, answered in the reverse of their order, each get their own reply.",
			servedMany, callsMany},
		{"restart", "A server that is killed and started again: calls fail in words that say how far they came, none runs twice, and all succeed again.",
			servedRestart, callsRestart},
	}
}
