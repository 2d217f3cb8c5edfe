// Package faults lets servers die, freeze, restart and fail under load, over real
// sockets, and counts what became of every call. It holds tests only, behind the
// build tag faults:
//
//	make faults
//	go test -tags=faults ./internal/faults/... -run '^Test[A-Z]' -v
//
// Where a process must die it is a real one: the test binary starts itself as a
// server (see serve). A test is red for a fact, which is a count. Times are
// figures beside their goals, and red only beyond five times the goal.
package faults
