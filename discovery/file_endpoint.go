package discovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/onrampmesh/onramp"
)

// endpoints reads the list of one service.
func (p *fileParser) endpoints(service string) ([]onramp.Endpoint, error) {
	if err := p.open(json.Delim('['), "a list of endpoints"); err != nil {
		return nil, err
	}
	var eps []onramp.Endpoint
	seen := make(map[string]int)
	for p.dec.More() {
		field := service + "[" + strconv.Itoa(len(eps)) + "]"
		ep, err := p.endpoint(field)
		if err != nil {
			return nil, err
		}
		if before, twice := seen[ep.Key()]; twice {
			return nil, at(field, fmt.Errorf("%s is already endpoint [%d]: give each an id or an address of its own", quote(ep.Key()), before))
		}
		if len(eps) == maxEndpoints {
			return nil, at(field, fmt.Errorf("more than %d endpoints", maxEndpoints))
		}
		seen[ep.Key()] = len(eps)
		eps = append(eps, ep)
	}
	_, err := p.dec.Token()
	return eps, err
}

// endpoint reads one endpoint.
func (p *fileParser) endpoint(field string) (onramp.Endpoint, error) {
	var ep onramp.Endpoint
	err := p.object(field, func(key string) error { return p.value(&ep, field, key) })
	if err == nil && ep.Addr == "" {
		err = at(field+".addr", errors.New("it is missing: write host:port"))
	}
	return ep, err
}

// value reads the value of one field of an endpoint.
func (p *fileParser) value(ep *onramp.Endpoint, field, key string) (err error) {
	switch key {
	case "addr":
		if ep.Addr, err = p.text(); err == nil {
			err = checkAddr(ep.Addr)
		}
	case "id":
		ep.ID, err = p.text()
	case "protocol":
		ep.Protocol, err = p.text()
	case "identity":
		ep.Identity, err = p.text()
	case "weight":
		if ep.Weight, err = p.number(); err == nil && ep.Weight == 0 {
			err = errors.New(`want 1 or more; to take an endpoint out, write "health": "draining"`)
		}
	case "priority":
		ep.Priority, err = p.number()
	case "health":
		ep.Health, err = p.health()
	case "region":
		ep.Locality.Region, err = p.text()
	case "zone":
		ep.Locality.Zone, err = p.text()
	case "subZone":
		ep.Locality.SubZone, err = p.text()
	case "started":
		ep.Started, err = p.time()
	case "labels":
		ep.Labels, err = p.labels(field + "." + key)
	default:
		err = errors.New("unknown field, want one of addr, id, protocol, identity, weight, priority, health, region, zone, subZone, started, labels")
	}
	return err
}

func (p *fileParser) labels(field string) (map[string]string, error) {
	labels := make(map[string]string)
	err := p.object(field, func(key string) (err error) {
		labels[key], err = p.text()
		return err
	})
	return labels, err
}

func (p *fileParser) health() (onramp.Health, error) {
	s, err := p.text()
	if err != nil {
		return 0, err
	}
	for h, name := range [...]string{"unknown", "healthy", "draining", "unhealthy"} {
		if s == name {
			return onramp.Health(h), nil
		}
	}
	return 0, errors.New(quote(s) + ": want unknown, healthy, draining or unhealthy")
}

func (p *fileParser) time() (time.Time, error) {
	s, err := p.text()
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, errors.New(quote(s) + ": want a time like 2026-01-02T15:04:05Z")
	}
	return t, nil
}
