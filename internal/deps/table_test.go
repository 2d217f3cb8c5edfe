package deps

// The rows of this module, lowest first. A package may import what stands in a
// lower row of a chain that it is in; packages of one row do not import each
// other. "a/*" stands for every package below a.
func chains() [][]row {
	return [][]row{
		{ // the path of a call
			{"."},
			{"internal/stripe", "internal/keepalive"},
			{"codec", "discovery", "balancer"},
			{"policy"},
			{"feature"},
			{"breaker", "feature/*"},
			{"internal/pool"},
			{"internal/cluster"},
			{"client", "server"},
			{"handover", "admin"},
		},
		{ // the protocols: client and server know only codec
			{"."},
			{"codec"},
			{"internal/mux", "codec/json", "codec/protobuf", "codec/hessian2"},
			{"codec/framed"},
			{"codec/bolt", "codec/dubbo", "codec/thrift", "codec/tars", "codec/grpc", "codec/http", "codec/hessian2/apache"},
		},
		{ // the registries: users hand them in
			{"."},
			{"discovery"},
			{"discovery/*"},
		},
	}
}

// tops may import any package of the module; no row may import them.
func tops() row {
	return row{"onramptest", "onramptest/*", "examples/*", "cmd/*", "internal/leak", "internal/oracle", "internal/deps", "internal/docs", "internal/stages", "internal/faults", "internal/faults/*", "internal/interop", "internal/interop/*", "internal/pool/pooltest"}
}

// external names the sole importers of what is not the standard library.
func external() map[string][]string {
	return map[string][]string{
		"breaker":               {"github.com/sony/gobreaker/v2"},
		"codec/hessian2/apache": {"github.com/apache/dubbo-go-hessian2"},
		"codec/protobuf":        {"google.golang.org/protobuf"},
	}
}

// testOnly must not be reached by what a user links.
func testOnly() []string {
	return []string{"testing", "testing/synctest", "go.uber.org/goleak", "pgregory.net/rapid", module + "/onramptest", module + "/internal/leak", module + "/internal/oracle"}
}

// testers are the packages that are there for tests.
func testers() row {
	return row{"onramptest", "onramptest/*", "internal/leak", "internal/oracle", "internal/faults", "internal/faults/*", "internal/pool/pooltest"}
}

// closures are the sets of packages whose whole import list is kept in testdata.
func closures() []closure {
	return []closure{
		{file: "root.txt", packages: []string{"."}, own: true},
		{file: "policy.txt", packages: []string{"policy"}, own: true},
		{file: "codec.txt", packages: []string{"codec"}, own: true},
		{file: "client-bolt.txt", packages: []string{"client", "codec/bolt"}},
		{file: "server-bolt.txt", packages: []string{"server", "codec/bolt"}},
		{file: "client-dubbo.txt", packages: []string{"client", "codec/dubbo"}},
		{file: "server-dubbo.txt", packages: []string{"server", "codec/dubbo"}},
		{file: "protobuf.txt", packages: []string{"codec/protobuf"}},
		{file: "hessian2-apache.txt", packages: []string{"codec/hessian2/apache"}},
	}
}
