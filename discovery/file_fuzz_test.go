package discovery

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzParseFile takes hostile bytes for a file of endpoints. Its errors may quote
// more than those of a wire: who reads them wrote the file.
func FuzzParseFile(f *testing.F) {
	f.Add([]byte(`{"orders": [{"addr": "a:1"}, {"addr": "b:1", "id": "x"}], "other": []}`))
	f.Add([]byte(`{"a":[{"addr":"a:1","labels":{"b":"c"},"weight":1e3,"started":"2026-01-02T15:04:05Z","health":"draining"}]}`))
	f.Add([]byte(`{"a":[{"addr":"a:1","protocol":"bolt","identity":"i","priority":3,"region":"r","zone":"z","subZone":"s","weight":7}]}`))
	f.Add([]byte(`{"a":[[[[`))
	f.Add([]byte(`{"\u001b[2J%d":[{"\u0000":1}]}`))
	d := oracle.Decoder[services]{K: oracle.Generic, Decode: decodeFile, Encode: writeFile, Errors: oracle.Text{Most: 2000, Quote: mostQuoted + 2}} // the quotes around it may be the input's, too
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := d.Check(t, data)
		if err != nil && err.(*FileError).Line < 1 {
			t.Fatalf("line %d", err.(*FileError).Line)
		}
		for service, eps := range list {
			u, warning := tidy(Update{State: Known, Endpoints: eps})
			if service == "" || warning != "" || len(u.Endpoints) != len(eps) {
				t.Fatalf("%q: %s", service, warning)
			}
		}
	})
}

type services = map[string][]onramp.Endpoint

func decodeFile(data []byte) (services, error) {
	list, err := parseFile(data)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// writeFile writes what decodeFile reads.
func writeFile(list services) ([]byte, error) {
	file := make(map[string][]map[string]any)
	for service, eps := range list {
		file[service] = []map[string]any{}
		for _, ep := range eps {
			file[service] = append(file[service], fields(&ep))
		}
	}
	return json.Marshal(file)
}

func fields(ep *onramp.Endpoint) map[string]any {
	out := map[string]any{
		"addr": ep.Addr, "id": ep.ID, "protocol": ep.Protocol, "identity": ep.Identity, "priority": ep.Priority,
		"health": [...]string{"unknown", "healthy", "draining", "unhealthy"}[ep.Health],
		"region": ep.Locality.Region, "zone": ep.Locality.Zone, "subZone": ep.Locality.SubZone,
	}
	if ep.Weight > 0 {
		out["weight"] = ep.Weight
	}
	if !ep.Started.IsZero() {
		out["started"] = ep.Started.Format(time.RFC3339Nano)
	}
	if ep.Labels != nil {
		out["labels"] = ep.Labels
	}
	return out
}
