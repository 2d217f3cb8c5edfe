package main

import "github.com/onrampmesh/onramp"

const sameFieldTwice = "of two fields of one name, in a parent and its child, its reader keeps one"

// javaDubbo is Dubbo 3 of Java.
func javaDubbo() *peer {
	return &peer{
		name:     "java-dubbo",
		title:    "Java Dubbo 3.3.6",
		wires:    []string{"dubbo"},
		dir:      "interop/java-dubbo",
		command:  java("java-dubbo"),
		install:  maven("java-dubbo", "../java/src"),
		refusals: dubboRefusals("Fail to decode request due to: RpcInvocation [methodName=echo"),
		gaps:     dubboGaps(),
	}
}

// javaDubbo2 is Dubbo 2.7 of Java.
func javaDubbo2() *peer {
	return &peer{
		name:     "java-dubbo2",
		title:    "Java Dubbo 2.7.23",
		wires:    []string{"dubbo"},
		dir:      "interop/java-dubbo2",
		command:  java("java-dubbo2"),
		install:  maven("java-dubbo2", "../java/src", "../java-dubbo/src"),
		refusals: dubboRefusals("Service not found:onramp.interop.Missing"),
		untimed:  true,
		gaps: append(dubboGaps(),
			gap{"refs:uuid", peerServes, "its reader gives a UUID no number, and mistakes what is referred to after one"},
			gap{"refs:uuid", peerCalls, "its reader gives a UUID no number, and mistakes what is referred to after one"}),
		waits: true,
		notes: []note{
			{"success", peerCalls, "its client does not tell a call's timeout"},
			{"restart", peerCalls, "on a slow machine a call whose connection is lost may end by its timeout"},
		},
	}
}

// dubboGo is Dubbo of Go.
func dubboGo() *peer {
	return &peer{
		name:    "dubbo-go",
		title:   "dubbo-go v3.3.1",
		wires:   []string{"dubbo"},
		dir:     "interop/dubbo-go",
		command: []string{"../../" + built + "/dubbo-go/peer"},
		install: goModule("dubbo-go"),
		refusals: map[string]refusal{
			"business error":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
			"server failure":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
			"unknown service": {code: onramp.Unknown, origin: onramp.Remote, business: true, text: "don't have this exporter, key: onramp.interop.Missing:1.0"},
			"unknown method":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: "cannot find method [absent] of service [onramp.interop.Echo]"},
		},
		waits:   true,
		crosses: true,
		retries: 2,
		gaps:    dubboGoGaps(),
		without: []omission{
			{"rolling restart", peerServes, "it stops all of its servers at once, and tells nobody before"},
		},
		notes: []note{
			{"unknown service", peerServes, "its server answers with an exception that looks like a business error"},
			{"unknown method", peerServes, "the same of a method"},
			{"restart", peerCalls, "a call whose connection is lost ends by its timeout"},
			{"rolling restart", peerCalls, "with its own default of two retries, because it does not understand the event READONLY; a call that meets the end of the connection may be lost, one of tens of thousands"},
		},
	}
}

func dubboGoGaps() []gap {
	var all []gap
	for _, d := range []direction{peerServes, peerCalls} {
		all = append(all,
			gap{"list:linked-twice", d, "it loses the class of a list whose type refers to an earlier one"},
			gap{"decimal:exponent", d, "its decimals have at most 81 digits"},
			gap{"derived|checkDerived derived", d, "it finds only the first field of a name"},
			gap{"strings|checkStrings strings", d, "it reads a null in a String[] as an empty string"},
			gap{"refs:empty", d, "it does not count empty lists and maps when it numbers what it writes"},
			gap{"cycle:tree", d, "it reads an empty list in a field as null"},
			gap{"by name: checkDecimal .*|by name: checkBigInteger .*", d, "it makes no generic value of a big number: it panics"})
	}
	return append(all,
		gap{"floats|shorts", peerServes, "it reads float[] as double[], and short[] as int[]"},
		gap{"over integer", peerServes, "it chooses a method by its name alone"},
		gap{"by name: (checkUuid|checkLocalDate) .*", peerServes, "its generic filter takes them for maps"},
		gap{"by name: checkCar car:full", peerServes, "its generic filter makes an empty map of a date that is in a map"})
}

func dubboGaps() []gap {
	return []gap{
		{"derived|checkDerived derived", peerServes, sameFieldTwice},
		{"derived|checkDerived derived", peerCalls, sameFieldTwice},
	}
}

func dubboRefusals(missing string) map[string]refusal {
	return map[string]refusal{
		"business error":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
		"server failure":  {code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused},
		"unknown service": {code: onramp.Unimplemented, origin: onramp.Refused, text: missing},
		"unknown method":  {code: onramp.Unimplemented, origin: onramp.Refused, text: "absent"},
	}
}
