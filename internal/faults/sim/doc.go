// Package sim holds the rows of the fault catalogue that a timer decides: a client
// and a server over a network in memory, with a fault proxy between them, in
// virtual time. Minutes pass in milliseconds and every time is exact. It holds
// tests only:
//
//	go test -race ./internal/faults/sim
//
// Each row is tried with every protocol and reports its figure (see row). The rows
// that the kernel decides are in internal/faults, over real sockets.
package sim
