package main

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"dubbo.apache.org/dubbo-go/v3/common"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	"dubbo.apache.org/dubbo-go/v3/common/extension"
	"dubbo.apache.org/dubbo-go/v3/protocol"
	"dubbo.apache.org/dubbo-go/v3/protocol/dubbo"
	"dubbo.apache.org/dubbo-go/v3/server"
)

// The services' names in Java.
const (
	echoInterface   = "onramp.interop.Echo"
	valuesInterface = "onramp.interop.Values"
)

// serveTime bounds how long a server may need to listen.
const serveTime = 10 * time.Second

// service is what a server serves.
type service struct {
	iface, group, version string
	handler               any
}

// services makes the handlers of one server.
func (p *peer) services() []service {
	return []service{
		{iface: echoInterface, version: "1.0", handler: &EchoService{notes: p.notes, name: echoInterface + ":1.0"}},
		{iface: echoInterface, group: "blue", version: "2.0", handler: &EchoService{notes: p.notes, name: "blue/" + echoInterface + ":2.0", prefix: "blue "}},
		{iface: valuesInterface, version: "1.0", handler: &ValuesService{notes: p.notes, name: valuesInterface + ":1.0", samples: makers()}},
	}
}

// serve starts a server and returns when it listens.
func (p *peer) serve(a ask) (map[string]any, error) {
	host, port, err := freePort(a.Addr)
	if err != nil {
		return nil, err
	}
	p.servers++
	id := "server-" + strconv.Itoa(p.servers)
	at := server.WithServerProtocol(protocol.WithDubbo(), protocol.WithID(id), protocol.WithIp(host), protocol.WithPort(port))
	s, err := p.instance.NewServer(at)
	if err != nil {
		return nil, err
	}
	for _, svc := range p.services() {
		// The library keeps one handler a service for all servers: the last one.
		key := common.ServiceKey(svc.iface, svc.group, svc.version)
		_ = common.ServiceMap.UnRegister(svc.iface, constant.DubboProtocol, key)
		err := s.Register(svc.handler, nil, server.WithInterface(svc.iface), server.WithGroup(svc.group), server.WithVersion(svc.version),
			server.WithProtocolIDs([]string{id}), server.WithFilter("echo,generic_service"))
		if err != nil {
			return nil, err
		}
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve() }() // never returns when it serves
	addr := net.JoinHostPort(host, strconv.Itoa(port))
	return map[string]any{"addr": addr}, p.listening(addr, failed)
}

// freePort chooses a port when the driver leaves it to the peer: the library cannot.
func freePort(addr string) (string, int, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	port, err := strconv.Atoi(text)
	if err != nil || port != 0 {
		return host, port, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = l.Close() }()
	return host, l.Addr().(*net.TCPAddr).Port, nil
}

// listening waits until something accepts connections at addr, and all services are
// there: the library exports them in any order.
func (p *peer) listening(addr string, failed <-chan error) error {
	for end := time.Now().Add(serveTime); time.Now().Before(end); {
		select {
		case err := <-failed:
			return fmt.Errorf("serve %s: %w", addr, err)
		case <-time.After(10 * time.Millisecond):
		}
		if !p.exported() {
			continue
		}
		if c, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			return c.Close()
		}
	}
	return fmt.Errorf("nothing listens at %s after %s", addr, serveTime)
}

// exported reports whether calls of every service find it.
func (p *peer) exported() bool {
	exporters := extension.GetProtocol(constant.DubboProtocol).(*dubbo.DubboProtocol).ExporterMap()
	for _, svc := range p.services() {
		key := common.ServiceKey(svc.iface, svc.group, svc.version)
		if _, ok := exporters.Load(key); !ok || common.ServiceMap.GetServiceByServiceKey(constant.DubboProtocol, key) == nil {
			return false
		}
	}
	return true
}

// stop stops all servers, as the library does when its process ends: it can stop
// none alone. It ends the client's connections too.
func (p *peer) stop() {
	extension.GetProtocol(constant.DubboProtocol).Destroy()
	p.clients = newClients(p.instance)
}
