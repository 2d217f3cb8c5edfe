package pool

import (
	"strings"
	"testing"
	"time"
)

func TestConfigFillsInDefaults(t *testing.T) {
	many, err := Config{}.Resolve(false)
	if err != nil {
		t.Fatal(err)
	}
	one, err := Config{}.Resolve(true)
	if err != nil {
		t.Fatal(err)
	}
	if many.MaxConns != 4 || one.MaxConns != 64 || many.MaxWaiting != 256 || many.IdleClose != 10*time.Minute {
		t.Fatalf("defaults %+v and %+v", many, one)
	}
}

func TestWrongConfigNamesTheField(t *testing.T) {
	for field, c := range map[string]Config{
		"MaxConns":       {MaxConns: 65},
		"MaxWaiting":     {MaxWaiting: -1},
		"ConnectTimeout": {ConnectTimeout: time.Hour},
		"BackoffBase":    {BackoffBase: -1},
		"BackoffMax":     {BackoffMax: time.Millisecond},
		"MaxAge":         {MaxAge: 1},
		"IdleClose":      {IdleClose: 1},
		"DrainTimeout":   {DrainTimeout: 1},
	} {
		if _, err := c.Resolve(false); err == nil || !strings.Contains(err.Error(), "pool: Config."+field+" is") {
			t.Errorf("%s: %v", field, err)
		}
	}
}
