package server

import "github.com/onrampmesh/onramp"

// row is one stage of the pipeline and its place.
type row struct {
	name string
	// why says what must stand above and below it.
	why  string
	wrap func(s *Server, r *route, next onramp.Handler) onramp.Handler
}

// order is the pipeline, outermost first. It is the only place that knows the order.
func order() []row {
	return []row{
		{"guard", "above all others: a panic of any of them is one error reply, and observers hear how the call really ended", guard},
		{"admission", "above deadline and interceptors: what is refused because of load costs nothing else", admission},
		{"deadline", "below admission: whatever time was spent before, no handler starts after its deadline", deadline},
		{"interceptors", "below admission: the user's code runs only for admitted calls; above the handler, which decodes the body", intercept},
		{"answer", "next to the handler: it alone knows that the handler ran, and makes its error say so", answer},
	}
}

// pipeline builds the chain of one route around its handler.
func (s *Server) pipeline(r *route, h onramp.Handler) onramp.Handler {
	rows := order()
	for i := len(rows) - 1; i >= 0; i-- {
		h = rows[i].wrap(s, r, h)
	}
	return h
}

func intercept(s *Server, _ *route, next onramp.Handler) onramp.Handler {
	return onramp.Chain(next, s.cfg.interceptors...)
}
