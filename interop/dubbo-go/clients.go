package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"dubbo.apache.org/dubbo-go/v3"
	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	"dubbo.apache.org/dubbo-go/v3/protocol/base"
	"dubbo.apache.org/dubbo-go/v3/remoting/getty"
)

// clients are the references that calls are made through. The library keeps one
// connection to an address for all of them.
type clients struct {
	instance *dubbo.Instance
	all      map[string]*reference
}

// reference is a service at one address or several.
type reference struct {
	conn  *client.Connection
	addrs []string

	mu       sync.Mutex
	invokers []base.Invoker // one an address, as the filter meets them
}

func newClients(instance *dubbo.Instance) *clients {
	return &clients{instance: instance, all: map[string]*reference{}}
}

// of returns the reference for an ask, made when it is the first of its kind.
func (c *clients) of(a ask, addrs ...string) (*reference, error) {
	key := fmt.Sprint(addrs, a.Service, a.Generic, a.Retries, a.Heartbeat)
	if r := c.all[key]; r != nil {
		return r, nil
	}
	r, err := c.dial(a, addrs)
	if err == nil {
		c.all[key] = r
	}
	return r, err
}

// dial connects to the addresses. The library panics when an address cannot be
// reached.
func (c *clients) dial(a ask, addrs []string) (r *reference, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v: %v", errDial, addrs, p)
		}
	}()
	configure(a.Heartbeat)
	group, iface, version := split(a.Service)
	var urls []string
	for _, addr := range addrs {
		urls = append(urls, constant.DubboProtocol+"://"+addr+"/"+iface)
	}
	opts := []client.ReferenceOption{
		client.WithProtocolDubbo(), client.WithSerialization(constant.Hessian2Serialization),
		client.WithURL(strings.Join(urls, ";")), client.WithGroup(group), client.WithVersion(version),
		client.WithRetries(a.Retries), client.WithFilter(filterName),
	}
	if a.Retries > 0 {
		opts = append(opts, client.WithClusterFailOver())
	} else {
		opts = append(opts, client.WithClusterFailFast())
	}
	if a.Generic == "true" {
		opts = append(opts, client.WithGeneric())
	}
	cl, err := c.instance.NewClient()
	if err != nil {
		return nil, err
	}
	conn, err := cl.Dial(iface, opts...)
	if err != nil {
		return nil, err
	}
	return &reference{conn: conn, addrs: addrs}, nil
}

// split takes "group/interface:version" apart.
func split(service string) (group, iface, version string) {
	if g, rest, ok := strings.Cut(service, "/"); ok {
		group, service = g, rest
	}
	iface, version, _ = strings.Cut(service, ":")
	return group, iface, version
}

// configure sets how the connections that are made next behave: one an address,
// kept alive after so many milliseconds of silence when that is not 0.
func configure(heartbeat int) {
	conf := getty.GetDefaultClientConfig()
	conf.ConnectionNum = 1
	conf.ReconnectInterval = 200 // milliseconds
	conf.GettySessionParam.MaxMsgLen = maxMessage
	if heartbeat > 0 {
		conf.HeartbeatPeriod = fmt.Sprintf("%dms", heartbeat)
	}
	getty.SetClientConf(*conf)
}

// add notes an invoker of the reference.
func (r *reference) add(i base.Invoker) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.invokers, i) {
		r.invokers = append(r.invokers, i)
	}
}

// close ends the connections to an address: that of the library goes with the last
// invoker that uses it.
func (c *clients) close(addr string) {
	for key, r := range c.all {
		if slices.Contains(r.addrs, addr) {
			r.destroy()
			delete(c.all, key)
		}
	}
}

func (r *reference) destroy() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range r.invokers {
		i.Destroy()
	}
	r.invokers = nil
}
