// Package hostile has the tests of many connections that do harm, or nothing: they
// need the build tag faults and real sockets, and leave a process for each side.
package hostile
