package discovery

import (
	"fmt"
	"maps"

	"github.com/onrampmesh/onramp"
)

// maxEndpoints bounds the list of one target.
const maxEndpoints = 65536

// tidy returns u with one endpoint per key (the last one wins, at the place of
// the first), none without an address and at most maxEndpoints; and a warning
// when it had to change something. u itself stays as it is.
func tidy(u Update) (Update, string) {
	if u.State != Known {
		u.Endpoints = nil
		return u, ""
	}
	place := make(map[string]int, min(len(u.Endpoints), maxEndpoints))
	out := make([]onramp.Endpoint, 0, min(len(u.Endpoints), maxEndpoints))
	var empty, twice, over int
	var example string
	for i := range u.Endpoints {
		ep := &u.Endpoints[i]
		at, known := place[ep.Key()]
		switch {
		case ep.Addr == "":
			empty++
			example = or(example, ep.ID)
		case known:
			twice++
			example = or(example, ep.Key())
			out[at] = *ep
		case len(out) == maxEndpoints:
			over++
		default:
			place[ep.Key()] = len(out)
			out = append(out, *ep)
		}
	}
	u.Endpoints = out
	if empty+twice+over == 0 {
		return u, ""
	}
	return u, fmt.Sprintf("%d endpoints without an address and %d beyond the first %d dropped, %d of a key that came before replaced it (for example %s)", empty, over, maxEndpoints, twice, quote(example))
}

// index returns the endpoints by key.
func index(eps []onramp.Endpoint) map[string]*onramp.Endpoint {
	m := make(map[string]*onramp.Endpoint, len(eps))
	for i := range eps {
		m[eps[i].Key()] = &eps[i]
	}
	return m
}

// missing returns the endpoints of old whose keys are not in now.
func missing(old, now []onramp.Endpoint) []onramp.Endpoint {
	have := index(now)
	var out []onramp.Endpoint
	for i := range old {
		if have[old[i].Key()] == nil {
			out = append(out, old[i])
		}
	}
	return out
}

// sameUpdate compares two tidy updates without regard to order.
func sameUpdate(a, b *Update) bool {
	if a.State != b.State || len(a.Endpoints) != len(b.Endpoints) || !maps.Equal(a.Attributes, b.Attributes) {
		return false
	}
	if len(a.Endpoints) == 0 {
		return true
	}
	have := index(a.Endpoints)
	for i := range b.Endpoints {
		if other := have[b.Endpoints[i].Key()]; other == nil || !sameEndpoint(other, &b.Endpoints[i]) {
			return false
		}
	}
	return true
}

func sameEndpoint(a, b *onramp.Endpoint) bool {
	return a.ID == b.ID && a.Addr == b.Addr && a.Protocol == b.Protocol && a.Identity == b.Identity &&
		a.Weight == b.Weight && a.Priority == b.Priority && a.Health == b.Health && a.Locality == b.Locality &&
		a.Started.Equal(b.Started) && maps.Equal(a.Labels, b.Labels)
}
