package onramp

import "time"

// Endpoint is one address that serves a service. It is immutable once a
// discovery source has published it: whoever wants another one makes a copy.
type Endpoint struct {
	// ID is stable over restarts and address changes of one instance; an empty
	// ID is taken to be Addr.
	ID string
	// Addr is "host:port", or "unix:/path".
	Addr string
	// Protocol is the codec's name, "" when the service speaks only one.
	Protocol string
	// Identity is who the endpoint must prove to be (a SPIFFE ID), "" for the
	// service's own identity.
	Identity string
	// Weight is the share of traffic relative to the others; 0 means 1.
	Weight uint32
	// Priority groups endpoints: 0 is used first.
	Priority uint32
	Health   Health
	Locality Locality
	// Started is when the instance began to serve, for slow start; zero is unknown.
	Started time.Time
	// Labels select subsets ("version": "v2"). It must not be changed.
	Labels map[string]string
}

// Key returns ID, or Addr when there is none.
func (e *Endpoint) Key() string {
	if e.ID != "" {
		return e.ID
	}
	return e.Addr
}

// Health is what the registry says of an endpoint.
type Health uint8

// The states a registry knows. Unknown and Healthy endpoints are used; Draining
// ones finish what they have; Unhealthy ones are used only when panic says so.
const (
	HealthUnknown Health = iota
	Healthy
	Draining
	Unhealthy
)

// Locality says where an endpoint runs, from the widest to the narrowest.
type Locality struct{ Region, Zone, SubZone string }
