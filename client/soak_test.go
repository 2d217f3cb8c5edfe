//go:build soak

package client_test

import "testing"

func TestSoakWhateverHappens(t *testing.T) {
	for seed := range uint64(100) {
		playChaos(t, seed)
	}
}
