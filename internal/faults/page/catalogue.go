package main

// fault is a row of the catalogue.
type fault struct {
	words string
	// waits says what a row without a test waits for.
	waits string
}

// rows is the number of rows, which are numbered from 1.
const rows = 50

// catalogue returns the rows; the first is at 1.
func catalogue() [rows + 1]fault {
	return [rows + 1]fault{
		1:  {"a server is killed while it runs calls", ""},
		2:  {"a server freezes: its connections stay, and nothing answers", ""},
		3:  {"one server is ten times slower than the others", ""},
		4:  {"one server fails every call, and at once", ""},
		5:  {"a connection is reset in the middle of frames", ""},
		6:  {"a peer vanishes without a word", ""},
		7:  {"an accept queue is full, or nobody empties it", ""},
		8:  {"nobody listens on the port", ""},
		9:  {"the registry is down when the client starts", "registries"},
		10: {"the registry is down for hours", "registries"},
		11: {"the registry answers with an empty list", "registries"},
		12: {"the registry loses more than half of a list at once", "registries"},
		13: {"the registry changes its mind ten times a second", "registries"},
		14: {"the registry names addresses of others", "TLS: who answers must prove its name"},
		15: {"Consul without a leader, with broken indexes and half answers", "Consul"},
		16: {"a ZooKeeper session ends and its watches with it", "ZooKeeper"},
		17: {"an xDS stream breaks, or pushes what is wrong", "xDS"},
		18: {"DNS does not answer, or says that the name is gone", "DNS"},
		19: {"DNS answers with no lifetime, in part, with 500 addresses, or in circles", "DNS"},
		20: {"the clock jumps by an hour, or the machine sleeps", ""},
		21: {"certificates change under load", "TLS"},
		22: {"a certificate has expired, or a broken one is pushed", "TLS"},
		23: {"who hands out identities is down", "TLS with SPIFFE"},
		24: {"the sidecar crashes", "a sidecar's lane"},
		25: {"the sidecar starts late", "a sidecar's lane"},
		26: {"the sidecar restarts again and again", "a sidecar's lane"},
		27: {"the sidecar is half alive: it accepts, and does not answer", "a sidecar's lane"},
		28: {"everything fails, and everybody retries", ""},
		29: {"twice the load that a service can carry, for a minute", "overload control"},
		30: {"ten times the load, for a second", "overload control"},
		31: {"the caller is gone, or its deadline has passed", "a chain of services in simulation"},
		32: {"a peer does not read its answers", ""},
		33: {"peers send a byte a second", ""},
		34: {"a frame is too large, or says that it is", ""},
		35: {"floods of frames with nothing in them", ""},
		36: {"floods of HTTP/2's own frames", "HTTP/2"},
		37: {"5 000 endpoints, a tenth of them new each second", "fleets in simulation"},
		38: {"500 clients lose their server at the same moment", ""},
		39: {"all servers are restarted in order, three times", ""},
		40: {"all servers are killed, one after the other", ""},
		41: {"a shutdown while handlers are stuck", ""},
		42: {"the client is closed while it dials, resolves and retries", ""},
		43: {"a handler panics", ""},
		44: {"no file descriptor is left", ""},
		45: {"memory runs out", ""},
		46: {"replies that nobody waits for", ""},
		47: {"fault injection is left on", "the unit that injects faults"},
		48: {"half a configuration, a wrong one, a huge one", "policies that are pushed"},
		49: {"a line that carries one way, loses packets, or delays them", ""},
		50: {"a burst after long rest, when the network has forgotten the connections", ""},
	}
}
