// Package deps holds the import rule of this module, as tests: what a user of a
// package links, and that imports point down only. Nothing imports it.
//
// A new external package is a decision: go test ./internal/deps -update writes
// it into testdata and into .golangci.yml, and the commit says why.
package deps
