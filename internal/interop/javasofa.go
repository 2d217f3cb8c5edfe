package main

import "github.com/onrampmesh/onramp"

const lastNameWins = "of two fields of one name, in a parent and its child, its reader keeps the last"

// javaSofa is SOFARPC of Java over Bolt, with Hessian bodies.
func javaSofa() *peer {
	return &peer{
		name:    "java-sofa",
		title:   "Java SOFARPC 5.13.2",
		wires:   []string{"bolt1-hessian", "bolt2-hessian", "bolt2-crc-hessian"},
		dir:     "interop/java-sofa",
		command: java("java-sofa"),
		install: maven("java-sofa", "../java/src"),
		refusals: map[string]refusal{
			"business error":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
			"server failure":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
			"unknown service": {code: onramp.Unimplemented, origin: onramp.Refused, text: "RPC cannot find service: [onramp.interop.Missing:1.0]"},
			"unknown method":  {code: onramp.Unimplemented, origin: onramp.Refused, text: "Cannot find invoke method: [absent]"},
		},
		crosses: true,
		retries: 1,
		without: []omission{
			{"rolling restart", peerServes, "its server, which tells a stop by refusing calls, closes connections over which more are on their way"},
		},
		gaps: []gap{
			{"by name: checkLocalDate .*", peerCalls, "its generic client leaves a LocalDate as the object that stands for it"},
			{"derived|checkDerived derived", peerServes, lastNameWins},
			{"derived|checkDerived derived", peerCalls, lastNameWins},
			{"check(Byte|Short|Char|Float|Chars) .*", peerCalls, "its reader of replies is not told the method's type: it makes an Integer, a Double or a String of them, which the proxy cannot return"},
		},
		notes: []note{
			{"rolling restart", peerCalls, "with one retry, which it has not by itself: this module's server refuses with status 4 what comes while it goes away. Its client leaves a server that refuses only when the connection ends, and drops the calls of that moment, as it does with servers of its own: up to one for each caller is lost, of thousands, and none on a machine that has time"},
			{"business error", peerServes, "its server cuts the cause off"},
			{"timeout", peerServes, "its server sends no reply that comes after the caller's timeout"},
		},
	}
}
