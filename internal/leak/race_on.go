//go:build race

package leak

// Race says that the tests run under the race detector: code is ten times slower
// there, so that tests that repeat a lot repeat less.
const Race = true
