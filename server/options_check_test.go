package server_test

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/server"
)

func TestACodecMadeWronglyFailsTheServerAtConstruction(t *testing.T) {
	_, err := server.New(server.WithCodec(bolt.New(bolt.MaxFrame(1))))
	if err == nil || !strings.Contains(err.Error(), "WithCodec") || !strings.Contains(err.Error(), "MaxFrame") {
		t.Errorf("got %v, want an error that names WithCodec and MaxFrame", err)
	}
}
