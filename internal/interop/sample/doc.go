// Package sample has the values that travel between this module and the peers of the
// interoperability tests, by name. It is no part of the path of a call: the driver, and
// tests of serializers, take values of it. It calls codec/hessian2 for the types that
// stand for Java's.
//
// The definition of the values is interop/java: Samples.java and MoreSamples.java there
// make the same values of the same names.
package sample
