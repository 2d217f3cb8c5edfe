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
		refusals: dubboRefusals("Fail to decode request"),
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
		refusals: dubboRefusals("onramp.interop.Missing"),
		gaps:     dubboGaps(),
	}
}

// dubboGo is Dubbo of Go.
func dubboGo() *peer {
	return &peer{
		name:     "dubbo-go",
		title:    "dubbo-go v3.3.1",
		wires:    []string{"dubbo"},
		dir:      "interop/dubbo-go",
		command:  []string{"../../" + built + "/dubbo-go/peer"},
		install:  goModule("dubbo-go"),
		refusals: dubboRefusals("onramp.interop.Missing"),
		gaps:     dubboGaps(),
	}
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
