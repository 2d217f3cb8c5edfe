package main

import (
	"os"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

// roleVar makes this test binary a peer.
const roleVar = "INTEROP_TEST_PEER"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		os.Exit(play(role))
	}
	leak.Main(m)
}
