// Package onramp is the vocabulary of an embeddable service mesh: the nouns that
// a call consists of, on the client and on the server. It imports the standard
// library only, and everything else in this module imports it.
package onramp
