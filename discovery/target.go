package discovery

import (
	"maps"
	"slices"
	"strings"
)

// Direct is the Scheme of targets that list their addresses themselves. Static
// serves them.
const Direct = "direct"

// Target names what is to be found. Grammar.Parse makes one from text; String
// prints it back. Copies share Params, which nobody changes.
type Target struct {
	// Protocol is the codec's name, "" for the client's default.
	Protocol string
	// Scheme is the registry's name, "" for the client's default, Direct for
	// host:port lists.
	Scheme string
	// Authority is the registry's address, or the list of a direct target.
	Authority string
	// Path is set for sources whose targets carry a path (see Pather): with its
	// leading slash, and decoded.
	Path string
	// Service is the service's name, in the case it was written. It may be empty
	// in a direct target.
	Service string
	// Method is set when the text named one.
	Method string
	// Params are the keys of the query: group, version, uniqueId and what the
	// source declares. The key service is the field Service. nil when there are none.
	Params map[string]string
}

// String returns the target as Grammar.Parse reads it: keys are sorted, service
// first, and a service stands in the path where there is room for it. Text in
// that form is printed back byte for byte.
func (t Target) String() string {
	var b strings.Builder
	sep := byte('?')
	switch {
	case t.Scheme == Direct:
		b.WriteString(or(t.Protocol, Direct))
		b.WriteString("://")
		b.WriteString(t.Authority)
		if t.Service != "" {
			b.WriteByte('/')
			t.names(&b)
		}
	case t.Scheme != "":
		sep = t.registry(&b)
	default:
		if t.Protocol != "" {
			b.WriteString(t.Protocol)
			b.WriteString("://")
		}
		t.names(&b)
	}
	for _, k := range slices.Sorted(maps.Keys(t.Params)) {
		b.WriteByte(sep)
		b.WriteString(k)
		b.WriteByte('=')
		escape(&b, t.Params[k], "&")
		sep = '&'
	}
	return b.String()
}

// registry writes the form that names a source, and returns what stands before
// the next key.
func (t Target) registry(b *strings.Builder) byte {
	if t.Protocol != "" {
		b.WriteString(t.Protocol)
		b.WriteByte('+')
	}
	b.WriteString(t.Scheme)
	b.WriteString("://")
	b.WriteString(t.Authority)
	if t.Path == "" {
		b.WriteByte('/')
		t.names(b)
		return '?'
	}
	escape(b, t.Path, "")
	b.WriteString("?service=")
	var n strings.Builder
	t.names(&n)
	escape(b, n.String(), "&")
	return '&'
}

// names writes service[/method].
func (t Target) names(b *strings.Builder) {
	b.WriteString(t.Service)
	if t.Method != "" {
		b.WriteByte('/')
		b.WriteString(t.Method)
	}
}

// TargetError says what is wrong with the text of a target.
type TargetError struct {
	// Target is the text. Error shortens it when it is very long.
	Target string
	// Part is the offending part of it, "" when it is something that is missing.
	Part string
	// Reason says what is wrong with the part, and what to write.
	Reason string
}

// Error returns `discovery: target "TARGET": "PART": REASON`.
func (e *TargetError) Error() string {
	return "discovery: target " + quote(e.Target) + ": " + e.Why()
}

// Why returns `"PART": REASON`, for errors that name the target themselves.
func (e *TargetError) Why() string { return (&partError{e.Part, e.Reason}).Error() }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
