// Command dubbo-go is dubbo.apache.org/dubbo-go/v3 as a peer of the interoperability
// tests, on the wire "dubbo": Dubbo 2 frames with Hessian 2 bodies, client and
// server, without a registry. It is no part of Onramp: the driver in
// internal/interop starts it and speaks the line protocol of ../README.md with it
// over stdin and stdout. Services, classes and samples are those of ../java.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// wire is the only one that this peer speaks.
const wire = "dubbo"

func main() {
	out, err := protocolOutput()
	if err != nil {
		panic(err)
	}
	register()
	p, err := newPeer()
	if err != nil {
		panic(err)
	}
	if err := p.lines(os.Stdin, out); err != nil {
		panic(err)
	}
}

// hello is the first line.
func hello() map[string]any {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			versions[m.Path] = m.Version
		}
	}
	return map[string]any{
		"peer": "dubbo-go " + versions["dubbo.apache.org/dubbo-go/v3"],
		"with": []string{
			"dubbo-go-hessian2 " + versions["github.com/apache/dubbo-go-hessian2"],
			"dubbo-getty " + versions["github.com/apache/dubbo-getty"],
			runtime.Version(),
		},
		"wires": []string{wire},
	}
}
