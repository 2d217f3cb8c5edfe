package discovery

// Target names what is to be found. Parse makes one from text.
type Target struct {
	// Protocol is the codec's name, "" for the client's default.
	Protocol string
	// Scheme is the registry's name, "" for the client's default, "direct" for
	// host:port lists.
	Scheme string
	// Authority is the registry's address, or the list of a direct target.
	Authority string
	// Service is the service's name, in the case it was written.
	Service string
	// Method is set when the text named one.
	Method string
	// Params are the keys of the query: service, group, version, uniqueId and
	// what the source declares.
	Params map[string]string
}
