package breaker

// Option changes a Circuit when it is made.
type Option func(*Circuit)

// OnChange has f called after every change of the state, in the order of the
// changes and outside all locks: f may use the circuit. It runs in the goroutine
// of a call (Allow, Done or Reconfigure), one at a time, so it should be short.
// Disabling a circuit that is open is a change to Closed.
func OnChange(f func(from, to State)) Option {
	return func(c *Circuit) { c.changes.listener = f }
}
