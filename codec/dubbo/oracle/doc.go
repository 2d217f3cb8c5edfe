// Package oracle has tests alone: the Dubbo frames of codec/dubbo are read by the
// frame code of github.com/apache/dubbo-go-hessian2 v1.12.5, and that library's
// frames by ours. It is a module of its own, so that nobody who uses Onramp gets that
// library, and since later versions of it have no frames any more. It is no part of
// the path of a call.
//
// Bytes of a network may end a process that reads them with that library, in a way
// that no recover stops. Here it gets what the two sides wrote, in a process of the
// tests, and nothing else.
package oracle
