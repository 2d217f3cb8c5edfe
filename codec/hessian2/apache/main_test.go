package apache_test

import (
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }
