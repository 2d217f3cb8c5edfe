package main

import (
	"context"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestQuickstartGreetsAndLeavesNothingBehind(t *testing.T) {
	var out strings.Builder
	if err := callOnce(context.Background(), &out); err != nil || out.String() != "hello, Ada\n" {
		t.Fatalf("printed %q, %v", out.String(), err)
	}
}
