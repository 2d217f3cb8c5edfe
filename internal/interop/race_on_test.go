//go:build race

package main

// raceBuild: the race detector is linked.
const raceBuild = true
